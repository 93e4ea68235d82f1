"""What only MySQL and MariaDB have, in forms that the parser keeps the meaning of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.sql.brackets import CLOSE, KEPT, OPEN, like, texts_within
from mcp_pyexec.sql.mysql_json_table import without_clauses

__all__ = ["mysql_forms"]

_WITHOUT_PARENTHESES = frozenset({"utc_date", "utc_time", "utc_timestamp"})
_ESCAPED = {
    "d": (TokenType.DATE, "DATE"),
    "t": (TokenType.TIME, "TIME"),
    "ts": (TokenType.VAR, "TIMESTAMP"),
}
_SETS = {TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT}
_ENDS_VALUES = _SETS | {TokenType.ORDER_BY, TokenType.LIMIT}
_STARTS_VALUES = _SETS | {None, TokenType.L_PAREN, TokenType.ALL, TokenType.DISTINCT}
_FOLLOWS_DUAL = _ENDS_VALUES | {None, TokenType.WHERE, TokenType.R_PAREN}
_REWRITTEN = {TokenType.L_BRACE, TokenType.TIME, TokenType.NUMBER, TokenType.FROM, TokenType.JOIN}
_BEFORE_JOIN = {*Parser.JOIN_METHODS, *Parser.JOIN_SIDES, *Parser.JOIN_KINDS}
_SHOWN = {"indexes": "INDEX", "keys": "INDEX", "fields": "COLUMNS"}


def mysql_forms(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with calls, literals and table values as the parser knows them."""
    if tokens and tokens[0].text.lower() == "show":
        return _shown(tokens)
    return _calls(without_clauses(_values(_literals(tokens))))


def _shown(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens of a SHOW with one word for each of several that mean the same."""
    found = [*tokens]
    for index in (1, 2):
        word = found[index].text.lower() if len(found) > index else ""
        if word in _SHOWN:
            found[index] = like(found[index], TokenType.VAR, _SHOWN[word])
        elif word == "in":
            found[index] = like(found[index], TokenType.FROM, "FROM")
    return found


def _literals(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with `{d '…'}` as `DATE '…'`, and times as calls: a cast would drop their fraction.

    Behind INTERVAL a number stands in parentheses; the parser would make it a string, which is read in another way.
    `FROM DUAL`, which means nothing, is left out: the parser would quote it. A plain JOIN is an INNER JOIN: without
    ON the parser would make it a comma, which binds less.
    """
    found: list[Token] = []
    left = iter(range(len(tokens)))
    for index in left:
        token, kind = tokens[index], tokens[index].token_type
        if kind not in _REWRITTEN:
            found.append(token)
            continue
        before = found[-1].token_type if found else None
        texts = [t.text.lower() for t in tokens[index : index + 4]]
        kinds = [t.token_type for t in tokens[index : index + 4]]
        if (
            kind is TokenType.L_BRACE
            and kinds[2:] == [TokenType.STRING, TokenType.R_BRACE]
            and texts[1] in _ESCAPED
        ):
            found += _literal(like(token, *_ESCAPED[texts[1]]), tokens[index + 2])
            skipped = 3
        elif kind is TokenType.TIME and kinds[1:2] == [TokenType.STRING] and before is not TokenType.ALIAS:
            found += _literal(token, tokens[index + 1])
            skipped = 1
        elif kind is TokenType.NUMBER and _is_amount(found):
            at = len(found) - (before is not TokenType.INTERVAL)
            found[at:at] = [like(token, TokenType.L_PAREN, "(")]
            found += [token, like(token, TokenType.R_PAREN, ")")]
            skipped = 0
        elif kind is TokenType.JOIN and before not in _BEFORE_JOIN:
            found += [like(token, TokenType.INNER, "INNER"), token]
            skipped = 0
        elif texts[:2] == ["from", "dual"] and (kinds[2] if len(kinds) > 2 else None) in _FOLLOWS_DUAL:
            skipped = 1
        else:
            found.append(token)
            skipped = 0
        for _ in range(skipped):
            next(left)
    return found


def _literal(kind: Token, text: Token) -> list[Token]:
    if kind.token_type is TokenType.DATE:
        return [kind, text]
    return [kind, like(kind, TokenType.L_PAREN, "("), text, like(text, TokenType.R_PAREN, ")")]


def _is_amount(found: Sequence[Token]) -> bool:
    """Return whether what follows is the amount of an INTERVAL, behind a sign or not."""
    kinds = [token.token_type for token in found[-2:]]
    return kinds[-1:] == [TokenType.INTERVAL] or kinds in (
        [TokenType.INTERVAL, TokenType.DASH],
        [TokenType.INTERVAL, TokenType.PLUS],
    )


def _values(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with each query `VALUES …` as `SELECT * FROM (VALUES …) AS listed`."""
    found: list[Token] = []
    ends: list[int] = []
    depth = 0
    for index, token in enumerate(tokens):
        before = tokens[index - 1].token_type if index else None
        after = tokens[index + 1].token_type if index + 1 < len(tokens) else None
        depth += (token.token_type in OPEN) - (token.token_type in CLOSE)
        while ends and (depth < ends[-1] or (depth == ends[-1] and token.token_type in _ENDS_VALUES)):
            found += _listed(token)
            ends.pop()
        if token.token_type is TokenType.VALUES and before in _STARTS_VALUES and after is TokenType.L_PAREN:
            found += [like(token, TokenType.SELECT, "SELECT"), like(token, TokenType.STAR, "*")]
            found += [like(token, TokenType.FROM, "FROM"), like(token, TokenType.L_PAREN, "(")]
            ends.append(depth)
        found.append(token)
    return found + [part for _ in ends for part in _listed(tokens[-1])]


def _listed(token: Token) -> list[Token]:
    alias = like(token, TokenType.ALIAS, "AS")
    return [like(token, TokenType.R_PAREN, ")"), alias, like(token, TokenType.VAR, "listed")]


def _calls(tokens: Sequence[Token]) -> list[Token]:
    """Tell functions from what they look like to the parser.

    INTERVAL(n, a, b) is one, told from a unit of time by its comma; UTC_DATE is one without parentheses; a
    GROUP_CONCAT without SEPARATOR takes any arguments; `0x4D` is a number, which `x'4D'` is not.
    """
    found: list[Token] = []
    for index, token in enumerate(tokens):
        name = token.text.lower()
        within = texts_within(tokens, index + 1) if name in {"interval", "group_concat"} else []
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
