"""The tokens of a statement, so written that the parser keeps their meaning.

sqlglot translates between dialects: a function that it knows becomes a node of its own and is generated under whatever
name the node has (`to_hex(x)` as `HEX(x)`, `date_part` as an EXTRACT of another type). Here every call keeps its name
and its arguments as they were written, and forms that the parser does not know are written in one that it does.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import CLOSE, OPEN, like
from mcp_pyexec.sql.postgresql_spelling import plain_forms

__all__ = ["KEPT", "as_written"]

KEPT = "\x01"
"""In front of a function's name, so that the parser does not know it; to be taken off in the tree."""

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
"""Functions whose WITHIN GROUP or IGNORE NULLS the parser writes right only where it knows the function."""

_ENDS_PREFIXES = {
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.STRING,
    TokenType.NUMBER,
    TokenType.COMMA,
} | CLOSE
_SUBSCRIPTED = {TokenType.R_BRACKET, TokenType.R_PAREN, TokenType.VAR, TokenType.IDENTIFIER}

_WITHOUT_PARENTHESES = frozenset({"utc_date", "utc_time", "utc_timestamp"})


def as_written(tokens: Sequence[Token], sql: str, dialect: str) -> list[Token]:
    """Return the tokens for the parser.

    Raises:
        RequestError: `sql-syntax` for nesting that a parser should not be asked to follow, and for the forms of
            PostgreSQL's strings and prefix operators that have no other spelling.
    """
    found = [token for token in tokens if token.token_type is not TokenType.HINT]
    if dialect == "postgresql":
        found = plain_forms(found, sql)
    if dialect == "mysql":
        found = _mysql_calls(found)
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


def _mysql_calls(tokens: Sequence[Token]) -> list[Token]:
    """Tell functions from what they look like to the parser.

    INTERVAL(n, a, b) is one, told from a unit of time by its comma; UTC_DATE is one without parentheses; a
    GROUP_CONCAT without SEPARATOR takes any arguments; `0x4D` is a number, which `x'4D'` is not.
    """
    found: list[Token] = []
    for index, token in enumerate(tokens):
        name = token.text.lower()
        within = _texts_within(tokens, index + 1) if name in {"interval", "group_concat"} else []
        if token.token_type is TokenType.INTERVAL and "," in within:
            token.token_type = TokenType.VAR
        if name == "group_concat" and "separator" not in within:
            token.text = KEPT + token.text
        if token.token_type is TokenType.HEX_STRING and token.end - token.start + 1 == len(token.text) + 2:
            token = like(token, TokenType.HEX_STRING, KEPT + token.text)
        found.append(token)
        if name in _WITHOUT_PARENTHESES and token.token_type is not TokenType.IDENTIFIER:
            before = tokens[index - 1].token_type if index else None
            after = tokens[index + 1].token_type if index + 1 < len(tokens) else None
            if (
                TokenType.DOT not in (before, after)
                and TokenType.L_PAREN is not after
                and TokenType.ALIAS is not before
            ):
                found += [like(token, TokenType.L_PAREN, "("), like(token, TokenType.R_PAREN, ")")]
    return found


def _texts_within(tokens: Sequence[Token], start: int) -> list[str]:
    """Return what stands directly within the parentheses that open at `start`, if any do."""
    depth, found = 0, []
    for token in tokens[start:]:
        depth += (token.token_type in OPEN) - (token.token_type in CLOSE)
        if depth == 0:
            break
        if depth == 1:
            found.append(token.text.lower())
    return found
