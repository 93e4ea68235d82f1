"""PostgreSQL's operators, in forms that the parser keeps the meaning of.

Operators that it cannot read are written `OPERATOR(…)`, which the server reads as the very same; prefix operators
become calls of the functions behind them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import like, within

__all__ = ["OPERATORS", "plain_operators", "spelled_operator"]

_UNKNOWN_TEXT = """
    <=> <#> <+> <~> <%> >>= <<= ~= ?# ?-| ?|| |>> <<| &<| |&> ## @@@ <^ >^ ~<~ ~<=~ ~>~ ~>=~ <% %> <<% %>> <<-> <->>
    <<<-> <->>> *= *<> ^@
"""
_UNKNOWN = frozenset(_UNKNOWN_TEXT.split())
"""Infix operators of the server and of its extensions that the parser cannot read, or makes a function of."""

_KNOWN_TEXT = """
    + - * / % ^ = <> != < > <= >= || & | # ~ << >> && @> <@ @@ ~~ ~~* !~~ !~~* ~* !~ !~* -> ->> #> #>> #- ? ?| ?& @?
    -|- &< &> <->
"""
OPERATORS = _UNKNOWN | frozenset(_KNOWN_TEXT.split())
"""What may stand in `OPERATOR(…)`."""

_CHARACTERS = frozenset("+-*/<>=~!@#%^&|`?")
_KEEP_A_SIGN = frozenset("~!@#%^&|`?")
_DIRECTIONS = {"<": TokenType.ASC, ">": TokenType.DESC}

_PREFIXED = {"@": "abs", "|/": "sqrt", "||/": "cbrt", "!!": "tsquery_not"}
_OF_FLOATS = {"sqrt", "cbrt"}
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


def plain_operators(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with every operator in a form that the parser reads.

    Raises:
        RequestError: `sql-syntax` for those that have none.
    """
    return _prefixed(_spelled(tokens))


def spelled_operator(operator: str, token: Token) -> list[Token]:
    """Return `OPERATOR(…)` in the place of the token."""
    return [
        like(token, TokenType.OPERATOR, "OPERATOR"),
        like(token, TokenType.L_PAREN, "("),
        like(token, TokenType.VAR, operator),
        like(token, TokenType.R_PAREN, ")"),
    ]


def _spelled(tokens: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.text[:1] not in _CHARACTERS:
            found.append(token)
            index += 1
            continue
        operator = _operator(tokens, index)
        before = found[-1].text.lower() if found else ""
        if operator and before == "using":
            found[-1] = _direction(operator, token)
        elif operator in _UNKNOWN and before != "(":
            found += spelled_operator(operator, token)
        elif operator == "!!":
            found.append(like(token, TokenType.PARAMETER, operator))
        else:
            found.append(token)
            index += 1
            continue
        index += _count(tokens, index, operator)
    return found


def _operator(tokens: Sequence[Token], start: int) -> str:
    """Return the operator that starts here as the server reads it, "" where none does.

    It takes as many of these characters as stand side by side; a sign at their end is part of it only beside some.
    """
    text = ""
    for at in range(start, len(tokens)):
        token = tokens[at]
        if not _CHARACTERS.issuperset(token.text) or token.end - token.start + 1 != len(token.text):
            break
        if at > start and token.start != tokens[at - 1].end + 1:
            break
        text += token.text
    while len(text) > 1 and text[-1] in "+-" and not _KEEP_A_SIGN & {*text[:-1]}:
        text = text[:-1]
    return text


def _count(tokens: Sequence[Token], start: int, operator: str) -> int:
    """Return how many tokens hold the operator."""
    count = length = 0
    while length < len(operator):
        length += len(tokens[start + count].text)
        count += 1
    return count


def _direction(operator: str, token: Token) -> Token:
    """Return ASC or DESC for `USING <` or `USING >`, by which the server means the very same."""
    if operator not in _DIRECTIONS:
        raise RequestError(
            "sql-syntax",
            f"ORDER BY … USING {operator} cannot be read here. Write ASC or DESC, with a COLLATE.",
        )
    kind = _DIRECTIONS[operator]
    return like(token, kind, kind.name)


def _prefixed(tokens: list[Token]) -> list[Token]:
    """Return the tokens with `@ x`, `|/ x`, `||/ x` and `!! x` as calls.

    These operators take everything up to the next comparison: `@ a + b` is `abs(a + b)`. Where it is not plain that
    their operand ends, they are refused.
    """
    if not any(_called(token) for token in tokens):
        return tokens
    found: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        name = _called(token)
        if not name:
            found.append(token)
            index += 1
            continue
        end = _operand_end(tokens, index + 1)
        if end is None:
            raise RequestError("sql-syntax", f"Write {name}(…) in place of the operator {token.text} here.")
        found += [like(token, TokenType.VAR, name), like(token, TokenType.L_PAREN, "(")]
        found += tokens[index + 1 : end]
        if name in _OF_FLOATS:
            found += [like(token, TokenType.DCOLON, "::"), like(token, TokenType.DOUBLE, "float8")]
        found.append(like(token, TokenType.R_PAREN, ")"))
        index = end
    return found


def _called(token: Token) -> str:
    """Return the function behind a prefix operator, "" for any other token."""
    if token.token_type in (TokenType.PARAMETER, TokenType.PIPE_SLASH, TokenType.DPIPE_SLASH):
        return _PREFIXED[token.text]
    return ""


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
