"""One statement in, one read-only statement out, or a refusal that says which part and why.

Invariant: what is executed is generated from a checked tree, without comments, and every call in that very text
is on the dialect's list of computing functions. The engine's own enforcement does not rely on this module.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokenizer_core import Token

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.dialects import DECIMALS, FAMILY, PARSER, REWRITTEN, portable
from mcp_pyexec.sql.functions import CATALOG_PREFIXES, CATALOG_SCHEMAS, FUNCTIONS
from mcp_pyexec.sql.nodes import NODES, ROOTS, WRITES
from mcp_pyexec.sql.other_rules import NODES_BEYOND, OTHERS, beyond_reading
from mcp_pyexec.sql.spelling import KEPT, as_written
from mcp_pyexec.sql.tokens import (
    MARKED,
    called_names,
    marked_parameters,
    named_again,
    named_parameters,
    numbered,
    ordered_pivot,
    tokenize,
    with_minus,
    without_explain,
)

__all__ = ["SQL_CHARACTERS", "GuardedQuery", "guard"]

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings quote the caller's statement

SQL_CHARACTERS = 100_000
"""Longest statement; parsing takes time in proportion, and no analytic statement comes near."""

Rewrite = Callable[[exp.Expr], None]

_FILE_MARKS = ("/", "\\", "://", ".csv", ".parquet", ".json", ".tsv", ".db", ".gz", ".zst", "*", "?")

_UNREADABLE = re.compile("[\0-\x08\x0e-\x1f\ud800-\udfff]")
_READS_PATHS = {"sqlite", "duckdb"}
_PARSER_ERRORS = (SqlglotError, TypeError, AttributeError, ValueError)
"""What sqlglot raises for a text that it cannot read; the last three where an operand is missing."""
_REMEMBERED = 128
_LISTS = {"tables", "databases", "schemas", "variables"}
_SHOWN = {"TABLES", "ALL TABLES", "COLUMNS", "INDEX"}

_COMMANDS_TEXT = """
    abort alter analyze attach begin call checkpoint comment commit copy create deallocate declare delete detach do
    drop end execute explain export force grant import insert install kill load merge pragma prepare refresh reindex
    release replace reset revoke rollback savepoint set start truncate update use vacuum
    """
_COMMANDS = frozenset(_COMMANDS_TEXT.split())


@dataclass(frozen=True, slots=True)
class GuardedQuery:
    """A statement that may run.

    Attributes:
        sql: Generated from the tree; the only text that may reach the engine.
        parameters: Names of its bound parameters.
        tables: Names of the tables it reads, as written, without those it defines itself.
        binding: Where the engine counts parameters instead of naming them, their names in its order.
    """

    sql: str
    dialect: str
    parameters: frozenset[str]
    tables: tuple[str, ...]
    binding: tuple[str, ...] = ()


def guard(sql: str, dialect: str, rewrite: Rewrite | None = None) -> GuardedQuery:
    """Return the statement as it may be executed.

    Args:
        dialect: A key of `dialects.FAMILY`.
        rewrite: Changes the checked tree before the statement is generated from it; nothing is remembered then.

    Raises:
        RequestError: `sql-syntax`, `sql-not-single-statement`, `sql-not-read-only` or `sql-parameters`; what `rewrite`
            raises.
    """
    try:
        return _guard(sql, FAMILY[dialect], rewrite) if rewrite else _remembered(sql, FAMILY[dialect])
    except RecursionError:
        raise RequestError(
            "sql-syntax",
            "The SQL is nested too deeply to be checked. Split it into common table expressions.",
        ) from None


@lru_cache(maxsize=_REMEMBERED)
def _remembered(sql: str, dialect: str) -> GuardedQuery:
    return _guard(sql, dialect, None)


def _guard(sql: str, dialect: str, rewrite: Rewrite | None) -> GuardedQuery:
    _check_text(sql)
    prefix, body = without_explain(sql, dialect)
    tree = _parse(body, dialect)
    _check_root(tree, dialect)
    seen = _Seen()
    for node in tree.walk():
        _check_node(node, dialect)
        seen.note(node)
    if rewrite is not None:
        rewrite(tree)
    parameters = _parameters(seen)
    binding: tuple[str, ...] = ()
    if dialect == "postgresql":
        binding = _number(seen)
    text = _generate(tree, seen, dialect)
    tokens = tokenize(text, dialect)
    _check_calls(tokens, seen, dialect)
    if dialect == "mysql":
        text, binding = numbered(text, tokens)
    if dialect == "oracle":
        text = with_minus(text, tokens)
    if dialect in OTHERS:
        text = named_again(text)
    return GuardedQuery(prefix + text, dialect, parameters, seen.read(), binding)


@dataclass(slots=True)
class _Seen:
    """What one walk over the tree finds for the steps after it."""

    tables: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    called: list[str] = field(default_factory=list)
    placeholders: list[exp.Placeholder] = field(default_factory=list)
    marked: list[exp.Identifier] = field(default_factory=list)
    byte_strings: list[exp.ByteString] = field(default_factory=list)
    rewritten: list[exp.Expr] = field(default_factory=list)
    decimals: list[exp.DataType] = field(default_factory=list)
    numbers: list[exp.HexString] = field(default_factory=list)

    def note(self, node: exp.Expr) -> None:
        """Take down what the node names."""
        if isinstance(node, exp.Table):
            self.tables.add(node.name)
        elif isinstance(node, exp.CTE):
            self.defined.add(node.alias_or_name.lower())
        elif isinstance(node, exp.TableAlias):
            if node.args.get("columns"):
                self.aliases.add(node.name.lower())
        elif isinstance(node, exp.Anonymous | exp.Identifier):
            self._note_name(node)
        elif isinstance(node, exp.Placeholder):
            self.placeholders.append(node)
        elif isinstance(node, exp.ByteString):
            self.byte_strings.append(node)
        elif isinstance(node, REWRITTEN):
            self.rewritten.append(node)
        elif isinstance(node, exp.DataType) and node.this in DECIMALS:
            self.decimals.append(node)
        elif isinstance(node, exp.HexString) and node.name.startswith(KEPT):
            self.numbers.append(node)

    def _note_name(self, node: exp.Anonymous | exp.Identifier) -> None:
        if isinstance(node.this, str) and node.this.startswith(KEPT):
            node.set("this", node.this.removeprefix(KEPT))
        if isinstance(node, exp.Identifier) and str(node.this).startswith(MARKED):
            self.marked.append(node)
        if isinstance(node, exp.Anonymous):
            self.called.append(node.name.lower().removeprefix(KEPT))

    def read(self) -> tuple[str, ...]:
        """Return the names of the tables that the statement does not define itself."""
        return tuple(sorted(name for name in self.tables if name and name.lower() not in self.defined))


def _check_text(sql: str) -> None:
    if len(sql) > SQL_CHARACTERS:
        raise RequestError(
            "sql-syntax",
            f"The SQL has {len(sql)} characters, at most {SQL_CHARACTERS} are read. Bind long values.",
        )
    if _UNREADABLE.search(sql):
        raise RequestError(
            "sql-syntax",
            "The SQL holds a NUL, a control character or a lone surrogate. Bind such a value as a parameter.",
        )


def _parse(sql: str, dialect: str) -> exp.Expr:
    tokens, body = tokenize(sql, dialect), sql
    if dialect == "duckdb":
        body = named_parameters(body, tokens)
        if tokens and tokens[0].text.lower() in {"pivot", "unpivot"}:
            body = ordered_pivot(body, tokenize(body, dialect))
        elif len(tokens) == 2 and tokens[0].text.lower() == "show" and tokens[1].text.lower() not in _LISTS:
            body = "DESCRIBE" + body[tokens[0].end + 1 :]
    elif dialect in OTHERS:
        body = marked_parameters(body, tokens)
    elif dialect == "mysql" and tokens and tokens[0].text.lower() == "values":
        body = f"SELECT * FROM (\n{body[: tokens[-1].end + 1]}\n) AS listed"  # noqa: S608 - it is only parsed
    _check_opening(tokens[0].text.lower() if tokens else "", dialect)
    if body is not sql:
        tokens = tokenize(body, dialect)
    tokens = as_written(tokens, body, dialect)
    try:
        trees = (
            Dialect.get_or_raise(PARSER[dialect]).parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, body)
        )
    except _PARSER_ERRORS as error:
        raise RequestError(
            "sql-syntax", f"Not valid {dialect} SQL: {_plain(error)}. Correct that part."
        ) from None
    found = [t for t in trees if t is not None and not isinstance(t, exp.Semicolon)]
    if len(found) != 1:
        raise RequestError(
            "sql-not-single-statement",
            f"Expected one statement, found {len(found)}. Send one SELECT at a time; join steps with WITH.",
        )
    return found[0]


def _check_opening(word: str, dialect: str) -> None:
    """Refuse a command by its first word, where a parser would only say that it does not understand."""
    if word in _COMMANDS:
        raise _refusal(f"the command {word.upper()}")
    if word in {"show", "describe", "desc", "summarize"} and dialect in {"sqlite", "postgresql", *OTHERS}:
        raise _refusal(f"the command {word.upper()}", "Use describe_database to see tables and columns.")


def _check_root(tree: exp.Expr, dialect: str) -> None:
    kind = type(tree).__name__
    if kind not in ROOTS or (dialect in OTHERS and not isinstance(tree, exp.Query | exp.Values)):
        raise _refusal(WRITES.get(kind, f"a statement of the kind {kind}"))


def _check_node(node: exp.Expr, dialect: str) -> None:
    kind = type(node).__name__
    if isinstance(node, exp.Func):
        if kind in WRITES:
            raise _refusal(WRITES[kind])
        return
    if dialect in OTHERS and (beyond := beyond_reading(node, dialect)):
        raise _refusal(beyond, "Use describe_database to see tables and columns.")
    if kind not in NODES and kind not in NODES_BEYOND.get(dialect, frozenset()):
        raise _refusal(
            WRITES.get(kind, f"the part {node.sql(PARSER[dialect], comments=False)[:80]!r} ({kind})")
        )
    if isinstance(node, exp.Table):
        _check_table(node, dialect)
    if isinstance(node, exp.Summarize | exp.Describe) and not isinstance(node.this, exp.Table | exp.Query):
        raise _refusal(f"{kind.upper()} of something that is neither a table nor a SELECT")
    if isinstance(node, exp.Select) and (node.args.get("into") or node.args.get("locks")):
        raise _refusal("SELECT INTO or FOR UPDATE")
    if isinstance(node, exp.Select) and dialect == "mysql":
        kept = [word for word in node.args.get("operation_modifiers") or () if word == "STRAIGHT_JOIN"]
        node.set("operation_modifiers", kept)
    if isinstance(node, exp.Show) and node.name.upper() not in _SHOWN:
        raise _refusal(f"SHOW {node.name}", "Use describe_database to see tables and columns.")


def _check_table(table: exp.Table, dialect: str) -> None:
    if isinstance(table.this, exp.Func):
        return
    name = table.name
    known = CATALOG_SCHEMAS[dialect].get(table.db.lower())
    if known is not None and name.lower() not in known:
        raise _refusal(
            f"the engine's own table {table.db}.{name}", "Use describe_database to see tables and columns."
        )
    if any(name.lower().startswith(prefix) for prefix in CATALOG_PREFIXES[dialect]):
        raise _refusal(f"the engine's own table {name!r}", "Use describe_database to see tables and columns.")
    if dialect in _READS_PATHS and any(mark in p.name.lower() for p in table.parts for mark in _FILE_MARKS):
        raise _refusal(
            f"the file {name!r} as a table",
            "Read configured tables; describe_database lists them.",
        )


def _generate(tree: exp.Expr, seen: _Seen, dialect: str) -> str:
    for node in seen.byte_strings if dialect == "duckdb" else ():
        node.replace(exp.Literal.string(node.name))
    for number in seen.numbers:
        number.replace(exp.Var(this=f"0x{number.name.removeprefix(KEPT)}"))
    for kind in seen.decimals if dialect in {"sqlite", "bigquery"} else ():
        size = ", ".join(each.name for each in kind.expressions) if dialect == "bigquery" else ""
        name = f"NUMERIC({size})" if size else "NUMERIC"
        kind.replace(exp.DataType(this=exp.DType.USERDEFINED, kind=name))
    for old in reversed(seen.rewritten) if dialect == "mysql" else ():
        if (other := portable(old)) is not None:
            old.replace(other)
    try:
        return tree.sql(
            PARSER[dialect],
            comments=False,
            copy=False,
            normalize_functions=False,
            identify=dialect == "mssql",
            unsupported_level=ErrorLevel.RAISE,
        )
    except SqlglotError as error:
        raise RequestError(
            "sql-syntax", f"This is not {dialect} SQL: {_plain(error)}. Write it another way."
        ) from None


def _check_calls(tokens: list[Token], seen: _Seen, dialect: str) -> None:
    known = FUNCTIONS[dialect]
    written = called_names(tokens, seen.aliases, dialect)
    behind_a_dot = {name.rpartition(".")[2] for name in written if "." in name and name in known}
    for name in [*written, *seen.called]:
        if name not in known and name not in behind_a_dot:
            raise _refusal(
                f"the function {name!r}",
                "Only built-in functions that compute are allowed, none that reads files or settings, runs text as "
                f"SQL, waits or writes.{_resembling(name, dialect)}",
            )


def _resembling(name: str, dialect: str) -> str:
    close = difflib.get_close_matches(name, FUNCTIONS[dialect], n=1, cutoff=0.8)
    return f" Did you mean {close[0]!r}?" if close else ""


def _parameters(seen: _Seen) -> frozenset[str]:
    names = [node.name for node in seen.placeholders] + [n.name.removeprefix(MARKED) for n in seen.marked]
    if any(not name.isidentifier() for name in names):
        raise RequestError(
            "sql-parameters",
            "Parameters have names here: write :name in the SQL and give parameters={'name': value}.",
        )
    return frozenset(names)


def _number(seen: _Seen) -> tuple[str, ...]:
    """Turn each named parameter into `$1`, `$2`, …, and return their names in that order."""
    names = tuple(sorted({node.name for node in seen.placeholders}))
    for node in seen.placeholders:
        node.replace(exp.Parameter(this=exp.Literal.number(str(names.index(node.name) + 1))))
    return names


def _refusal(part: str, advice: str = "") -> RequestError:
    remedy = (
        advice
        or "Write one SELECT (WITH, VALUES, EXPLAIN SELECT also work); derive new data in the query itself."
    )
    return RequestError("sql-not-read-only", f"Refused: {part}. Databases are read-only here. {remedy}")


def _plain(error: Exception) -> str:
    """Return the parser's words without its terminal colours and the echo of the statement."""
    if not isinstance(error, SqlglotError):
        return "An operator has no operand"
    return str(error).splitlines()[0].rstrip(". ")
