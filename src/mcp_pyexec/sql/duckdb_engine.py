"""One DuckDB database, read-only whatever the guard let through.

Enforced here: opened `read_only`, external access off (no files, no network, no ATTACH, no COPY), extensions off,
look-up of Python variables as tables off, configuration locked, memory and threads bounded, no spilling to disk,
and DuckDB's own parser must see exactly one statement that reads.

What remains with the guard off: functions that tell settings or wait (both end at the time limit).

What nothing here stops: DuckDB computes 2,048 rows at a time and does not count the text it makes on the way
against `memory_limit`, nor ask whether it was interrupted within such a step. `repeat('x', 10000000)` over many
rows took 13 GB at a limit of 512 MB (measured on 2.0). The guard refuses such calls without a small literal count
(`growth`); text that grows by other ways is held only by a limit on the whole process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import arrow
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.duckdb_catalog import read_columns, read_tables
from mcp_pyexec.sql.results import Collector, Fetched, Run, SqlLimits, Value

__all__ = ["DuckdbEngine"]

_BATCH_ROWS = 2_048
_NOISE = ("Did you mean", "LINE ", "Possible solutions", "*", " ")
_READS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}
"""MULTI is a PIVOT whose columns DuckDB finds first."""


class DuckdbEngine:
    """A locked, read-only connection to one file; every query has a cursor of its own.

    Raises:
        duckdb.Error: On construction, where the file is not a DuckDB database or a writer holds it.
    """

    quote_mark = '"'

    def __init__(self, path: Path, limits: SqlLimits) -> None:
        self._root = duckdb.connect(str(path), read_only=True, config=_configuration(limits))

    @property
    def notes(self) -> str:
        """Nothing: a file opened for reading has no rights to warn of."""
        return ""

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement, streamed: nothing beyond the ceilings is kept."""
        with closing(self._root.cursor()) as cursor, run.interruptible(cursor.interrupt):
            try:
                _check_statement(cursor, sql)
                return _collect(cursor, sql, parameters, run)
            except (duckdb.Error, pa.ArrowException, OSError, RuntimeError) as error:
                run.check()
                raise RequestError("sql-failed", _message(error)) from None

    def tables(self) -> tuple[Table, ...]:
        """Return every table and view without columns, from the catalogue."""
        with closing(self._root.cursor()) as cursor:
            return read_tables(cursor)

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with their columns, without samples."""
        with closing(self._root.cursor()) as cursor:
            return tuple(read_columns(cursor, table) for table in tables)

    def close(self) -> None:
        """Close the connection and with it every cursor."""
        self._root.close()


def _configuration(limits: SqlLimits) -> dict[str, str | bool | int | float | list[str]]:
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


def _check_statement(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = cursor.extract_statements(sql)
    if len(statements) != 1:
        raise RequestError(
            "sql-not-single-statement", f"Expected one statement, DuckDB sees {len(statements)}."
        )
    kind = _statement_type(statements[0])
    if kind not in _READS:
        name = kind.name if kind else "a statement unknown to the driver"
        raise RequestError("sql-not-read-only", f"Refused: {name}. Databases are read-only here.")


def _statement_type(statement: duckdb.Statement) -> duckdb.StatementType | None:
    """Return the type, or None for one that DuckDB parses and its Python package has no name for."""
    try:
        return statement.type
    except ValueError:
        return None


def _collect(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Value], run: Run
) -> Fetched:
    relation = cursor.sql(sql, params=dict(parameters)) if parameters else cursor.sql(sql)
    huge = [str(kind) == "HUGEINT" for kind in relation.types]
    reader = relation.to_arrow_reader(_BATCH_ROWS)
    collector = Collector(run.limits, arrow.unique_names(reader.schema.names))
    for batch in reader:
        if not collector.add(batch):
            break
        run.check()

    def settle(index: int, pieces: Sequence[pa.Array]) -> pa.ChunkedArray:
        column = arrow.plain(pa.chunked_array(pieces, reader.schema.types[index]))
        return _narrowed(column) if huge[index] else column

    return collector.fetched(settle)


def _narrowed(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return 128-bit integers (as SUM gives them) as int64 where all of them fit, else unchanged."""
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:
        return values


def _message(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    kept = [line for line in lines[:4] if not line.startswith(_NOISE)]
    text = re.sub(r" Use \"SET .*", "", " ".join(kept))
    if "Out of Memory" in text:
        return "The query needs more memory than this server gives it. Aggregate earlier or select fewer columns."
    return f"DuckDB says: {text.rstrip('.')}."
