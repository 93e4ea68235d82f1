"""What BigQuery checks and bounds for us: each statement first as a dry run, and ceilings on a job's bytes and time.

A dry run costs nothing and tells what kind of statement BigQuery itself sees, and how many bytes it would read. The way
from the driver's connection to its client, and from its form of parameters to the API's, is not documented by it.
"""

from __future__ import annotations

from typing import Any

from mcp_pyexec.errors import RequestError
from mcp_pyexec.limits import MIB
from mcp_pyexec.sql.results import SqlLimits

__all__ = ["bound_jobs", "dry_run"]

_MOST_BYTES = 10 * 1024 * MIB
"""Read by one query, where the URL gives no `maximum_bytes_billed`."""


def bound_jobs(connection: Any, limits: SqlLimits) -> None:
    """Give every job of a new connection a ceiling on its bytes and its time, which BigQuery enforces."""
    from google.cloud.bigquery import QueryJobConfig

    config = connection._client.default_query_job_config or QueryJobConfig()
    config.maximum_bytes_billed = config.maximum_bytes_billed or _MOST_BYTES
    config.job_timeout_ms = int(limits.timeout_s * 1000) + 1000
    connection._client.default_query_job_config = config


def dry_run(cursor: Any, statement: str, parameters: Any) -> None:
    """Return if BigQuery itself takes the statement for a SELECT within the ceiling on bytes.

    Raises:
        RequestError: `sql-not-read-only`, or `sql-failed` with the words of BigQuery.
    """
    from google.api_core.exceptions import GoogleAPICallError
    from google.cloud.bigquery import QueryJobConfig
    from google.cloud.bigquery.dbapi import _helpers
    from google.cloud.bigquery.dbapi.cursor import _format_operation

    client = cursor.connection._client
    operation, types = _format_operation(statement, parameters)
    bound = _helpers.to_query_parameters(parameters or None, types)
    try:
        job = client.query(
            operation,
            job_config=QueryJobConfig(dry_run=True, use_query_cache=False, query_parameters=bound),
        )
    except GoogleAPICallError as error:
        said = next((each.get("message", "") for each in error.errors if isinstance(each, dict)), "")
        raise RequestError("sql-failed", f"The database says: {said[:500].rstrip('.')}.") from None
    if job.statement_type != "SELECT":
        raise RequestError(
            "sql-not-read-only",
            f"Refused: BigQuery takes this for {job.statement_type or 'nothing that it names'}. Write one SELECT.",
        )
    most = client.default_query_job_config.maximum_bytes_billed
    if job.total_bytes_processed is None or job.total_bytes_processed > most:
        raise RequestError(
            "sql-failed",
            f"This query would read {job.total_bytes_processed} bytes, above the {most} that this database allows. "
            "Take fewer columns, or filter on the column by which the table is partitioned.",
        )
