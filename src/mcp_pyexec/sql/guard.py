"""One statement in, one read-only statement out, or a refusal that says which part and why.

Invariant: what is executed is generated from a checked tree, without comments, and every call in that very text
is on the dialect's list of computing functions. The engine's own enforcement does not rely on this module.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokenizer_core import Token

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import KEPT
from mcp_pyexec.sql.checks import DESCRIBE, check_node, check_opening, check_root, refusal
from mcp_pyexec.sql.dialects import FAMILY, PARSER, portable
from mcp_pyexec.sql.functions import CATALOG_PREFIXES, FUNCTIONS
from mcp_pyexec.sql.mysql_json_table import restore_clauses
from mcp_pyexec.sql.other_rules import OTHERS
from mcp_pyexec.sql.prefixes import place_prefixes
from mcp_pyexec.sql.seen import Seen
from mcp_pyexec.sql.spelling import as_written
from mcp_pyexec.sql.sqlite_pragma import listing
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
    with_spaces,
    without_comments,
    without_explain,
)

__all__ = ["SQL_CHARACTERS", "GuardedQuery", "guard"]

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # its warnings quote the caller's statement

SQL_CHARACTERS = 100_000
"""Longest statement; parsing takes time in proportion, and no analytic statement comes near."""

Rewrite = Callable[[exp.Expr], None]

_UNREADABLE = re.compile("[\0-\x08\x0e-\x1f\ud800-\udfff]")
_PARSER_ERRORS = (SqlglotError, TypeError, AttributeError, ValueError)
"""What sqlglot raises for a text that it cannot read; the last three where an operand is missing."""
_REMEMBERED = 128
_LISTS = {"tables", "databases", "schemas", "variables"}


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
    sql = with_spaces(without_comments(sql, dialect), dialect)
    if dialect == "sqlite" and rewrite is None and (text := listing(sql)):
        return GuardedQuery(text, dialect, frozenset(), ())
    prefix, body = without_explain(sql, dialect)
    tree = _parse(body, dialect)
    check_root(tree, dialect)
    seen = Seen()
    for node in tree.walk():
        check_node(node, dialect)
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
    check_opening(tokens[0].text.lower() if tokens else "", dialect, alone=len(tokens) == 1)
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


def _generate(tree: exp.Expr, seen: Seen, dialect: str) -> str:
    for node in seen.byte_strings if dialect == "duckdb" else ():
        node.replace(exp.Literal.string(node.name))
    for number in seen.numbers:
        number.replace(exp.Var(this=f"0x{number.name.removeprefix(KEPT)}"))
    for kind in seen.decimals if dialect in {"sqlite", "bigquery"} else ():
        size = ", ".join(each.name for each in kind.expressions) if dialect == "bigquery" else ""
        name = f"NUMERIC({size})" if size else "NUMERIC"
        kind.replace(exp.DataType(this=exp.DType.USERDEFINED, kind=name))
    for path in seen.paths:
        if path.arg_key == "expression" and isinstance(path.this, exp.Literal):
            path.replace(path.this)
    place_prefixes(seen.prefixes)
    for column in seen.clauses if dialect == "mysql" else ():
        restore_clauses(column)
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
    except _PARSER_ERRORS as error:
        raise RequestError(
            "sql-syntax", f"This is not {dialect} SQL: {_plain(error)}. Write it another way."
        ) from None


def _check_calls(tokens: list[Token], seen: Seen, dialect: str) -> None:
    known = FUNCTIONS[dialect]
    written = called_names(tokens, seen.aliases, dialect)
    behind_a_dot = {name.rpartition(".")[2] for name in written if "." in name and name in known}
    for name in [*written, *seen.called]:
        if name not in known and name not in behind_a_dot:
            if dialect in {"sqlite", "duckdb"} and name.startswith(CATALOG_PREFIXES[dialect]):
                raise refusal(f"the engine's own function {name!r}", DESCRIBE)
            raise refusal(
                f"the function {name!r}",
                "Only built-in functions that compute are allowed, none that reads files or settings, runs text as "
                f"SQL, waits or writes.{_resembling(name, dialect)}",
            )


def _resembling(name: str, dialect: str) -> str:
    close = difflib.get_close_matches(name, FUNCTIONS[dialect], n=1, cutoff=0.8)
    return f" Did you mean {close[0]!r}?" if close else ""


def _parameters(seen: Seen) -> frozenset[str]:
    names = [node.name for node in seen.placeholders] + [n.name.removeprefix(MARKED) for n in seen.marked]
    if any(not name.isidentifier() for name in names):
        raise RequestError(
            "sql-parameters",
            "Parameters have names here: write :name in the SQL and give parameters={'name': value}.",
        )
    return frozenset(names)


def _number(seen: Seen) -> tuple[str, ...]:
    """Turn each named parameter into `$1`, `$2`, …, and return their names in that order."""
    names = tuple(sorted({node.name for node in seen.placeholders}))
    for node in seen.placeholders:
        node.replace(exp.Parameter(this=exp.Literal.number(str(names.index(node.name) + 1))))
    return names


def _plain(error: Exception) -> str:
    """Return the parser's words without its terminal colours and the echo of the statement."""
    if not isinstance(error, SqlglotError):
        return "An operator has no operand"
    return str(error).splitlines()[0].rstrip(". ")
