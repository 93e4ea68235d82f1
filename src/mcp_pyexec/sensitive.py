"""Which columns the operator hides or masks, as patterns; nothing here knows SQL.

A pattern is `DATABASE.TABLE.COLUMN` or `DATABASE.SCHEMA.TABLE.COLUMN`, each part with `*` and `?` as in file names,
without regard to case. Three parts mean the table in any schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mcp_pyexec.errors import ConfigError, nearest

__all__ = ["ColumnPattern", "ColumnRules", "SensitiveColumns"]

_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class ColumnPattern:
    """One pattern, in lower case.

    Attributes:
        schema: `*` where the pattern has three parts.
        text: As the operator wrote it.
    """

    database: str
    schema: str
    table: str
    column: str
    text: str

    @property
    def exact(self) -> bool:
        """True for one that names one column: if there is none, that is a mistake."""
        return not _WILD & {*self.database, *self.table, *self.column}

    def is_of(self, schema: str, table: str) -> bool:
        """Return whether it is about columns of that table."""
        return fnmatchcase(schema.casefold(), self.schema) and fnmatchcase(table.casefold(), self.table)


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """The patterns of one database."""

    mask: tuple[ColumnPattern, ...] = ()
    hide: tuple[ColumnPattern, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.mask or self.hide)

    def concern(self, schema: str, table: str) -> bool:
        """Return whether a column of the table might be sensitive."""
        return any(pattern.is_of(schema, table) for pattern in (*self.mask, *self.hide))

    def masks(self, schema: str, table: str, column: str) -> bool:
        """Return whether the column's values are replaced."""
        return _matches(self.mask, schema, table, column)

    def hides(self, schema: str, table: str, column: str) -> bool:
        """Return whether the column is as good as not there; this wins over masking."""
        return _matches(self.hide, schema, table, column)


class SensitiveColumns:
    """The patterns of a server.

    Raises:
        ConfigError: A pattern that is no pattern, or is about a database that is not configured.
    """

    def __init__(self, mask: Iterable[str], hide: Iterable[str], databases: Iterable[str]) -> None:
        names = tuple(databases)
        self._mask = tuple(_pattern("mask", text, names) for text in mask)
        self._hide = tuple(_pattern("hide", text, names) for text in hide)

    def of(self, database: str) -> ColumnRules:
        """Return the rules of one database."""
        mask, hide = (
            tuple(p for p in patterns if fnmatchcase(database.casefold(), p.database))
            for patterns in (self._mask, self._hide)
        )
        return ColumnRules(mask, hide)


def _matches(patterns: Iterable[ColumnPattern], schema: str, table: str, column: str) -> bool:
    return any(p.is_of(schema, table) and fnmatchcase(column.casefold(), p.column) for p in patterns)


def _pattern(setting: str, text: str, databases: tuple[str, ...]) -> ColumnPattern:
    parts = text.casefold().split(".")
    if len(parts) == 3:
        parts.insert(1, "*")
    if len(parts) != 4 or not all(parts):
        raise ConfigError(
            f"{setting} {text!r}: expected DATABASE.TABLE.COLUMN or DATABASE.SCHEMA.TABLE.COLUMN, for example "
            "shop.customers.email or *.*.ssn."
        )
    if not any(fnmatchcase(name.casefold(), parts[0]) for name in databases):
        raise ConfigError(
            f"{setting} {text!r}: no database is called {parts[0]!r}.{nearest(parts[0], databases)}"
        )
    database, schema, table, column = parts
    return ColumnPattern(database, schema, table, column, text)
