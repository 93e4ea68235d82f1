"""One DuckDB database, read-only whatever the guard let through, in processes of its own.

Enforced by the settings of the database: opened `read_only`, external access off (no files, no network, no ATTACH, no
COPY), extensions off, configuration locked, memory and threads bounded, no spilling to disk, and DuckDB's own parser
must see exactly one statement that reads.

Enforced by the jail around it, whatever DuckDB does: no other file, no network, and a bound on all of its memory
(DuckDB does not count the text it makes on the way against its own limit). A query that outgrows the process ends with
it, and the next has a new one. Results come back in memory that is sealed and checked before anybody uses it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.limits import MIB
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.duckdb_catalog import read_columns, read_tables
from mcp_pyexec.sql.duckdb_readers import Reader, Readers, StartReader
from mcp_pyexec.sql.results import Fetched, Run, SqlLimits, Value
from mcp_pyexec.tables import lend_memory, take_back
from mcp_pyexec.untrusted import read_result

__all__ = ["DuckdbEngine"]

_INTERRUPT_S = 0.5
"""How long an interrupt may take; DuckDB does not look for one within a step of 2,048 rows."""
_BACKSTOP_S = 5.0
_UNPACKED = 4
"""Times the ceiling of a result that the text in it may take where enumerations are written out."""
_FRAMING = 16 * MIB


class DuckdbEngine:
    """One file behind its readers.

    Raises:
        RequestError: On construction, where the file is not a DuckDB database or a writer holds it.
        OSError, SandboxFault: As `StartReader`.
    """

    quote_mark = '"'

    def __init__(self, path: Path, limits: SqlLimits, start: StartReader) -> None:
        self._limits = limits
        self._readers = Readers(path, limits, start)

    @property
    def notes(self) -> str:
        """Nothing: a file opened for reading has no rights to warn of."""
        return ""

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement: nothing beyond the ceilings leaves the process."""
        with self._readers.one() as reader, run.interruptible(_ending(reader)):
            try:
                return _fetched(reader, _query(sql, parameters, run.limits), run)
            except (RequestError, SandboxFault):
                run.check()
                raise

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


def _ending(reader: Reader) -> Callable[[], None]:
    """Return what ends the query under way: an interrupt, repeated, and then the end of the process."""
    first: list[float] = []

    def end() -> None:
        first.append(time.monotonic())
        if first[-1] - first[0] < _INTERRUPT_S:
            reader.interrupt()
        else:
            reader.kill()

    return end


def _query(sql: str, parameters: Mapping[str, Value], limits: SqlLimits) -> dict[str, Any]:
    values = {name: {"hex": v.hex()} if isinstance(v, bytes) else v for name, v in parameters.items()}
    ceilings = {"rows": limits.row_limit, "bytes": limits.byte_limit}
    return {"op": "query", "sql": sql, "parameters": values, **ceilings}


def _fetched(reader: Reader, query: Mapping[str, Any], run: Run) -> Fetched:
    """Return what the reader wrote, after it was checked; a reader that failed otherwise than DuckDB does ends."""
    memory = lend_memory("result")
    try:
        complete = _complete(reader, query, run, memory)
    except BaseException:
        os.close(memory)
        raise
    try:
        return Fetched(take_back(memory, partial(_checked, limits=run.limits)), complete)
    except (OSError, ValueError) as error:
        reader.kill()
        raise SandboxFault("broken-frame", f"the result cannot be taken back: {error}") from None
    except (RequestError, SandboxFault):
        reader.kill()
        raise


def _complete(reader: Reader, query: Mapping[str, Any], run: Run, memory: int) -> bool:
    """Have the result written into the memory; return whether it is all there was."""
    try:
        answer = reader.ask(query, (memory,), run.deadline + _BACKSTOP_S)
    except SandboxFault as fault:
        if fault.code != "reader-lost":
            raise
        raise _outgrown(run.limits) from None
    if answer["op"] == "rows":
        return bool(answer["complete"])
    if answer["op"] != "failed" or answer["code"] == "memory":
        reader.kill()
    if answer["op"] != "failed":
        raise SandboxFault("broken-frame", f"{answer['op']} is no answer to a query")
    raise _failure(answer["code"], answer["text"], run.limits)


def _checked(memory: pa.Buffer, limits: SqlLimits) -> pa.Table:
    table = read_result(memory, byte_limit=_UNPACKED * limits.byte_limit + _FRAMING)
    if table.num_rows > limits.row_limit:
        raise SandboxFault("broken-frame", f"{table.num_rows} rows are more than asked for")
    return table


def _failure(code: str, text: str, limits: SqlLimits) -> RequestError:
    if code == "statements":
        return RequestError("sql-not-single-statement", f"Expected one statement, DuckDB sees {text}.")
    if code == "kind":
        return RequestError("sql-not-read-only", f"Refused: {text}. Databases are read-only here.")
    if code == "memory":
        return _outgrown(limits)
    return RequestError("sql-failed", f"DuckDB says: {text.rstrip('.')}.")


def _outgrown(limits: SqlLimits) -> RequestError:
    return RequestError(
        "sql-failed",
        f"DuckDB ended with this query, most likely because it needs more memory than the {limits.memory_mb} MiB that "
        "this server gives it. Aggregate or filter earlier, select fewer columns, or make shorter texts and lists; the "
        "database is open again for the next query.",
    )
