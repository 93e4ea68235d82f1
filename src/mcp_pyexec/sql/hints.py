"""Nearest names for tables and columns that an engine did not find."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.sql.files import FailedFile, reason_for
from mcp_pyexec.sql.results import Engine, Fetched

__all__ = ["names_something_unknown", "with_hint"]

_TABLE = re.compile(
    r"no such table: (?:main\.)?(.+?)\.?$"
    r"|Table with name (\S+) does not exist"
    r"|relation \"([^\"]+)\" does not exist"
    r"|Table '[^'.]*\.([^']+)' doesn't exist"
)
_COLUMN = re.compile(
    r"no such column: (?:\w+\.)?(.+?)\.?$"
    r"|column \"([^\"]+)\" (?:not found|that is not)"
    r"|does not have a column named \"([^\"]+)\""
    r"|column (?:\w+\.)?\"?([^\" ]+)\"? does not exist"
    r"|Unknown column '(?:\w+\.)?([^']+)'"
)


def with_hint(
    engine: Engine, tables: Sequence[str], failed: Sequence[FailedFile], fetch: Callable[[], Fetched]
) -> Fetched:
    """Return what `fetch` returns, or raise its `sql-failed` with a hint behind it.

    The hint is why the file of the missing table is not served, or the nearest known name.
    """
    try:
        return fetch()
    except RequestError as error:
        if error.code != "sql-failed":
            raise
        raise RequestError(error.code, error.message + _hint(engine, tables, failed, error.message)) from None


def names_something_unknown(message: str) -> bool:
    """Return whether an engine's message is about a table or column that is not there."""
    return bool(_TABLE.search(message) or _COLUMN.search(message))


def _hint(engine: Engine, tables: Sequence[str], failed: Sequence[FailedFile], message: str) -> str:
    if match := _TABLE.search(message):
        return reason_for(_name(match), failed) or nearest(
            _name(match), [table.name for table in engine.tables()]
        )
    if match := _COLUMN.search(message):
        wanted = {name.lower() for name in tables}
        read = [t for t in engine.tables() if t.name.rpartition(".")[2].lower() in wanted]
        return nearest(_name(match), {c.name for t in engine.columns(read) for c in t.columns})
    return ""


def _name(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group)
