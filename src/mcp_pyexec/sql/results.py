"""What a query costs at most and what it gives: values that every dialect module shares."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from mcp_pyexec.errors import RequestError
from mcp_pyexec.limits import MIB
from mcp_pyexec.sql.description import Table
from mcp_pyexec.tables import SealedTable, Settle, TableBuilder

__all__ = [
    "FIRST_ROWS",
    "Collector",
    "Engine",
    "Fetched",
    "QueryResult",
    "Run",
    "SqlLimits",
    "Value",
    "lost_connection",
]

Value = str | int | float | bool | bytes | None
"""What a bound parameter may be."""


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """Ceilings of one query, and of the engine that runs it."""

    row_limit: int = 1_000_000
    byte_limit: int = 256 * MIB
    """Of the result as Arrow; it is cut after the batch that passes it."""
    timeout_s: float = 30.0
    value_bytes: int = 64 * MIB
    """Longest single text or blob, and longest intermediate string."""
    memory_mb: int = 1024
    """Working memory of one DuckDB query."""
    threads: int = 4
    """Threads of one DuckDB query."""
    concurrent: int = 4
    """Queries running at the same time over all databases; more wait, and the wait counts as time."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A result, at most as large as the limits.

    Attributes:
        complete: False exactly if a ceiling cut the result.
        sql_executed: The regenerated text that ran.
    """

    sealed: SealedTable
    complete: bool
    sql_executed: str
    database: str
    elapsed_s: float

    @property
    def table(self) -> pa.Table:
        """The rows, over the sealed memory."""
        return self.sealed.table

    @property
    def origin(self) -> str:
        """How to get the rows again."""
        return f"query_sql on the database {self.database!r}: {self.sql_executed}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A table out of an engine, and whether it is all there was."""

    sealed: SealedTable
    complete: bool

    @property
    def table(self) -> pa.Table:
        """The rows, over the sealed memory."""
        return self.sealed.table


class Run:
    """One query under way: how it is told to stop, from any thread."""

    def __init__(self, limits: SqlLimits, timeout_s: float) -> None:
        self.limits = limits
        self.started = time.monotonic()
        self.deadline = self.started + timeout_s
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._interrupt: Callable[[], None] | None = None

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call `interrupt` if the query has to end inside this block, and never after it; blocks may be nested."""
        with self._lock:
            around, self._interrupt = self._interrupt, interrupt
        try:
            yield
        finally:
            with self._lock:
                self._interrupt = around

    def over(self) -> bool:
        """Return True once the query has to end."""
        return self._stop.is_set() or time.monotonic() > self.deadline

    def end(self) -> None:
        """Make the engine give up; to be called again until it has."""
        self._stop.set()
        with self._lock:
            if self._interrupt is not None:
                self._interrupt()

    def check(self) -> None:
        """Raise `sql-timeout` once the query has to end."""
        if self.over():
            raise self.timed_out()

    def timed_out(self) -> RequestError:
        """Return the error of a query that did not end in time."""
        return RequestError(
            "sql-timeout",
            "The query was stopped because its time was up. Narrow it with WHERE, aggregate earlier, or bound a "
            "recursion with LIMIT; a longer timeout_s is possible only up to the server's ceiling.",
        )


def lost_connection() -> RequestError:
    """Return the error of a query whose connection was lost on the way: it may have begun, so nobody repeats it."""
    return RequestError(
        "sql-failed",
        "The connection to the database was lost in the middle of the query. Nothing of its result was kept, and it "
        "was not repeated by itself. Run it again; if that fails too, the server ends it: narrow it down.",
    )


class Collector:
    """Record batches up to the ceilings, in memory that holds each value once.

    Args:
        names: Of the columns; unique.
    """

    def __init__(self, limits: SqlLimits, names: Sequence[str]) -> None:
        self._limits = limits
        self._rows = 0
        self._bytes = 0
        self._complete = True
        self._builder = TableBuilder(names)

    def add(self, batch: pa.RecordBatch) -> bool:
        """Keep what fits of the batch and return whether more may come."""
        kept = batch.slice(0, self._limits.row_limit - self._rows)
        while kept.num_rows and self._bytes + kept.nbytes > self._limits.byte_limit:
            kept = kept.slice(0, kept.num_rows // 2)
        self._complete = kept.num_rows == batch.num_rows
        self._rows += kept.num_rows
        self._bytes += kept.nbytes
        self._builder.add(kept)
        return self._complete

    def fetched(self, settle: Settle) -> Fetched:
        """Return the rows, sealed; `complete` is False exactly if a batch had to be cut.

        Args:
            settle: Makes one column of its pieces, which may differ in type; without batches there are none.
        """
        return Fetched(self._builder.finish(settle), self._complete)


FIRST_ROWS = "SELECT {columns} FROM {place} LIMIT {count}"
"""`Engine.first_rows` of most databases."""


class Engine(Protocol):
    """One open database. Every method blocks; `fetch` may be ended through its `run`."""

    @property
    def quote_mark(self) -> str:
        """What stands around a name, doubled inside it."""

    @property
    def first_rows(self) -> str:
        """Its SQL for `{columns}` of the first `{count}` rows of the table `{place}`."""

    @property
    def notes(self) -> str:
        """What the operator should know of the rights that the session has, or nothing."""

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one guarded statement, cut at the ceilings of `run`."""

    def tables(self) -> tuple[Table, ...]:
        """Return every table and view without columns, from the catalogue."""

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with their columns, without samples."""

    def close(self) -> None:
        """Close every connection."""
