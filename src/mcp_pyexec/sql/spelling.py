"""The tokens of a statement, so written that the parser keeps their meaning.

sqlglot translates between dialects: a function that it knows becomes a node of its own and is generated under whatever
name the node has (`to_hex(x)` as `HEX(x)`, `date_part` as an EXTRACT of another type). Here every call keeps its name
and its arguments as they were written, and forms that the parser does not know are written in one that it does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError

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

_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_ENDS_PREFIXES = {
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.STRING,
    TokenType.NUMBER,
    TokenType.COMMA,
} | _CLOSE
_UNITS = frozenset({"year", "month", "day", "hour", "minute", "second"})
_SUBSCRIPTED = {TokenType.R_BRACKET, TokenType.R_PAREN, TokenType.VAR, TokenType.IDENTIFIER}

_WITHOUT_PARENTHESES = frozenset({"utc_date", "utc_time", "utc_timestamp"})

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


def as_written(tokens: Sequence[Token], sql: str, dialect: str) -> list[Token]:
    """Return the tokens for the parser.

    Raises:
        RequestError: `sql-syntax` for nesting that a parser should not be asked to follow, and for the forms of
            PostgreSQL's strings and prefix operators that have no other spelling.
    """
    found = [token for token in tokens if token.token_type is not TokenType.HINT]
    if dialect == "postgresql":
        found = _prefixed(_plain_strings(found, sql))
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
        if kind in _OPEN:
            named = before is not None and before.token_type not in _CLOSE and before.text[:1].isalpha()
            name = before.text.lower() if named and before is not None else ""
            opened.append(named and name not in left_to_parser)
            if name in _PARSED and before is not None and dialect != "clickhouse":
                before.text = KEPT + before.text
            subscripts += (
                kind is TokenType.L_BRACKET and before is not None and before.token_type in _SUBSCRIPTED
            )
            if before is not None and before.token_type is TokenType.R_PAREN and dialect == "clickhouse":
                before.comments.clear()
        elif kind in _CLOSE and opened and opened.pop():
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
            token = _like(token, TokenType.HEX_STRING, KEPT + token.text)
        found.append(token)
        if name in _WITHOUT_PARENTHESES and token.token_type is not TokenType.IDENTIFIER:
            before = tokens[index - 1].token_type if index else None
            after = tokens[index + 1].token_type if index + 1 < len(tokens) else None
            if (
                TokenType.DOT not in (before, after)
                and TokenType.L_PAREN is not after
                and TokenType.ALIAS is not before
            ):
                found += [_like(token, TokenType.L_PAREN, "("), _like(token, TokenType.R_PAREN, ")")]
    return found


def _texts_within(tokens: Sequence[Token], start: int) -> list[str]:
    """Return what stands directly within the parentheses that open at `start`, if any do."""
    depth, found = 0, []
    for token in tokens[start:]:
        depth += (token.token_type in _OPEN) - (token.token_type in _CLOSE)
        if depth == 0:
            break
        if depth == 1:
            found.append(token.text.lower())
    return found


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
            found[-1:] = [_like(token, kind_, text) for kind_, text in _CAST]
            found += [token, *(_like(token, kind_, text) for kind_, text in _AS_INTERVAL)]
        elif kind is TokenType.BYTE_STRING:
            found.append(_like(token, TokenType.STRING, _unescaped_string(sql[token.start : token.end + 1])))
        elif kind is TokenType.UNICODE_STRING:
            named = after[:1] == ["uescape"]
            found.append(_like(token, TokenType.STRING, _unicode(token.text, after[1] if named else "\\")))
            for _ in range(2 * named):
                next(left)
        elif kind is TokenType.AMP and before == "u" and sql[token.start + 1 : token.start + 2] == '"':
            raise RequestError("sql-syntax", 'Write the name itself in "…"; U&"…" cannot be read here.')
        else:
            found.append(token)
    return found


_CAST = ((TokenType.VAR, "CAST"), (TokenType.L_PAREN, "("))
_AS_INTERVAL = ((TokenType.ALIAS, "AS"), (TokenType.INTERVAL, "INTERVAL"), (TokenType.R_PAREN, ")"))


def _like(token: Token, kind: TokenType, text: str) -> Token:
    return Token(kind, text, token.line, token.col, token.start, token.end)


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
        found += [_like(token, TokenType.VAR, name), _like(token, TokenType.L_PAREN, "(")]
        found += tokens[index + 1 : end]
        if name != "abs":
            found += [_like(token, TokenType.DCOLON, "::"), _like(token, TokenType.DOUBLE, "float8")]
        found.append(_like(token, TokenType.R_PAREN, ")"))
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
        at += len(_within(tokens, at))
    tighter = at < len(tokens) and (
        tokens[at].token_type in _BINDS_TIGHTER or tokens[at].text.lower() == "at"
    )
    return None if tighter else at


def _within(tokens: Sequence[Token], start: int) -> Sequence[Token]:
    """Return the bracket that opens at `start`, with both its ends."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at].token_type in _OPEN) - (tokens[at].token_type in _CLOSE)
        if depth == 0:
            return tokens[start : at + 1]
    return tokens[start:]
