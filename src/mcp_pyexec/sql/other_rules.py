"""What the general engine's databases may say in a query, and what in one looks like reading and is not.

Deny by default: node types beyond the common ones are listed per dialect; of names, those that reach past the rows of
tables (sequences read as columns, stages, links, other servers) are refused.
"""

from __future__ import annotations

from sqlglot import exp

__all__ = ["NODES_BEYOND", "OTHERS", "beyond_reading"]

OTHERS = frozenset({"oracle", "mssql", "snowflake", "bigquery", "trino", "clickhouse"})

NODES_BEYOND: dict[str, frozenset[str]] = {
    "duckdb": frozenset({"ByteString"}),
    "oracle": frozenset(
        {"Connect", "Prior", "Version", "HistoricalData", "JoinHint", "LongNational", "Final"}
    ),
    "mssql": frozenset({"Parse", "ForClause", "Fetch", "XMLNamespace"}),
    "snowflake": frozenset(
        {"Parameter", "ConnectByRoot", "HistoricalData", "Connect", "Prior", "ModelAttribute"}
    ),
    "bigquery": frozenset({"Version", "JSONPathScript", "Unnest", "UnpivotColumns"}),
    "trino": frozenset({"MatchRecognize", "MatchRecognizeMeasure", "TableSample"}),
    "clickhouse": frozenset(
        {"WithFill", "PreWhere", "Final", "CombinedParameterizedAgg", "ParameterizedAgg", "LimitBy"}
    ),
}
"""Node types that only this dialect's queries have."""

_SEQUENCES = {"nextval", "currval"}
_SEQUENCED = {"oracle", "snowflake"}
_MOST_PARTS = {"oracle": 2, "clickhouse": 2}
_TOLD = {"tables", "columns", "views", "schemata", "table_options", "partitions", "key_column_usage"}
_READING_HINTS = {"NOLOCK", "READUNCOMMITTED", "READCOMMITTED", "READPAST", "FORCESEEK", "FORCESCAN"}
_SETTINGS = {"max_threads", "join_use_nulls", "group_by_use_nulls", "final", "max_block_size"}


def beyond_reading(node: exp.Expr, dialect: str) -> str | None:
    """Return what a node does or reaches that is not reading columns of tables, or None.

    Hints that only say how a table is read, and the format of an answer, are taken off: the server here decides both.
    """
    if isinstance(node, exp.Column):
        sequence = dialect in _SEQUENCED and node.name.lower() in _SEQUENCES
        return f"the sequence {node.table or node.name!r}" if sequence else None
    if isinstance(node, exp.Select):
        return _beyond_select(node)
    if isinstance(node, exp.Parameter):
        place = dialect == "snowflake" and isinstance(node.this, exp.Literal) and node.name.isdigit()
        return None if place else "a variable"
    if isinstance(node, exp.Lateral) and dialect == "oracle":
        return "LATERAL and APPLY, which cannot be written for Oracle here; a subquery in FROM or SELECT can"
    return _beyond_table(node, dialect) if isinstance(node, exp.Table) else None


def _beyond_select(node: exp.Select) -> str | None:
    node.set("format", None)
    for setting in node.args.get("settings") or ():
        if not isinstance(setting, exp.EQ) or setting.this.name.lower() not in _SETTINGS:
            return f"SETTINGS {setting.sql('clickhouse')[:60]}"
    return None


def _beyond_table(table: exp.Table, dialect: str) -> str | None:
    hints = {each.name.upper() for hint in table.args.get("hints") or () for each in hint.expressions}
    if dialect == "mssql" and hints <= _READING_HINTS:
        table.set("hints", None)
    if not isinstance(table.this, exp.Identifier | exp.Func | exp.Dot):
        return "a table that is not named plainly"
    names = [part.name for part in table.parts]
    if any(mark in name for name in names for mark in "@'\\"):
        return f"the stage, link or file {table.name!r}"
    _, schema, told = ".".join(names).lower().rpartition("information_schema.")
    if dialect == "bigquery" and schema and told not in _TOLD:
        return f"the engine's own table {table.name!r}"
    if len(names) > _MOST_PARTS.get(dialect, 3):
        return f"the table {'.'.join(names)!r} of another server or database"
    return None
