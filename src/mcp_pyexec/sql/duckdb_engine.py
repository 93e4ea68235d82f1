"""One DuckDB database, read-only whatever the guard let through, in processes of its own.

Enforced by the settings of the database: opened `read_only`, external access off (no files, no network, no ATTACH, no
COPY), extensions off, configuration locked, memory and threads bounded, no spilling to disk, and DuckDB's own parser
must see exactly one statement that reads.

Enforced by the jail around it, whatever DuckDB does: no other file, no network, and a bound on all of its memory
(DuckDB does not count the text it makes on the way against its own limit). A query that outgrows the process ends with
it, and the next has a new one. The process writes its result into memory that it is lent; the host seals that memory,
checks what it holds, and keeps it where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.duckdb_catalog import read_columns, read_tables
from mcp_pyexec.sql.lending import NoResult, ending, fetched
from mcp_pyexec.sql.readers import Reader, Readers, StartReader
from mcp_pyexec.sql.results import FIRST_ROWS, Fetched, Run, SqlLimits, Value

__all__ = ["DuckdbEngine"]


class DuckdbEngine:
    """One file behind its readers.

    Raises:
        RequestError: On construction, where the file is not a DuckDB database or a writer holds it.
        OSError, SandboxFault: As `StartReader`.
    """

    quote_mark = '"'
    first_rows = FIRST_ROWS

    def __init__(self, path: Path, limits: SqlLimits, start: StartReader) -> None:
        self._limits = limits
        self._readers = Readers(path, "duckdb", _configuration(limits), limits, start)
        with self._readers.one():
            pass  # it opens

    @property
    def notes(self) -> str:
        """Nothing: a file opened for reading has no rights to warn of."""
        return ""

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement, streamed: nothing beyond the ceilings is kept."""
        with self._readers.one() as reader, run.interruptible(ending(reader)):
            try:
                return fetched(reader, sql, parameters, run)
            except NoResult as none:
                run.check()
                raise _failure(reader, none, run.limits) from None
            except SandboxFault as fault:
                run.check()
                raise _outgrown(run.limits) if fault.code == "reader-lost" else fault from None

    def tables(self) -> tuple[Table, ...]:
        """Return every table and view without columns, from the catalogue."""
        return read_tables(self._rows)

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with their columns, without samples."""
        return read_columns(self._rows, tables)

    def close(self) -> None:
        """End the processes."""
        self._readers.close()

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        table = self.fetch(sql, {}, Run(self._limits, self._limits.timeout_s)).table
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _failure(reader: Reader, none: NoResult, limits: SqlLimits) -> RequestError:
    code, text = none.code, none.text
    if code == "statements":
        return RequestError("sql-not-single-statement", f"Expected one statement, DuckDB sees {text}.")
    if code == "kind":
        return RequestError("sql-not-read-only", f"Refused: {text}. Databases are read-only here.")
    if code == "size":
        return RequestError(
            "sql-failed",
            f"The result takes far more than the {limits.byte_limit} bytes that it may have. Select fewer rows or "
            "columns.",
        )
    if code == "memory":
        reader.kill()
        return _outgrown(limits)
    if code == "row":
        return RequestError(
            "sql-failed",
            f"One row has {text} bytes, a whole result at most {limits.byte_limit}. Cut long texts with left(…, n), or "
            "select fewer columns.",
        )
    return RequestError("sql-failed", f"DuckDB says: {text.rstrip('.')}.")


def _outgrown(limits: SqlLimits) -> RequestError:
    return RequestError(
        "sql-failed",
        f"DuckDB ended with this query, most likely because it needs more memory than the {limits.memory_mb} MiB that "
        "this server gives it. Aggregate or filter earlier, select fewer columns, or make shorter texts and lists; the "
        "database is open again for the next query.",
    )


def _configuration(limits: SqlLimits) -> dict[str, str]:
    return {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "temp_directory": "",
        "memory_limit": f"{limits.memory_mb}MB",
        "threads": str(limits.threads),
    }
