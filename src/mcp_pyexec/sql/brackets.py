"""Brackets among the tokens of a statement, and tokens made in the place of others."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

__all__ = ["CLOSE", "OPEN", "like", "within"]

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
