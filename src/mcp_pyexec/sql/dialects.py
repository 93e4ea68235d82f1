"""How each dialect is read and written by the parser.

What the tokens can be told beforehand stands in `spelling`; here is what only the tree shows.
"""

from __future__ import annotations

from sqlglot import exp

__all__ = ["DECIMALS", "FAMILY", "PARSER", "REWRITTEN", "portable"]

FAMILY = {
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "oracle": "oracle",
    "mssql": "mssql",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "trino": "trino",
    "clickhousedb": "clickhouse",
}
"""The dialect whose rules hold."""

PARSER = {
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "postgresql": "postgres",
    "mysql": "mysql",
    "oracle": "oracle",
    "mssql": "tsql",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "trino": "trino",
    "clickhouse": "clickhouse",
}
"""The parser's name by family."""

REWRITTEN = (exp.RegexpLike, exp.JSONExtractScalar, exp.UtcDate, exp.UtcTime, exp.UtcTimestamp, exp.Median)
"""What the parser writes for MySQL in a form that MariaDB does not know, or the other way round."""


DECIMALS = {exp.DType.DECIMAL, exp.DType.BIGDECIMAL, exp.DType.SMALLMONEY, exp.DType.MONEY}
"""Types that the parser writes for SQLite as REAL, which has another affinity."""


def portable(node: exp.Expr) -> exp.Expr | None:
    """Return what stands for the node in both MySQL and MariaDB, or None if it can stay."""
    if isinstance(node, exp.RegexpLike):
        found = exp.Anonymous(this="REGEXP_INSTR", expressions=[node.this, node.expression])
        return exp.Paren(this=exp.GT(this=found, expression=exp.Literal.number(0)))
    if isinstance(node, exp.JSONExtractScalar):
        value = exp.Anonymous(this="JSON_EXTRACT", expressions=[node.this, node.expression])
        return exp.Anonymous(this="JSON_UNQUOTE", expressions=[value])
    if isinstance(node, exp.UtcDate | exp.UtcTime | exp.UtcTimestamp):
        return exp.Anonymous(this=node.sql_name(), expressions=[node.this] if node.this else [])
    if isinstance(node, exp.Median):
        return exp.Anonymous(this="MEDIAN", expressions=[node.this])
    return None
