"""MySQL's own catalogue of the configured database: tables, columns, keys, comments, estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mcp_pyexec.sql.description import Column, Table

__all__ = ["CHANGES", "read_columns", "read_tables"]

Rows = Callable[[str], list[tuple[Any, ...]]]
"""Runs a statement and gives its rows, every value as text."""

_TABLES = """
    SELECT table_name, table_type, table_rows, table_comment FROM information_schema.tables
    WHERE table_schema = database() ORDER BY table_name
"""
_COLUMNS = """
    SELECT c.table_name, c.column_name, c.column_type, c.is_nullable, c.column_key, c.column_comment
    FROM information_schema.columns c WHERE c.table_schema = database() {one} ORDER BY c.table_name, c.ordinal_position
"""
_KEYS = """
    SELECT c.table_name, c.column_name, c.referenced_table_name, c.referenced_column_name
    FROM information_schema.key_column_usage c
    WHERE c.table_schema = database() AND c.referenced_table_name IS NOT NULL {one}
"""
_DISTINCT = """
    SELECT c.table_name, c.column_name, max(c.cardinality) FROM information_schema.statistics c
    WHERE c.table_schema = database() AND c.seq_in_index = 1 {one} GROUP BY c.table_name, c.column_name
"""
CHANGES = """
    SHOW GLOBAL STATUS WHERE variable_name REGEXP '^Com_(create|alter|drop|rename|grant|revoke|truncate)'
    AND variable_name NOT LIKE '%temporary%'
"""
"""Its rows differ once anyone on the server defined something: it counts such statements since it started."""


def read_tables(rows: Rows) -> tuple[Table, ...]:
    """Return every table and view that the user may read, without columns."""
    return tuple(
        Table(
            name,
            "view" if "VIEW" in kind else "table",
            None if size is None or "VIEW" in kind else int(size),
            "" if "VIEW" in kind else comment,
        )
        for name, kind, size, comment in rows(_TABLES)
    )


def read_columns(rows: Rows, tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables with their columns, all in one look at the catalogue."""
    if not tables:
        return ()
    names = ", ".join(f"X'{table.name.encode().hex()}'" for table in tables)
    one = f"AND c.table_name IN ({names})"
    references = {(t, c): f"{to}.{column}" for t, c, to, column in rows(_KEYS.format(one=one))}
    distinct = {(t, c): n for t, c, n in rows(_DISTINCT.format(one=one))}
    columns: dict[str, list[Column]] = defaultdict(list)
    for table, name, kind, nullable, key, comment in rows(_COLUMNS.format(one=one)):
        count = distinct.get((table, name))
        columns[table].append(
            Column(
                name,
                kind,
                nullable == "YES",
                key == "PRI",
                references.get((table, name)),
                comment,
                distinct=None if count is None else int(count),
            )
        )
    return tuple(replace(table, columns=tuple(columns[table.name])) for table in tables)
