"""SQLite's casts and limits, in forms that the parser keeps the meaning of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.sql.brackets import CLOSE, OPEN, like

__all__ = ["sqlite_forms"]

_TYPE_WORDS = 10
_ENDS_LIMIT = {TokenType.OFFSET, TokenType.COMMA}

_AFFINITIES = (
    (("INT",), TokenType.INT, "INTEGER"),
    (("CHAR", "CLOB", "TEXT"), TokenType.TEXT, "TEXT"),
    (("BLOB",), TokenType.BLOB, "BLOB"),
    (("REAL", "FLOA", "DOUB"), TokenType.FLOAT, "REAL"),
    (("",), TokenType.DECIMAL, "NUMERIC"),
)
"""The parts of a type's name by which SQLite tells what a cast to it does; the first that is found holds."""


def sqlite_forms(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with the one type of each kind in casts, and with brackets around long limits.

    A CROSS JOIN has a space of its own, by which it can be told from a comma afterwards.
    """
    joins = [index for index, token in enumerate(tokens) if token.token_type is TokenType.JOIN]
    found = list(tokens)
    for index in joins:
        if index and tokens[index - 1].token_type is TokenType.CROSS:
            found[index - 1] = like(tokens[index - 1], TokenType.CROSS, "CROSS ")
    return _limits(_casts(found))


def _casts(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with each type of a cast as the one it works as: the parser would make `DATE` a call."""
    found: list[Token] = []
    casts: list[bool] = []
    words: list[Token] | None = None
    depth = 0
    for index, token in enumerate(tokens):
        if token.token_type in OPEN:
            casts.append(index > 0 and tokens[index - 1].text.lower() == "cast")
        elif token.token_type in CLOSE and casts:
            casts.pop()
            if words is not None and len(casts) < depth:
                found += _type(words)
                words = None
        if words is not None:
            words.append(token)
            continue
        found.append(token)
        if token.token_type is TokenType.ALIAS and casts and casts[-1]:
            words, depth = [], len(casts)
    return found + (words or [])


def _type(words: Sequence[Token]) -> list[Token]:
    """Return the type that a name of one or more words stands for."""
    if not 0 < len(words) <= _TYPE_WORDS or any(word.token_type is TokenType.STRING for word in words):
        return [*words]
    name = " ".join(word.text for word in words).upper()
    kind, text = next(
        (kind, text) for parts, kind, text in _AFFINITIES if any(part in name for part in parts)
    )
    return [like(words[0], kind, text)]


def _limits(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with what stands behind each LIMIT in parentheses: the parser takes a `%` in it for percent."""
    found: list[Token] = []
    ends: list[int] = []
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.token_type in OPEN) - (token.token_type in CLOSE)
        at_end = ends and (depth < ends[-1] or (depth == ends[-1] and token.token_type in _ENDS_LIMIT))
        if at_end:
            found.append(like(token, TokenType.R_PAREN, ")"))
            ends.pop()
        found.append(token)
        if token.token_type is TokenType.LIMIT and _is_long(tokens, index + 1):
            found.append(like(token, TokenType.L_PAREN, "("))
            ends.append(depth)
    return found + [like(tokens[-1], TokenType.R_PAREN, ")") for _ in ends]


def _is_long(tokens: Sequence[Token], start: int) -> bool:
    """Return whether a LIMIT takes more than one token that starts here."""
    return len(tokens) > start + 1 and tokens[start + 1].token_type not in _ENDS_LIMIT | CLOSE
