"""How each dialect is read and written by the parser.

PostgreSQL's and DuckDB's own `e'…'` strings never reach the tree: they are turned into plain literals first, since
the parser keeps them in a form that two different strings share.
"""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.mysql import MySQL
from sqlglot.generator import Generator
from sqlglot.generators.mysql import MySQLGenerator

__all__ = ["FAMILY", "PARSER", "PyexecMysql"]


def _regexp(generator: Generator, node: exp.RegexpLike) -> str:
    sides = (node.this, node.expression)
    return " REGEXP ".join(
        f"({generator.sql(side)})" if isinstance(side, exp.Binary | exp.Not) else generator.sql(side)
        for side in sides
    )


def _json_text(generator: Generator, node: exp.JSONExtractScalar) -> str:
    path = generator.sql(node, "expression")
    return f"JSON_UNQUOTE(JSON_EXTRACT({generator.sql(node, 'this')}, {path}))"


class PyexecMysql(MySQL):
    """MySQL as MariaDB also takes it: REGEXP stays an operator, and `->>` is written out."""

    class Generator(MySQLGenerator):
        TRANSFORMS = {  # noqa: RUF012 - sqlglot's own form
            **MySQLGenerator.TRANSFORMS,
            exp.CurrentDate: lambda _, e: "UTC_DATE()" if e.this else "CURRENT_DATE",
            exp.Median: lambda generator, e: f"MEDIAN({generator.sql(e, 'this')})",
            exp.RegexpLike: _regexp,
            exp.JSONExtractScalar: _json_text,
        }


FAMILY = {
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}
"""The dialect whose rules hold."""

PARSER = {"sqlite": "sqlite", "duckdb": "duckdb", "postgresql": "postgres", "mysql": "pyexecmysql"}
"""The parser's name by family."""
