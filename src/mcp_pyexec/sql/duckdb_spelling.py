"""DuckDB's operators that the parser does not know, in forms that it does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import cast_of, like, opening, texts_within
from mcp_pyexec.sql.postgresql_operators import spelled_operator

__all__ = ["duckdb_forms"]

_KEYWORDS = DuckDB.tokenizer_class.KEYWORDS
"""The kinds of words, which the tokenizer does not look up behind an `@`."""

_UNITS_TEXT = """
    centuries century day decade hour microsecond millennia millennium millisecond minute month quarter second week year
    """
_UNITS = frozenset(_UNITS_TEXT.split())
_BEFORE_VALUES = {
    TokenType.SELECT,
    TokenType.DISTINCT,
    TokenType.COMMA,
    TokenType.L_PAREN,
    TokenType.L_BRACKET,
    TokenType.EQ,
    TokenType.NEQ,
    TokenType.WHERE,
    TokenType.AND,
    TokenType.OR,
    TokenType.THEN,
    TokenType.ELSE,
}
_BEFORE_TYPES = {TokenType.DOT, TokenType.ALIAS, TokenType.DCOLON}

_NAMES = {TokenType.VAR, TokenType.IDENTIFIER}
_LITERALS = {TokenType.NUMBER, TokenType.STRING, TokenType.NULL, TokenType.TRUE, TokenType.FALSE}
_BRACKETS = {TokenType.R_PAREN, TokenType.END}
_BEFORE_POSTFIX = _NAMES | _LITERALS | _BRACKETS


def duckdb_forms(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with `x!` as `factorial(x)`, which binds as tightly, and `<=>` and `^@` as `OPERATOR(…)`.

    An INTERVAL with its units inside the string is a cast, of which the parser keeps every word.

    Raises:
        RequestError: `sql-syntax` for `(x,)` and EXPORT_STATE, which the parser would drop a part of.
    """
    found: list[Token] = []
    for index, token in enumerate(tokens):
        if token.token_type is TokenType.STRING and _is_interval(tokens, index):
            found[-1:] = cast_of(token, found[-1])
        elif token.token_type is TokenType.R_PAREN and _is_tuple_of_one(tokens, index):
            raise RequestError("sql-syntax", "A row of one value, (x,), cannot be read here. Write row(x).")
        elif token.text.lower() == "export_state" and index and tokens[index - 1].token_type in _BRACKETS:
            raise RequestError(
                "sql-syntax", "EXPORT_STATE cannot be read here. As a name, write it behind AS."
            )
        elif token.token_type in (TokenType.NULLSAFE_EQ, TokenType.CARET_AT):
            found += spelled_operator(token.text, token)
        elif token.text == "!" and _is_postfix(tokens, index):
            start = _operand_start(found)
            name = [like(token, TokenType.VAR, "factorial"), like(token, TokenType.L_PAREN, "(")]
            found[start:start] = name
            found.append(like(token, TokenType.R_PAREN, ")"))
        elif token.token_type is TokenType.VAR and found and found[-1].text == "@":
            found.append(like(token, _KEYWORDS.get(token.text.upper(), TokenType.VAR), token.text))
        else:
            found.append(token)
    return found


def _is_tuple_of_one(tokens: Sequence[Token], end: int) -> bool:
    """Return whether the bracket that closes here holds one value and a comma, and is not a call's or a list's."""
    if tokens[end - 1].token_type is not TokenType.COMMA:
        return False
    start = opening(tokens, end)
    before = tokens[start - 1].token_type if start else TokenType.SELECT
    return before in _BEFORE_VALUES and texts_within(tokens, start).count(",") == 1


def _is_interval(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the string is an interval's, and nothing behind it says the unit."""
    if index == 0 or tokens[index - 1].token_type is not TokenType.INTERVAL:
        return False
    if index > 1 and tokens[index - 2].token_type in _BEFORE_TYPES:
        return False
    behind = tokens[index + 1].text.lower() if index + 1 < len(tokens) else ""
    return behind not in _UNITS and behind.removesuffix("s") not in _UNITS


def _is_postfix(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the `!` here is an operator of its own, behind an operand; in `!~` it is part of another."""
    if index == 0 or tokens[index].token_type is not TokenType.NOT:
        return False
    within = index + 1 < len(tokens) and tokens[index + 1].text.startswith("~")
    part = within and tokens[index + 1].start == tokens[index].end + 1
    return not part and tokens[index - 1].token_type in _BEFORE_POSTFIX


def _operand_start(tokens: Sequence[Token]) -> int:
    """Return where the number, name, bracket or call starts with which the tokens end."""
    start = len(tokens) - 1
    if tokens[start].token_type in _BRACKETS:
        start = opening(tokens, start)
        called = start > 0 and tokens[start - 1].end + 1 == tokens[start].start
        if called and tokens[start - 1].token_type in _NAMES:
            start -= 1
    while start > 1 and tokens[start - 1].token_type is TokenType.DOT:
        start -= 2
    return start
