"""DuckDB's own catalogue: tables, views, columns, keys and comments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mcp_pyexec.sql.description import Column, Table

__all__ = ["read_columns", "read_tables"]

_TABLES = """
    SELECT schema_name, table_name, 'table', estimated_size, comment FROM duckdb_tables() WHERE NOT internal
    UNION ALL
    SELECT schema_name, view_name, 'view', NULL, comment FROM duckdb_views() WHERE NOT internal
    ORDER BY 1, 2
"""
_COLUMNS = """
    SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns()
    WHERE NOT internal AND schema_name = $1 AND table_name = $2 ORDER BY column_index
"""
_KEYS = """
    SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names
    FROM duckdb_constraints() WHERE schema_name = $1 AND table_name = $2
    AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
"""


Rows = Callable[..., list[tuple[Any, ...]]]
"""Runs SQL with its parameters, all of them text, and returns the rows."""


def read_tables(rows: Rows) -> tuple[Table, ...]:
    """Return every table and view by schema and name, without columns."""
    return tuple(
        Table(name if schema == "main" else f"{schema}.{name}", kind, size, comment or "")
        for schema, name, kind, size, comment in rows(_TABLES)
    )


def read_columns(rows: Rows, table: Table) -> Table:
    """Return the table with its columns."""
    known = {name: (schema, name) for schema, name, *_ in rows(_TABLES) if schema == "main"}
    schema, _, rest = table.name.partition(".")
    place = known.get(table.name) or (schema, rest)
    primary, references = _keys(rows, place)
    columns = tuple(
        Column(name, kind, nullable, name in primary, references.get(name), comment or "")
        for name, kind, nullable, comment in rows(_COLUMNS, *place)
    )
    return replace(table, columns=columns)


def _keys(rows: Rows, place: tuple[str, str]) -> tuple[set[str], dict[str, str]]:
    primary: set[str] = set()
    references: dict[str, str] = {}
    for kind, columns, target, targets in rows(_KEYS, *place):
        if kind == "PRIMARY KEY":
            primary.update(columns)
        else:
            references |= {c: f"{target}.{t}" for c, t in zip(columns, targets, strict=True)}
    return primary, references
