"""Brackets among the tokens of a statement, and tokens made in the place of others."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

__all__ = ["CLOSE", "KEPT", "OPEN", "cast_of", "like", "opening", "texts_within", "within"]

KEPT = "\x01"
"""In front of a name or text that the parser should not know; to be taken off in the tree."""

OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}


def within(tokens: Sequence[Token], start: int) -> Sequence[Token]:
    """Return the bracket that opens at `start`, with both its ends."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at].token_type in OPEN) - (tokens[at].token_type in CLOSE)
        if depth == 0:
            return tokens[start : at + 1]
    return tokens[start:]


def like(token: Token, kind: TokenType, text: str) -> Token:
    """Return a token of this kind and text that stands where the given one does."""
    return Token(kind, text, token.line, token.col, token.start, token.end)


def cast_of(string: Token, kind: Token) -> list[Token]:
    """Return the tokens of a cast of a string to a type."""
    opened = [like(string, TokenType.VAR, "CAST"), like(string, TokenType.L_PAREN, "("), string]
    return [*opened, like(string, TokenType.ALIAS, "AS"), kind, like(string, TokenType.R_PAREN, ")")]


def opening(tokens: Sequence[Token], end: int) -> int:
    """Return where the bracket opens that closes at `end`; 0 where none does."""
    depth = 0
    for at in range(end, -1, -1):
        depth += (tokens[at].token_type in CLOSE) - (tokens[at].token_type in OPEN)
        if depth == 0:
            return at
    return 0


def texts_within(tokens: Sequence[Token], start: int) -> list[str]:
    """Return what stands directly within the parentheses that open at `start`, if any do."""
    depth, found = 0, []
    for token in tokens[start:]:
        depth += (token.token_type in OPEN) - (token.token_type in CLOSE)
        if depth == 0:
            break
        if depth == 1:
            found.append(token.text.lower())
    return found
