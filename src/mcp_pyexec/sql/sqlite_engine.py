"""One SQLite file, read-only whatever the guard let through.

Enforced here: `mode=ro`, `query_only`, `trusted_schema=OFF`, an authorizer that allows SELECT, READ, RECURSIVE
and functions that compute, no attached database, ceilings on lengths, memory and time.

The ceiling on memory, `hard_heap_limit`, is one for the whole process: the last one set holds for all SQLite files
together, and another library that uses SQLite in this process shares it.

A large result is read by columns in a jailed process, where that is possible: `sqlite_columns`.

Source: measured on SQLite 3.40: `mode=ro` alone lets ATTACH and VACUUM INTO write files; `query_only` alone can be
switched off by a PRAGMA; only the authorizer stops both.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import arrow
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.functions import SQLITE_FUNCTIONS
from mcp_pyexec.sql.readers import FileVersion, StartReader, file_version, no_reader
from mcp_pyexec.sql.results import FIRST_ROWS, Collector, Fetched, Run, SqlLimits, Value
from mcp_pyexec.sql.sqlite_catalog import read_columns, read_tables
from mcp_pyexec.sql.sqlite_columns import SqliteColumns
from mcp_pyexec.sql.sqlite_pragma import LISTING_PRAGMAS

__all__ = ["SqliteEngine"]

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_SMALL = 64 * 1024
_PROGRESS_STEPS = 5_000
_BATCH_ROWS = 1_024
_BATCH_BYTES = 8 * 1024 * 1024
_MANY_ROWS = 8_192
"""From here on reading a result from its start by columns may be faster than reading on."""


class SqliteEngine:
    """A pool of guarded connections to one file.

    Raises:
        sqlite3.Error: On construction, where the file is not a readable SQLite database.
    """

    quote_mark = '"'
    first_rows = FIRST_ROWS

    def __init__(self, path: Path, limits: SqlLimits, start: StartReader = no_reader) -> None:
        self._path = path
        self._limits = limits
        self._columns = SqliteColumns(path, limits, start)
        self._pool = QueuePool(cast(Any, self._guarded), pool_size=limits.concurrent, max_overflow=0)
        self.tables()

    @property
    def notes(self) -> str:
        """Nothing: a file opened for reading has no rights to warn of."""
        return ""

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement.

        Rows are read in batches that cannot pass the byte ceiling as long as every value is small; the first large
        value starts the statement again, then row by row.
        """
        with self._connection() as (connection, version), run.interruptible(connection.interrupt):
            connection.set_progress_handler(run.over, _PROGRESS_STEPS)
            by_columns = partial(self._columns.fetch, connection, version, sql, run, time.monotonic())
            try:
                return self._fetch(connection, sql, parameters, run, None if parameters else by_columns)
            except (sqlite3.Error, OverflowError, MemoryError) as error:
                run.check()
                raise RequestError("sql-failed", _message(error)) from None
            finally:
                connection.set_progress_handler(None, 0)

    def tables(self) -> tuple[Table, ...]:
        """Return every table and view without columns, from the catalogue."""
        with self._catalogue() as connection:
            return read_tables(connection)

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with their columns, without samples."""
        with self._catalogue() as connection:
            return tuple(read_columns(connection, table) for table in tables)

    def close(self) -> None:
        """Close every connection."""
        self._pool.dispose()
        self._columns.close()

    def _fetch(
        self,
        connection: sqlite3.Connection,
        sql: str,
        parameters: Mapping[str, Value],
        run: Run,
        by_columns: _ByColumns,
    ) -> Fetched:
        for row_wise, length in ((False, _SMALL), (True, self._limits.value_bytes)):
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, length)
            try:
                with closing(connection.execute(sql, parameters)) as cursor:
                    return _collect(cursor, run, by_columns, row_wise=row_wise)
            except sqlite3.DataError:
                if row_wise:
                    raise
        raise AssertionError("the second pass returns or raises")

    @contextmanager
    def _connection(self) -> Iterator[tuple[sqlite3.Connection, FileVersion]]:
        """Give a connection to the file that is there now, and which one that is."""
        pooled, version = self._pooled()
        try:
            connection = pooled.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            yield connection, version
        finally:
            pooled.close()

    def _pooled(self) -> tuple[PoolProxiedConnection, FileVersion]:
        while True:
            version = self._version()
            pooled = self._pool.connect()
            if pooled.info.setdefault("version", version) == version == self._version():
                return pooled, version
            pooled.invalidate()
            pooled.close()

    def _version(self) -> FileVersion:
        try:
            return file_version(self._path)
        except OSError as error:
            raise RequestError(
                "database-unreachable", f"Its file cannot be read: {error.strerror}."
            ) from None

    @contextmanager
    def _catalogue(self) -> Iterator[sqlite3.Connection]:
        connection = self._open()
        try:
            yield connection
        finally:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        uri = self._path.resolve().as_uri() + "?mode=ro"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=5)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection

    def _guarded(self) -> sqlite3.Connection:
        connection = self._open()
        connection.execute(f"PRAGMA hard_heap_limit = {self._limits.memory_mb * 1024 * 1024}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)
        connection.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)
        _connect_virtual_tables(connection)
        connection.set_authorizer(_authorize)
        return connection


def _connect_virtual_tables(connection: sqlite3.Connection) -> None:
    """Let each virtual table declare itself, once, while nothing of the caller's has run: that needs more rights."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    for (name,) in [*found, ("json_each",), ("json_tree",)]:
        quoted = '"' + name.replace('"', '""') + '"'
        with suppress(sqlite3.Error):
            connection.execute(f"SELECT 1 FROM {quoted} LIMIT 0").fetchall()  # noqa: S608 - quoted above


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow reading, and what lists tables; `data_version` without a value is how full-text tables notice a writer."""
    computes = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in SQLITE_FUNCTIONS
    version = first == "data_version" and second is None
    lists = action == sqlite3.SQLITE_PRAGMA and (version or first in LISTING_PRAGMAS)
    return sqlite3.SQLITE_OK if action in _ALLOWED or computes or lists else sqlite3.SQLITE_DENY


_ByColumns = Callable[[Sequence[pa.ChunkedArray]], Fetched | None] | None
"""Reads the whole result in another way, or tells that it cannot; it is given the columns of the first rows."""


def _collect(cursor: sqlite3.Cursor, run: Run, by_columns: _ByColumns, *, row_wise: bool) -> Fetched:
    first: list[list[pa.Array]] = []
    rows_read = 0
    names = arrow.unique_names(item[0] for item in cursor.description or ())
    collector = Collector(run.limits, names)
    for rows in _batches(cursor, len(names), run.limits.byte_limit, row_wise=row_wise):
        arrays = [arrow.chunk(values) for values in zip(*rows, strict=True)]
        if not collector.add(pa.RecordBatch.from_arrays(arrays, names=names)):
            break
        run.check()
        if by_columns is not None:
            first.append(arrays)
            rows_read += len(rows)
            if rows_read >= _MANY_ROWS:
                if (found := by_columns([*map(arrow.column, zip(*first, strict=True))])) is not None:
                    return found
                by_columns = None
    return collector.fetched(lambda _, pieces: arrow.column(pieces))


def _batches(
    cursor: sqlite3.Cursor, width: int, byte_limit: int, *, row_wise: bool
) -> Iterator[Sequence[Any]]:
    if not row_wise:
        count = max(1, min(_BATCH_ROWS, byte_limit // (_SMALL * max(1, width))))
        yield from iter(lambda: cursor.fetchmany(count), [])
        return
    while rows := _bounded(cursor):
        yield rows


def _bounded(cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
    rows, size = [], 0
    for row in itertools.islice(cursor, _BATCH_ROWS):
        rows.append(row)
        size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
        if size > _BATCH_BYTES:
            break
    return rows


def _message(error: Exception) -> str:
    text = str(error) or type(error).__name__
    if "too big" in text:
        return f"{text}. One value is longer than this server reads; take a part of it with substr()."
    if isinstance(error, MemoryError):
        return "The query needs more memory than this server gives it. Aggregate earlier or select fewer columns."
    if "not authorized" in text or "prohibited" in text:
        return f"{text}: the session is read-only and calls only functions that compute."
    if "decode to UTF-8" in text:
        return f"{text.splitlines()[0]}. Read such text with CAST(column AS BLOB) or hex(column)."
    return f"SQLite says: {text}."
