"""What a statement may be made of: its first word, its kind, every part of its tree, and the tables it names.

Functions are not checked here but in the text that is sent, by `guard`.
"""

from __future__ import annotations

from sqlglot import exp

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import KEPT
from mcp_pyexec.sql.dialects import PARSER
from mcp_pyexec.sql.foreign import check_known
from mcp_pyexec.sql.functions import CATALOG_PREFIXES, CATALOG_SCHEMAS
from mcp_pyexec.sql.nodes import NODES, ROOTS, WRITES
from mcp_pyexec.sql.other_rules import NODES_BEYOND, OTHERS, beyond_reading
from mcp_pyexec.sql.postgresql_operators import OPERATORS

__all__ = ["DESCRIBE", "check_node", "check_opening", "check_root", "refusal"]

_FILE_MARKS = ("/", "\\", "://", ".csv", ".parquet", ".json", ".tsv", ".db", ".gz", ".zst", "*", "?")
_READS_PATHS = {"sqlite", "duckdb"}
_SHOWN = {"TABLES", "ALL TABLES", "COLUMNS", "INDEX"}

DESCRIBE = "Use describe_database to see tables and columns."
_IDENTIFIERS = {"OID", "REGCLASS", "REGCONFIG", "REGTYPE"}

_PLAIN = frozenset(
    {"Column", "Identifier", "Literal", "Alias", "TableAlias", "From", "Join", "Where", "Star", "EQ", "GT"}
)
"""The commonest of the allowed nodes, of which nothing else is asked."""

_COMMANDS_TEXT = """
    abort alter analyze attach begin call checkpoint comment commit copy create deallocate declare delete detach do
    drop end execute explain export force grant import insert install kill load merge pragma prepare refresh reindex
    release replace reset revoke rollback savepoint set start truncate update use vacuum
    """
_COMMANDS = frozenset(_COMMANDS_TEXT.split())
_DESCRIBING = {"show", "describe", "desc", "summarize"}


def check_opening(word: str, dialect: str, *, alone: bool = False) -> None:
    """Refuse a command by its first word, where a parser would only say that it does not understand."""
    if word in _COMMANDS:
        raise refusal(f"the command {word.upper()}", DESCRIBE if word == "pragma" else "")
    if word in _DESCRIBING and (alone or dialect in {"sqlite", "postgresql", *OTHERS}):
        raise refusal(f"the command {word.upper()}", DESCRIBE)
    if word in {".", "\\"}:
        raise refusal("a command of a database's shell, which is no SQL", DESCRIBE)


def check_root(tree: exp.Expr, dialect: str) -> None:
    """Refuse a statement that is neither a query nor one of the few others that only read."""
    kind = type(tree).__name__
    if isinstance(tree, exp.Command) and tree.name.upper() == "SHOW":
        raise refusal(f"SHOW{tree.text('expression').upper()}", DESCRIBE)
    if kind not in ROOTS or (dialect in OTHERS and not isinstance(tree, exp.Query | exp.Values)):
        raise refusal(WRITES.get(kind, f"a statement of the kind {kind}"))


def check_node(node: exp.Expr, dialect: str) -> None:
    """Refuse a part of a kind that is not listed, and what a listed one must not hold.

    MySQL's modifiers are dropped, and SQLite's commas between tables, which the parser takes for CROSS JOIN, are commas
    again: that one orders SQLite to read the tables as they stand.
    """
    check_known(node, dialect)
    if dialect == "sqlite" and isinstance(node, exp.Join) and node.kind == "CROSS":
        node.set("kind", None)
    kind = type(node).__name__
    if kind in _PLAIN and dialect not in OTHERS:
        return
    if isinstance(node, exp.Func):
        if kind in WRITES:
            raise refusal(WRITES[kind])
        return
    if dialect in OTHERS and (beyond := beyond_reading(node, dialect)):
        raise refusal(beyond, DESCRIBE)
    if kind not in NODES and kind not in NODES_BEYOND.get(dialect, frozenset()):
        raise refusal(
            WRITES.get(kind, f"the part {node.sql(PARSER[dialect], comments=False)[:80]!r} ({kind})")
        )
    if isinstance(node, exp.Operator) and _operator(node) not in OPERATORS:
        raise refusal(f"OPERATOR({node.args['operator']})", "Only the server's own operators are allowed.")
    if isinstance(node, exp.ObjectIdentifier) and node.name.upper() not in _IDENTIFIERS:
        raise refusal(f"a cast to {node.name}", "Cast to TEXT, OID, REGCLASS or REGTYPE instead.")
    if isinstance(node, exp.Table):
        _check_table(node, dialect)
    if isinstance(node, exp.In) and dialect == "sqlite" and isinstance(node.args.get("field"), exp.Column):
        _check_name(node.args["field"].name, dialect)
    if isinstance(node, exp.Summarize | exp.Describe) and not isinstance(node.this, exp.Table | exp.Query):
        raise refusal(f"{kind.upper()} of something that is neither a table nor a SELECT")
    if isinstance(node, exp.Select) and (node.args.get("into") or node.args.get("locks")):
        raise refusal("SELECT INTO or FOR UPDATE")
    if isinstance(node, exp.Select) and dialect == "mysql":
        kept = [word for word in node.args.get("operation_modifiers") or () if word == "STRAIGHT_JOIN"]
        node.set("operation_modifiers", kept)
    if isinstance(node, exp.Show) and node.name.upper() not in _SHOWN:
        raise refusal(f"SHOW {node.name}", DESCRIBE)


def _operator(node: exp.Operator) -> str:
    return str(node.args["operator"]).lower().removeprefix("pg_catalog.")


def _check_table(table: exp.Table, dialect: str) -> None:
    if isinstance(table.this, exp.Func):
        return
    name = table.name
    if any(part.name.startswith(KEPT) for part in table.parts):
        raise refusal("a table whose name starts with a control character")
    known = CATALOG_SCHEMAS[dialect].get(table.db.lower())
    if known is not None and name.lower() not in known:
        raise refusal(f"the engine's own table {table.db}.{name}", DESCRIBE)
    _check_name(name, dialect)
    if dialect in _READS_PATHS and any(mark in p.name.lower() for p in table.parts for mark in _FILE_MARKS):
        raise refusal(
            f"the file {name!r} as a table",
            "Read configured tables; describe_database lists them.",
        )


def _check_name(name: str, dialect: str) -> None:
    """Refuse a table of the engine's own; SQLite reads one behind an IN too."""
    if any(name.lower().startswith(prefix) for prefix in CATALOG_PREFIXES[dialect]):
        raise refusal(f"the engine's own table {name!r}", DESCRIBE)


def refusal(part: str, advice: str = "") -> RequestError:
    """Return the error that names the part and says what to write instead."""
    remedy = (
        advice
        or "Write one SELECT (WITH, VALUES, EXPLAIN SELECT also work); derive new data in the query itself."
    )
    return RequestError("sql-not-read-only", f"Refused: {part}. Databases are read-only here. {remedy}")
