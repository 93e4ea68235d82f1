"""How the general engine opens a session of each database; what that enforces stands in `sources.ENFORCED`.

`{seconds}`, `{milliseconds}`, `{lock_ms}` and `{bytes}` in a statement or an option stand for the limits of the server.
What stands here about a database comes from its manual; `docs/databases.md` says what was run against what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_pyexec.limits import MIB
from mcp_pyexec.sql.other_bigquery import bound_jobs, dry_run
from mcp_pyexec.sql.other_rights import CLICKHOUSE, MSSQL, ORACLE, SNOWFLAKE
from mcp_pyexec.sql.other_trino import begin_read_only
from mcp_pyexec.sql.results import FIRST_ROWS, SqlLimits

__all__ = ["SESSIONS", "Session", "filled"]

_LOCK_MS = 5_000


@dataclass(frozen=True, slots=True)
class Session:
    """One database's way to a session that reads.

    Attributes:
        on_connect: Statements once per connection.
        on_begin: Statements at the start of each transaction; every transaction is rolled back.
        options: Added to the URL's own, in place of any of the same name.
        attributes: Set on the driver's connection, in milliseconds.
        arguments: Given to the driver's `connect`, as numbers.
        opened: Called with each new connection of the driver.
        begun: Called with the driver's connection at the start of each transaction.
        checked: Called with the driver's cursor, the text and its values before each statement; refuses by an error.
        rights: Asks what the account may do beyond reading, one right in each row; empty where nothing tells it.
        pinged: Whether a session may drop while it is idle; over HTTP none can, and a ping would be a query.
        first_rows: A table's first rows in its SQL.
        hidden: Schemas that hold no data of anyone's.
    """

    on_connect: tuple[str, ...] = ()
    on_begin: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    opened: Callable[[Any, SqlLimits], None] | None = None
    begun: Callable[[Any], None] | None = None
    checked: Callable[[Any, str, Any], None] | None = None
    rights: str = ""
    pinged: bool = True
    first_rows: str = FIRST_ROWS
    hidden: frozenset[str] = frozenset({"information_schema"})


SESSIONS: Mapping[str, Session] = {
    "oracle": Session(
        rights=ORACLE,
        on_begin=("SET TRANSACTION READ ONLY",),
        attributes=("call_timeout",),
        first_rows="SELECT {columns} FROM {place} FETCH FIRST {count} ROWS ONLY",
        hidden=frozenset({"sys", "system", "xdb", "outln", "dbsnmp", "audsys", "ctxsys", "mdsys", "gsmadmin_internal"}),
    ),
    "mssql": Session(
        rights=MSSQL,
        on_connect=("SET LOCK_TIMEOUT {lock_ms}", "SET XACT_ABORT ON", "SET DEADLOCK_PRIORITY LOW"),
        arguments={"timeout": "{seconds}", "login_timeout": "10"},
        first_rows="SELECT TOP {count} {columns} FROM {place}",
        hidden=frozenset({"sys", "information_schema", "guest", "db_owner", "db_datareader", "db_datawriter"}),
    ),
    "snowflake": Session(
        rights=SNOWFLAKE,
        on_connect=(
            "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {seconds}",
            "ALTER SESSION SET MULTI_STATEMENT_COUNT = 1",
            "ALTER SESSION SET AUTOCOMMIT = FALSE",
        ),
    ),
    "bigquery": Session(
        opened=bound_jobs, checked=dry_run, pinged=False, arguments={"prefer_bqstorage_client": "0"}
    ),
    "trino": Session(
        begun=begin_read_only,
        pinged=False,
        on_connect=("SET SESSION query_max_run_time = '{seconds}s'",),
        hidden=frozenset({"information_schema"}),
    ),
    "clickhouse": Session(
        rights=CLICKHOUSE,
        pinged=False,
        options={
            "readonly": "2",
            "max_execution_time": "{seconds}",
            "max_memory_usage": "{bytes}",
        },
        hidden=frozenset({"system", "information_schema", "INFORMATION_SCHEMA"}),
    ),
}  # fmt: skip
"""By family, as `dialects.FAMILY` has it."""


def filled(text: str, limits: SqlLimits) -> str:
    """Return a statement or option with the limits in it."""
    return (
        text.replace("{seconds}", str(int(limits.timeout_s) + 1))
        .replace("{milliseconds}", str(int(limits.timeout_s * 1000) + 1000))
        .replace("{lock_ms}", str(min(_LOCK_MS, int(limits.timeout_s * 1000))))
        .replace("{bytes}", str(limits.memory_mb * MIB))
    )
