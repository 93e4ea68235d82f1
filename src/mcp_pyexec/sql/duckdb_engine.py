"""One DuckDB database, read-only whatever the guard let through, in processes of its own.

Enforced by the settings of the database: opened `read_only`, external access off (no files, no network, no ATTACH, no
COPY), extensions off, configuration locked, memory and threads bounded, no spilling to disk, and DuckDB's own parser
must see exactly one statement that reads.

Enforced by the jail around it, whatever DuckDB does: no other file, no network, and a bound on all of its memory
(DuckDB does not count the text it makes on the way against its own limit). A query that outgrows the process ends with
it, and the next has a new one. Rows come back as bytes, a part at a time, and are checked before they are kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.limits import MIB
from mcp_pyexec.sql import arrow
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.duckdb_catalog import read_columns, read_tables
from mcp_pyexec.sql.duckdb_readers import Answer, Reader, Readers, StartReader
from mcp_pyexec.sql.results import FIRST_ROWS, Collector, Fetched, Run, SqlLimits, Value
from mcp_pyexec.untrusted import read_rows, unpacked_bytes

__all__ = ["DuckdbEngine"]

_INTERRUPT_S = 0.5
"""How long an interrupt may take; DuckDB does not look for one within a step of 2,048 rows."""
_BACKSTOP_S = 5.0
_UNPACKED = 4
"""Times the ceiling of a result that the text in it may take where enumerations are written out."""
_FRAMING = 16 * MIB
_EXACT = pa.decimal256(39, 0)
"""Of every whole number that DuckDB has."""


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
        self._readers = Readers(path, limits, start)

    @property
    def notes(self) -> str:
        """Nothing: a file opened for reading has no rights to warn of."""
        return ""

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement, streamed: nothing beyond the ceilings is kept."""
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
    return {"op": "query", "sql": sql, "parameters": values, "row_bytes": limits.byte_limit}


def _fetched(reader: Reader, query: Mapping[str, Any], run: Run) -> Fetched:
    """Return the rows that the reader sends, each part checked before it is kept."""
    parts = _parts(reader, query, run)
    first = next(parts)
    collector = Collector(run.limits, arrow.unique_names(first.column_names))
    if not all(collector.add(batch) for part in chain([first], parts) for batch in part.to_batches()):
        _stop(reader)
    try:
        return collector.fetched(partial(_settled, first.schema.types))
    except pa.ArrowException as error:
        raise _broken(reader, f"columns that cannot be joined: {error}") from None


def _parts(reader: Reader, query: Mapping[str, Any], run: Run) -> Iterator[pa.Table]:
    """Yield at least one part, all with as many columns.

    Raises:
        RequestError: What DuckDB refuses, or the process's own limits; after the latter it is of no use.
    """
    until, left, columns = run.deadline + _BACKSTOP_S, _UNPACKED * run.limits.byte_limit + _FRAMING, None
    answer = _heard(partial(reader.ask, query), until, run.limits)
    while answer.op == "rows":
        part = _checked(reader, answer.data, left)
        if columns not in (None, part.num_columns):
            raise _broken(reader, f"{part.num_columns} columns after {columns}")
        columns, left = part.num_columns, left - sum(map(unpacked_bytes, part.to_batches()))
        yield part
        run.check()
        answer = _heard(reader.receive, until, run.limits)
    if answer.op == "failed":
        raise _failure(reader, answer.message["code"], answer.message["text"], run.limits)
    if answer.op != "end" or columns is None:
        raise _broken(reader, f"{answer.op} is no answer to a query")


def _heard(hear: Callable[[float], Answer], until: float, limits: SqlLimits) -> Answer:
    try:
        return hear(until)
    except SandboxFault as fault:
        if fault.code != "reader-lost":
            raise
        raise _outgrown(limits) from None


def _checked(reader: Reader, data: bytearray, byte_limit: int) -> pa.Table:
    try:
        return read_rows(data, byte_limit=byte_limit)
    except RequestError:
        reader.kill()
        raise


def _broken(reader: Reader, detail: str) -> SandboxFault:
    reader.kill()
    return SandboxFault("broken-frame", detail)


def _stop(reader: Reader) -> None:
    """End a query whose result is full; a reader that goes on is killed."""
    reader.interrupt()
    until = time.monotonic() + _INTERRUPT_S
    with suppress(SandboxFault):
        while reader.receive(until).op == "rows":
            if time.monotonic() > until:
                reader.kill()


def _settled(kinds: Sequence[pa.DataType], index: int, pieces: Sequence[pa.Array]) -> pa.ChunkedArray:
    """Return one column; whole numbers of 128 bits come in pieces of different widths and leave in one that fits."""
    found = {piece.type for piece in pieces} or {kinds[index]}
    if len(found) == 1 and _EXACT not in found:
        return pa.chunked_array(pieces, found.pop())
    if not found <= {_EXACT, pa.int64()}:
        raise pa.ArrowInvalid(f"one column of {len(found)} types")
    exact = pa.chunked_array([piece.cast(_EXACT) for piece in pieces], _EXACT)
    try:
        return exact.cast(pa.decimal128(38, 0))
    except pa.ArrowInvalid:
        return exact


def _failure(reader: Reader, code: str, text: str, limits: SqlLimits) -> RequestError:
    if code == "statements":
        return RequestError("sql-not-single-statement", f"Expected one statement, DuckDB sees {text}.")
    if code == "kind":
        return RequestError("sql-not-read-only", f"Refused: {text}. Databases are read-only here.")
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
