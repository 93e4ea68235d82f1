"""An engine whose catalogue is remembered for as long as nothing tells that it changed.

What tells: the file of a file's database; a server's own count of changes, where its engine asks for one; a statement
that finds no such table or column; and for every server the clock, since statistics change without telling.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.hints import names_something_unknown
from mcp_pyexec.sql.results import Engine, Fetched, Run, Value

__all__ = ["CachedEngine", "file_version", "server_version"]

_SERVER_S = 30
_HEADER_BYTES = 100


@dataclass(slots=True)
class _Seen:
    version: Hashable
    tables: tuple[Table, ...] | None = None
    columns: dict[str, Table] = field(default_factory=dict)


@runtime_checkable
class TellsChanges(Protocol):
    """An engine whose server can be asked whether its catalogue changed, for less than the catalogue costs."""

    def changes(self) -> Hashable:
        """Return something that differs once a table, column, comment, key or grant does."""


class CachedEngine:
    """An open engine and what its catalogue said last; a statement that finds no such table or column ends that.

    Args:
        version: Changes whenever the catalogue may have; asked once for each description.
    """

    def __init__(self, engine: Engine, version: Callable[[], Hashable]) -> None:
        self._engine = engine
        self._version = version
        self._lock = threading.Lock()
        self._seen = _Seen(None)

    @property
    def quote_mark(self) -> str:
        """The engine's."""
        return self._engine.quote_mark

    @property
    def first_rows(self) -> str:
        """The engine's."""
        return self._engine.first_rows

    @property
    def notes(self) -> str:
        """The engine's."""
        return self._engine.notes

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return what the engine does; results are not remembered."""
        try:
            return self._engine.fetch(sql, parameters, run)
        except RequestError as error:
            if names_something_unknown(error.message):
                self.forget()
            raise

    def look(self) -> None:
        """Ask whether what is remembered still holds; two that ask at once may both look anew."""
        version = self._version()
        with self._lock:
            if self._seen.version != version:
                self._seen = _Seen(version)

    def forget(self) -> None:
        """Look again next time."""
        with self._lock:
            self._seen = _Seen(None)

    def tables(self) -> tuple[Table, ...]:
        """Return every table and view without columns."""
        seen = self._seen
        if seen.tables is None:
            seen.tables = self._engine.tables()
        return seen.tables

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with their columns, asking the engine once for all that are not known."""
        seen = self._seen
        missing = [table for table in tables if table.name not in seen.columns]
        if missing:
            seen.columns |= {table.name: table for table in self._engine.columns(missing)}
        return tuple(seen.columns[table.name] for table in tables)

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


def file_version(path: Path) -> Callable[[], Hashable]:
    """Return what tells versions of a database file apart: its header, its size and times, and its journal's.

    The header of a SQLite file counts its changes and those of its schema.
    """

    def version() -> Hashable:
        return tuple(_look(place) for place in (path, Path(f"{path}-wal")))

    return version


def server_version(engine: Engine) -> Callable[[], Hashable]:
    """Return what tells versions of a server's catalogue apart: what it says itself, and anew every half minute."""

    def version() -> Hashable:
        told = engine.changes() if isinstance(engine, TellsChanges) else None
        return told, int(time.monotonic() / _SERVER_S)

    return version


def _look(path: Path) -> Hashable:
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER_BYTES)
        status = path.stat()
    except OSError:
        return None
    return header, status.st_ino, status.st_size, status.st_mtime_ns
