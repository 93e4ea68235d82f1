"""PostgreSQL's strings and prefix operators, in forms that the parser keeps the meaning of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import like, within

__all__ = ["plain_forms"]

_UNITS = frozenset({"year", "month", "day", "hour", "minute", "second"})

_ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|(.))|''", re.DOTALL
)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

_PREFIXED = {TokenType.PARAMETER: "abs", TokenType.PIPE_SLASH: "sqrt", TokenType.DPIPE_SLASH: "cbrt"}
_BINDS_TIGHTER = {
    TokenType.PLUS,
    TokenType.DASH,
    TokenType.STAR,
    TokenType.SLASH,
    TokenType.MOD,
    TokenType.CARET,
    TokenType.DCOLON,
    TokenType.L_BRACKET,
    TokenType.DOT,
    TokenType.COLLATE,
}


def plain_forms(tokens: Sequence[Token], sql: str) -> list[Token]:
    """Return the tokens with plain strings, casts and calls for what only PostgreSQL has.

    Raises:
        RequestError: `sql-syntax` for those that have no other spelling.
    """
    return _prefixed(_plain_strings(tokens, sql))


def _plain_strings(tokens: Sequence[Token], sql: str) -> list[Token]:
    """Return the tokens with `e'…'` and `U&'…'` as plain strings, and `interval '…'` as a cast.

    The parser keeps none as it is: it gives two different strings one form, and drops parts of an interval.
    """
    found: list[Token] = []
    left = iter(range(len(tokens)))
    for index in left:
        token = tokens[index]
        kind = token.token_type
        before = tokens[index - 1].text.lower() if index else ""
        after = [t.text.lower() for t in tokens[index + 1 : index + 3]]
        if kind is TokenType.STRING and before == "interval" and after[:1] not in ([u] for u in _UNITS):
            found[-1:] = [like(token, kind_, text) for kind_, text in _CAST]
            found += [token, *(like(token, kind_, text) for kind_, text in _AS_INTERVAL)]
        elif kind is TokenType.BYTE_STRING:
            found.append(like(token, TokenType.STRING, _unescaped_string(sql[token.start : token.end + 1])))
        elif kind is TokenType.UNICODE_STRING:
            named = after[:1] == ["uescape"]
            found.append(like(token, TokenType.STRING, _unicode(token.text, after[1] if named else "\\")))
            for _ in range(2 * named):
                next(left)
        elif kind is TokenType.AMP and before == "u" and sql[token.start + 1 : token.start + 2] == '"':
            raise RequestError("sql-syntax", 'Write the name itself in "…"; U&"…" cannot be read here.')
        else:
            found.append(token)
    return found


_CAST = ((TokenType.VAR, "CAST"), (TokenType.L_PAREN, "("))
_AS_INTERVAL = ((TokenType.ALIAS, "AS"), (TokenType.INTERVAL, "INTERVAL"), (TokenType.R_PAREN, ")"))


def _unescaped_string(raw: str) -> str:
    if raw[:2].lower() != "e'":
        raise RequestError("sql-syntax", "Only e'…' strings can be read here; bind other values.")
    return _ESCAPE.sub(_unescaped, raw[2:-1])


def _unescaped(match: re.Match[str]) -> str:
    octal, number, character = match.groups()
    if character is not None:
        return _CONTROL.get(character, character)
    if octal is None and number is None:
        return "'"
    code = int(octal, 8) if octal else int(number[1:], 16)
    if not 0 < code < (128 if octal or number[0] == "x" else 0xD800):
        raise _no_character()
    return chr(code)


def _unicode(text: str, mark: str) -> str:
    """Return what a `U&'…'` string says whose escapes start with `mark`."""
    sign = re.escape(mark)
    escapes = re.compile(f"{sign}(?:{sign}|([0-9a-fA-F]{{4}})|\\+([0-9a-fA-F]{{6}})|)")

    def character(match: re.Match[str]) -> str:
        number = match.group(1) or match.group(2)
        if number is None and match.group() == mark * 2:
            return mark
        code = int(number or "0", 16)
        if not 0 < code < 0xD800 and not 0xE000 <= code <= 0x10FFFF:
            raise _no_character()
        return chr(code)

    return escapes.sub(character, text)


def _no_character() -> RequestError:
    return RequestError("sql-syntax", "An escape in a string stands for no character. Bind such a value.")


def _prefixed(tokens: list[Token]) -> list[Token]:
    """Return the tokens with `@ x`, `|/ x` and `||/ x` as calls.

    These operators take everything up to the next comparison: `@ a + b` is `abs(a + b)`. Where it is not plain that
    their operand ends, they are refused.
    """
    if not any(token.token_type in _PREFIXED for token in tokens):
        return tokens
    found: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.token_type not in _PREFIXED:
            found.append(token)
            index += 1
            continue
        end = _operand_end(tokens, index + 1)
        name = _PREFIXED[token.token_type]
        if end is None:
            raise RequestError("sql-syntax", f"Write {name}(…) in place of the operator {token.text} here.")
        found += [like(token, TokenType.VAR, name), like(token, TokenType.L_PAREN, "(")]
        found += tokens[index + 1 : end]
        if name != "abs":
            found += [like(token, TokenType.DCOLON, "::"), like(token, TokenType.DOUBLE, "float8")]
        found.append(like(token, TokenType.R_PAREN, ")"))
        index = end
    return found


def _operand_end(tokens: Sequence[Token], start: int) -> int | None:
    """Return where a number, a name or a bracket that starts here ends, None where more belongs to the operand."""
    at = start + (start < len(tokens) and tokens[start].token_type in (TokenType.DASH, TokenType.PLUS))
    if at >= len(tokens) or tokens[at].token_type not in {
        TokenType.NUMBER,
        TokenType.VAR,
        TokenType.IDENTIFIER,
        TokenType.L_PAREN,
    }:
        return None
    while at + 2 < len(tokens) and tokens[at + 1].token_type is TokenType.DOT:
        at += 2
    if tokens[at].token_type is not TokenType.L_PAREN:
        at += 1
    if at < len(tokens) and tokens[at].token_type is TokenType.L_PAREN:
        at += len(within(tokens, at))
    tighter = at < len(tokens) and (
        tokens[at].token_type in _BINDS_TIGHTER or tokens[at].text.lower() == "at"
    )
    return None if tighter else at
