"""DuckDB's own catalogue: tables, views, columns, keys and comments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
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
    SELECT schema_name, table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns()
    WHERE NOT internal AND (schema_name, table_name) IN ({places}) ORDER BY schema_name, table_name, column_index
"""
_KEYS = """
    SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table,
      referenced_column_names
    FROM duckdb_constraints()
    WHERE (schema_name, table_name) IN ({places}) AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
"""

Place = tuple[str, str]
Rows = Callable[[str], list[tuple[Any, ...]]]
"""Runs SQL and returns the rows."""


def read_tables(rows: Rows) -> tuple[Table, ...]:
    """Return every table and view by schema and name, without columns."""
    return tuple(
        Table(name if schema == "main" else f"{schema}.{name}", kind, size, comment or "")
        for schema, name, kind, size, comment in rows(_TABLES)
    )


def read_columns(rows: Rows, tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables with their columns, all in two looks at the catalogue."""
    if not tables:
        return ()
    named = {name for table in tables for name in _places(table.name)}
    places = ", ".join(f"({_quoted(schema)}, {_quoted(table)})" for schema, table in sorted(named))
    primary, references = _keys(rows(_KEYS.format(places=places)))
    columns: dict[Place, list[Column]] = defaultdict(list)
    for schema, table, name, kind, nullable, comment in rows(_COLUMNS.format(places=places)):
        key = (schema, table, name)
        columns[schema, table].append(
            Column(name, kind, nullable, key in primary, references.get(key), comment or "")
        )
    return tuple(replace(table, columns=_found(columns, table.name)) for table in tables)


def _found(columns: dict[Place, list[Column]], name: str) -> tuple[Column, ...]:
    return next((tuple(columns[place]) for place in _places(name) if place in columns), ())


def _places(name: str) -> list[Place]:
    """Return schema and table as the name may mean them: one with a dot may be a table of `main` too."""
    schema, dot, table = name.partition(".")
    return [("main", name), *([(schema, table)] if dot else [])]


def _keys(found: list[tuple[Any, ...]]) -> tuple[set[tuple[str, str, str]], dict[tuple[str, str, str], str]]:
    """Return the columns of primary keys, and what those of foreign keys refer to."""
    primary: set[tuple[str, str, str]] = set()
    references: dict[tuple[str, str, str], str] = {}
    for schema, table, kind, columns, target, targets in found:
        if kind == "PRIMARY KEY":
            primary |= {(schema, table, column) for column in columns}
        else:
            pairs = zip(columns, targets, strict=True)
            references |= {(schema, table, column): f"{target}.{to}" for column, to in pairs}
    return primary, references


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
