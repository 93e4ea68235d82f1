"""The fast way to a large SQLite result: ADBC reads it by columns in a jailed process, which may decline.

It reads a file that nobody changes meanwhile, and so without locks of its own: a connection of the host's holds the
lock, in a read transaction that began before. That the file is all there is to it then is checked here: no part of the
database is in a write-ahead log (an empty one stays empty for that transaction, since a checkpoint waits for it), and
it is the very file that the connection has open. Whoever asks has had the statement prepared, and its first rows, from
that connection, under its authorizer.

Of what ADBC would give otherwise than it is stored, nothing is taken; nor is a result that begins otherwise than on the
connection: ADBC has a SQLite of its own, and versions differ in how they write floats, or order rows without ORDER BY.

Source: SQLite, "File Locking And Concurrency" and "Write-Ahead Logging"; tried against writers of both kinds.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from mcp_pyexec.errors import ConfigError, RequestError, SandboxFault
from mcp_pyexec.sql.lending import NoResult, ending, fetched
from mcp_pyexec.sql.readers import FileVersion, Readers, StartReader
from mcp_pyexec.sql.results import Fetched, Run, SqlLimits

__all__ = ["SqliteColumns"]

_log = logging.getLogger(__name__)
_SOON_S = 0.25
"""How old a statement may be to begin again: what that costs at most."""
_HELD = """
    WITH RECURSIVE n(i) AS (SELECT count(*) FROM sqlite_master UNION ALL SELECT i + 1 FROM n) SELECT i FROM n
"""
"""Has rows without end: its transaction lasts until its cursor is closed."""


class SqliteColumns:
    """The readers of one file, started when they are first needed."""

    def __init__(self, path: Path, limits: SqlLimits, start: StartReader) -> None:
        self._path = path
        self._readers = Readers(path, "sqlite", _configuration(limits), limits, start)
        self._useless = False

    def fetch(
        self,
        connection: sqlite3.Connection,
        version: FileVersion,
        sql: str,
        run: Run,
        started: float,
        first: Sequence[pa.ChunkedArray],
    ) -> Fetched | None:
        """Return the result of a statement without parameters, or None if it has to be read another way.

        Args:
            connection: Has the file open, and holds it still meanwhile.
            version: Of the file that it has open.
            started: When the statement began, by the monotonic clock.
            first: The columns of its first rows.

        Raises:
            RequestError: `sql-timeout`.
        """
        if self._useless or time.monotonic() - started > _SOON_S:
            return None
        holding = connection.execute(_HELD)
        try:
            holding.fetchone()
            found = self._fetch(version, sql, run) if self._is_whole() else None
        finally:
            holding.close()
        if found is not None and not all(map(_begins, found.table.columns, first)):
            _log.debug("a large SQLite result is read row by row: its first rows are others")
            return None
        return found

    def close(self) -> None:
        """End the processes."""
        self._readers.close()

    def _is_whole(self) -> bool:
        log = self._path.with_name(f"{self._path.name}-wal")
        return not log.exists() or log.stat().st_size == 0

    def _fetch(self, version: FileVersion, sql: str, run: Run) -> Fetched | None:
        try:
            with self._readers.one(version) as reader, run.interruptible(ending(reader)):
                return fetched(reader, sql, {}, run)
        except (ConfigError, OSError) as error:
            self._useless = True  # not installed, or not for the readers' eyes
            reason: Exception = error
        except SandboxFault as fault:
            self._useless = fault.code in {"no-jail", "reader-unfit"}
            reason = fault
        except (NoResult, RequestError) as error:
            reason = error
        run.check()
        _log.debug("a large SQLite result is read row by row: %s", reason)
        return None


def _begins(column: pa.ChunkedArray, first: pa.ChunkedArray) -> bool:
    """Return whether the column begins with these values, whose type may be narrower."""
    beginning = column.slice(0, len(first))
    if first.null_count == len(first):
        return bool(beginning.null_count == len(first))
    if (first.type, column.type) == (pa.int64(), pa.float64()):
        first = first.cast(pa.float64(), safe=False)
    return bool(beginning.equals(first))


def _configuration(limits: SqlLimits) -> dict[str, str]:
    return {
        "query_only": "ON",
        "trusted_schema": "OFF",
        "temp_store": "MEMORY",
        "hard_heap_limit": str(limits.memory_mb * 1024 * 1024),
    }
