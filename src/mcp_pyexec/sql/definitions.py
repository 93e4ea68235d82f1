"""What views read, from the texts that the engine keeps of them, and which tables share their rows.

A view is looked through only as far as the guard would let its text run: one that calls a function of the operator's
own, which may read anything, has no known reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.dialects import PARSER
from mcp_pyexec.sql.guard import guard
from mcp_pyexec.sql.results import Engine, Run, SqlLimits

__all__ = ["Definitions", "Place", "read_definitions"]

Place = tuple[str, str]
"""Schema, or an empty text for the one that needs no name, and table."""

_VIEWS = {
    "sqlite": "SELECT '' AS a, name AS b, sql AS c FROM sqlite_master WHERE type = 'view'",
    "duckdb": "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal",
    "postgresql": """
        SELECT n.nspname, c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    """,
    "mysql": """
        SELECT '' AS a, table_name, view_definition FROM information_schema.views WHERE table_schema = database()
    """,
}
_VIRTUAL = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'"
_INHERITED = """
    SELECT n.nspname AS a, p.relname AS b, m.nspname AS c, c.relname AS d FROM pg_inherits i
    JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace
    JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace m ON m.oid = c.relnamespace
"""


@dataclass(frozen=True, slots=True)
class Definitions:
    """How tables and views hang together.

    Attributes:
        views: What each reads, or None where that cannot be known.
        virtual: Every word in the definition of a virtual table; it may read what one of them names.
        inherited: Pairs of a table and one that gives it rows.
    """

    views: Mapping[Place, frozenset[Place] | None]
    virtual: Mapping[Place, frozenset[str]]
    inherited: Sequence[tuple[Place, Place]]


def read_definitions(engine: Engine, dialect: str) -> Definitions:
    """Return the definitions of a whole database, in one look or two."""
    views = {
        (schema, name): _reads(text, dialect) if text else None
        for schema, name, text in _rows(engine, _VIEWS[dialect])
    }
    virtual = _rows(engine, _VIRTUAL) if dialect == "sqlite" else []
    inherited = _rows(engine, _INHERITED) if dialect == "postgresql" else []
    return Definitions(
        views,
        {("", name): frozenset(re.findall(r"\w+", text.casefold())) for name, text in virtual},
        [((a, b), (c, d)) for a, b, c, d in inherited],
    )


def _rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    limits = SqlLimits()
    found = engine.fetch(sql, {}, Run(limits, limits.timeout_s))
    return list(zip(*(column.to_pylist() for column in found.table.columns), strict=True))


@lru_cache(maxsize=4096)
def _reads(text: str, dialect: str) -> frozenset[Place] | None:
    """Return the tables that a definition names, or None for one that cannot be looked through."""
    try:
        tree = sqlglot.parse_one(text, read=PARSER[dialect])
        body = tree.expression if isinstance(tree, exp.Create) else tree
        guard(body.sql(PARSER[dialect], comments=False), dialect)
    except (SqlglotError, RequestError, RecursionError):
        return None
    if any(isinstance(node.args.get("field"), exp.Column) for node in body.find_all(exp.In)):
        return None
    defined = {cte.alias.casefold() for cte in body.find_all(exp.CTE)}
    tables = [t for t in body.find_all(exp.Table) if isinstance(t.this, exp.Identifier)]
    return frozenset(
        (table.db, table.name) for table in tables if table.db or table.name.casefold() not in defined
    ) | frozenset(("?", table.name) for table in tables if not table.db and table.name.casefold() in defined)
