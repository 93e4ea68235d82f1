"""The tokens of a statement, so written that the parser keeps their meaning.

sqlglot translates between dialects: a function that it knows becomes a node of its own and is generated under whatever
name the node has (`to_hex(x)` as `HEX(x)`, `date_part` as an EXTRACT of another type). Here every call keeps its name
and its arguments as they were written, and forms that the parser does not know are written in one that it does.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import CLOSE, KEPT, OPEN, like, opening
from mcp_pyexec.sql.chains import with_brackets
from mcp_pyexec.sql.duckdb_spelling import duckdb_forms
from mcp_pyexec.sql.mysql_spelling import mysql_forms
from mcp_pyexec.sql.postgresql_spelling import plain_forms
from mcp_pyexec.sql.precedence import PRECEDENCES
from mcp_pyexec.sql.sqlite_spelling import sqlite_forms

__all__ = ["as_written"]

_AS_IT_IS = "sqlglot.anonymous"
"""sqlglot's own word, as a comment at the end of a call, for a function to be left alone."""

_BRACKETS = 200
_SUBSCRIPTS = 200
_PREFIXES = 40

_PARSED_TEXT = """
    approx_quantile arg_max arg_min argmax argmin ceil chr date_part decode floor initcap json_agg jsonb_exists max
    max_by min min_by quantile quantile_cont quantile_disc
"""
_PARSED = frozenset(_PARSED_TEXT.split())
"""Functions of plain arguments for which the parser has a rule of its own, so that its own word does not help."""

_LEFT_TO_PARSER: dict[str, set[str]] = {
    "duckdb": {
        "columns",
        "percentile_cont",
        "percentile_disc",
        "mode",
        "first_value",
        "last_value",
        "nth_value",
        "lead",
        "lag",
    }
}
"""Functions whose WITHIN GROUP, IGNORE NULLS or star before them the parser keeps only where it knows them."""

_ENDS_PREFIXES = {
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.STRING,
    TokenType.NUMBER,
    TokenType.COMMA,
} | CLOSE
_ARROWS = {TokenType.ARROW, TokenType.DARROW}
_COMPARISONS = {
    TokenType.EQ,
    TokenType.NEQ,
    TokenType.LT,
    TokenType.LTE,
    TokenType.GT,
    TokenType.GTE,
    TokenType.LIKE,
    TokenType.GLOB,
}
_SUBSCRIPTED = {TokenType.R_BRACKET, TokenType.R_PAREN, TokenType.VAR, TokenType.IDENTIFIER}


def as_written(tokens: Sequence[Token], sql: str, dialect: str) -> list[Token]:
    """Return the tokens for the parser.

    Raises:
        RequestError: `sql-syntax` for nesting that a parser should not be asked to follow, and for the forms of
            PostgreSQL's strings and prefix operators that have no other spelling.
    """
    found = [token for token in tokens if token.token_type is not TokenType.HINT]
    kinds = {token.token_type for token in found}
    if dialect in {"postgresql", "duckdb", "sqlite", "mysql"} and not _ARROWS.isdisjoint(kinds):
        found = _json_paths(found)
    if dialect in {"postgresql", "duckdb"} and TokenType.DCOLON in kinds:
        found = _typed_literals(found)
    if dialect == "postgresql":
        found = plain_forms(found, sql)
    if dialect == "mysql":
        found = mysql_forms(found)
    if dialect == "duckdb":
        found = duckdb_forms(found)
    if dialect == "sqlite":
        found = sqlite_forms(found)
    if dialect in PRECEDENCES:
        found = with_brackets(found, dialect)
    _keep_calls(found, dialect)
    return found


def _keep_calls(tokens: Sequence[Token], dialect: str) -> None:
    """Mark every call, and count on the way what the parser works through by recursion."""
    opened: list[bool] = []
    subscripts = prefixes = 0
    left_to_parser = _LEFT_TO_PARSER.get(dialect, set())
    before: Token | None = None
    for token in tokens:
        kind = token.token_type
        prefixes = 0 if kind in _ENDS_PREFIXES else prefixes + 1
        if (
            kind is TokenType.NOT
            and before is not None
            and before.token_type in _COMPARISONS
            and token.text != "!"
        ):
            raise RequestError(
                "sql-syntax", "Put NOT and what follows it in parentheses behind a comparison."
            )
        if kind in OPEN:
            named = before is not None and before.token_type not in CLOSE and before.text[:1].isalpha()
            name = before.text.lower() if named and before is not None else ""
            opened.append(named and name not in left_to_parser)
            if name in _PARSED and before is not None and dialect != "clickhouse":
                before.text = KEPT + before.text
            subscripts += (
                kind is TokenType.L_BRACKET and before is not None and before.token_type in _SUBSCRIPTED
            )
            if before is not None and before.token_type is TokenType.R_PAREN and dialect == "clickhouse":
                before.comments.clear()
        elif kind in CLOSE and opened and opened.pop():
            token.comments.append(_AS_IT_IS)
        if len(opened) > _BRACKETS or subscripts > _SUBSCRIPTS or prefixes > _PREFIXES:
            raise _too_deep()
        before = token


def _too_deep() -> RequestError:
    return RequestError(
        "sql-syntax",
        f"The SQL is nested too deeply to be checked: at most {_BRACKETS} brackets in each other, {_SUBSCRIPTS} "
        f"subscripts and {_PREFIXES} words in a row that each take what follows. Split it with WITH.",
    )


def _json_paths(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with each path behind `->` and `->>` in parentheses: the parser would read and rewrite it."""
    found: list[Token] = []
    for token in tokens:
        path = (
            found
            and found[-1].token_type in _ARROWS
            and token.token_type in (TokenType.STRING, TokenType.NUMBER)
        )
        if path:
            found += [like(token, TokenType.L_PAREN, "("), token, like(token, TokenType.R_PAREN, ")")]
        else:
            found.append(token)
    return found


def _typed_literals(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with `DATE '…'` in parentheses before a `::`, which the parser would apply to the string."""
    found: list[Token] = []
    for index, token in enumerate(tokens):
        found.append(token)
        cast = index + 1 < len(tokens) and tokens[index + 1].token_type is TokenType.DCOLON
        if cast and token.token_type is TokenType.STRING and (start := _type_start(found)):
            found.insert(start, like(found[start], TokenType.L_PAREN, "("))
            found.append(like(token, TokenType.R_PAREN, ")"))
    return found


def _type_start(tokens: Sequence[Token]) -> int:
    """Return where the name of a type starts that stands before the last token, 0 where none does."""
    at = len(tokens) - 2
    words = [token.text.lower() for token in tokens[at - 2 : at + 1]]
    if words in (["with", "time", "zone"], ["without", "time", "zone"]):
        at -= 3
    elif words[1:] == ["double", "precision"]:
        at -= 1
    if at > 0 and tokens[at].token_type is TokenType.R_PAREN:
        at = opening(tokens, at) - 1
    if at < 1 or tokens[at].token_type not in Parser.TYPE_TOKENS:
        return 0
    return 0 if tokens[at - 1].token_type in (TokenType.DOT, TokenType.ALIAS, TokenType.DCOLON) else at
