"""PostgreSQL's own catalogue: what the role may read, with keys, comments, estimates and statistics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mcp_pyexec.sql.description import Column, Table

__all__ = ["CHANGES", "read_columns", "read_tables"]

Rows = Callable[[str], list[tuple[Any, ...]]]
"""Runs a statement and gives its rows, every value as text."""

_READABLE = """
    n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT c.relispartition AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
"""
_NAME = "CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname"
_TABLES = f"""
    SELECT {_NAME}, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
      CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN c.reltuples::bigint
           WHEN c.relkind = 'p' THEN (SELECT sum(greatest(p.reltuples, 0))::bigint FROM pg_inherits i
             JOIN pg_class p ON p.oid = i.inhrelid WHERE i.inhparent = c.oid) END,
      coalesce(obj_description(c.oid, 'pg_class'), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_READABLE} ORDER BY 1
"""  # noqa: S608 - our own words
_COLUMNS = f"""
    SELECT {_NAME}, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::int,
      coalesce(col_description(c.oid, a.attnum), ''),
      (SELECT 1 FROM pg_index x WHERE x.indrelid = c.oid AND x.indisprimary AND a.attnum = ANY (x.indkey) LIMIT 1),
      (SELECT CASE m.nspname WHEN 'public' THEN '' ELSE m.nspname || '.' END || t.relname || '.' || b.attname
         FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace m ON m.oid = t.relnamespace
         JOIN pg_attribute b ON b.attrelid = t.oid AND b.attnum = k.confkey[array_position(k.conkey, a.attnum)]
         WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey) ORDER BY k.oid LIMIT 1),
      c.relkind = 'p', c.reltuples
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT') AND {_READABLE}
"""  # noqa: S608 - our own words
_STATISTICS = """
    SELECT CASE s.schemaname WHEN 'public' THEN '' ELSE s.schemaname || '.' END || s.tablename, s.attname, s.inherited,
      s.n_distinct, s.null_frac
    FROM pg_stats s
"""
CHANGES = " UNION ALL ".join(
    f"SELECT count(*), sum(xmin::text::bigint) FROM {table}"  # noqa: S608 - our own words
    for table in ("pg_class", "pg_attribute", "pg_namespace", "pg_constraint", "pg_description")
)
"""Its rows differ once a row of the catalogue was made, changed or removed: each carries who wrote it last."""


def read_tables(rows: Rows) -> tuple[Table, ...]:
    """Return every readable table and view, those of `public` first by bare name, without columns."""
    return tuple(
        Table(name, kind, None if size is None else int(size), comment)
        for name, kind, size, comment in rows(_TABLES)
    )


def read_columns(rows: Rows, tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables with their columns, in two looks at the catalogue: joined, its statistics take a second."""
    if not tables:
        return ()
    places = ", ".join(sorted({place for table in tables for place in _places(table.name)}))
    statistics = {
        (name, column, inherited): kept
        for name, column, inherited, *kept in rows(
            f"{_STATISTICS} WHERE (s.schemaname, s.tablename) IN ({places})"
        )
    }
    columns: dict[str, list[Column]] = defaultdict(list)
    wanted = f"AND (n.nspname, c.relname) IN ({places})"
    for name, *column, inherited, size in rows(f"{_COLUMNS}{wanted} ORDER BY a.attrelid, a.attnum"):
        distinct, nulls = statistics.get((name, column[0], inherited), (None, None))
        columns[name].append(_column(*column, distinct=distinct, nulls=nulls, size=size))
    return tuple(replace(table, columns=tuple(columns[table.name])) for table in tables)


def _column(
    name: str,
    kind: str,
    required: str,
    comment: str,
    primary: str | None,
    references: str | None,
    *,
    distinct: str | None,
    nulls: str | None,
    size: str,
) -> Column:
    count = None if distinct is None else float(distinct)
    if count is not None and count < 0:
        count = -count * max(0.0, float(size))
    return Column(
        name,
        kind,
        required == "0",
        primary is not None,
        references,
        comment,
        distinct=None if count is None else round(count),
        null_share=None if nulls is None else float(nulls),
    )


def _places(name: str) -> list[str]:
    """Return schema and table as the name may mean them: one with a dot may be a table of `public` too."""
    schema, dot, table = name.partition(".")
    return [f"('public', {_quoted(name)})", *([f"({_quoted(schema)}, {_quoted(table)})"] if dot else [])]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
