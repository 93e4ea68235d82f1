"""What `describe_database` answers with: frozen values in the shape of the tool contract."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Column", "Database", "Description", "Sample", "SchemaSize", "Table"]

Sample = str | int | float | bool
"""A value from a row, as JSON; anything that is not a number or a truth value is shortened text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        primary_key: True also for each column of a composite key.
        references: `table.column` of a foreign key.
        samples: Distinct values of the first rows; only asked for one table at a time.
    """

    name: str
    type: str
    nullable: bool
    primary_key: bool = False
    references: str | None = None
    comment: str = ""
    samples: tuple[Sample, ...] = ()
    distinct: int | None = None
    """Different values, where the engine keeps an estimate."""
    null_share: float | None = None
    """0 to 1, where the engine keeps an estimate."""
    masked: bool = False
    """True where the operator has its values replaced."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view.

    Attributes:
        name: With its schema in front where that is not the default one.
        kind: `table` or `view`.
        rows_estimate: From the catalogue, never by counting.
    """

    name: str
    kind: str
    rows_estimate: int | None = None
    comment: str = ""
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaSize:
    """A schema and how many tables and views it has; the one that needs no name is the empty text."""

    name: str
    tables: int


@dataclass(frozen=True, slots=True)
class Database:
    """One database and what was asked about it.

    Attributes:
        description: The operator's words, and what its role could do that this server does not need.
        tables: At most as many as an answer holds, the first ones with columns where those were asked for.
        tables_total: How many there are of what was asked for.
        schemas: All of them, where not every table is named.
    """

    name: str
    dialect: str
    description: str
    tables: tuple[Table, ...]
    tables_total: int = 0
    schemas: tuple[SchemaSize, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """The answer of `describe_database`."""

    databases: tuple[Database, ...]
