"""PostgreSQL's strings, names and literals of a type, in forms that the parser keeps the meaning of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.brackets import CLOSE, KEPT, OPEN, cast_of, like, texts_within
from mcp_pyexec.sql.postgresql_operators import plain_operators

__all__ = ["plain_forms"]

_UNITS = frozenset({"year", "month", "day", "hour", "minute", "second"})
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
_SECONDS = re.compile(r"\s*[+-]?\d*\.?\d+\s*")
_FIELDS = re.compile(r"[\d\s:.+-]+")
"""Of an interval with a unit behind it: a number of that, and the fields of `'1 2:03' DAY TO MINUTE`."""

_ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|(.))|''", re.DOTALL
)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

_LITERAL_TYPES_TEXT = "box cidr circle jsonpath line lseg macaddr macaddr8 polygon tsquery tsvector"
_LITERAL_TYPES = frozenset(_LITERAL_TYPES_TEXT.split())
"""Types that may stand before a string, `type '…'`, and that the parser does not know there."""

_UNLIMITED = {"bit": "varbit", "char": "bpchar", "character": "bpchar", "nchar": "bpchar"}
"""Types that hold one character or bit in a cast but any in a literal, by the name under which they always do."""

_RESPELT = {TokenType.STRING, TokenType.BYTE_STRING, TokenType.UNICODE_STRING, TokenType.AMP}
_CALLS = frozenset({"current_time", "interval", "json_object", "normalized", "substring", "varying"})
_NEGATIVE_SCALE = [TokenType.L_PAREN, TokenType.NUMBER, TokenType.COMMA, TokenType.DASH]
_DECIMALS = {TokenType.DECIMAL, TokenType.BIGDECIMAL}
_NORMAL_FORMS = frozenset({"nfc", "nfd", "nfkc", "nfkd"})


def plain_forms(tokens: Sequence[Token], sql: str) -> list[Token]:
    """Return the tokens with plain strings, casts and calls for what only PostgreSQL has.

    Raises:
        RequestError: `sql-syntax` for those that have no other spelling.
    """
    return plain_operators(_plain_scales(_plain_calls(_plain_strings(tokens, sql))))


def _plain_strings(tokens: Sequence[Token], sql: str) -> list[Token]:
    """Return the tokens with `e'…'`, `U&'…'` and `U&"…"` as plain strings and names, and `interval '…'` as a cast.

    The parser keeps none as it is: it gives two different strings one form, and drops parts of an interval.
    """
    found: list[Token] = []
    left = iter(range(len(tokens)))
    for index in left:
        token = tokens[index]
        kind = token.token_type
        if kind not in _RESPELT:
            found.append(token)
            continue
        before = tokens[index - 1].text.lower() if index else ""
        after = [t.text.lower() for t in tokens[index + 1 : index + 3]]
        if kind is TokenType.STRING and (name := _cast_to(tokens, index)):
            found[-1:] = cast_of(token, name)
        elif kind is TokenType.BYTE_STRING:
            found.append(like(token, TokenType.STRING, _unescaped_string(sql[token.start : token.end + 1])))
        elif kind is TokenType.UNICODE_STRING:
            named = after[:1] == ["uescape"]
            found.append(like(token, TokenType.STRING, _unicode(token.text, after[1] if named else "\\")))
            for _ in range(2 * named):
                next(left)
        elif (
            kind is TokenType.AMP
            and sql[token.start - 1 : token.start + 2].lower() == 'u&"'
            and before == "u"
        ):
            named = [t.text.lower() for t in tokens[index + 2 : index + 3]] == ["uescape"]
            mark = tokens[index + 3].text if named and len(tokens) > index + 3 else "\\"
            identifier = _unicode(tokens[index + 1].text, mark)
            if not identifier.isprintable():
                raise RequestError("sql-syntax", "A name holds a control character. Rename it in a view.")
            found[-1] = like(token, TokenType.IDENTIFIER, identifier)
            for _ in range(1 + 2 * named):
                next(left)
        else:
            found.append(token)
    return found


def _cast_to(tokens: Sequence[Token], index: int) -> Token | None:
    """Return the type whose name stands before the string at `index`, where the parser would not keep it."""
    before = tokens[index - 1] if index else None
    if before is None or before.token_type is TokenType.IDENTIFIER:
        return None
    name = before.text.lower()
    led = tokens[index - 2].token_type if index > 1 else None
    if led in (TokenType.DOT, TokenType.ALIAS, TokenType.DCOLON):
        return None
    after = tokens[index + 1].text.lower() if index + 1 < len(tokens) else ""
    if name == "interval":
        if after not in _UNITS:
            return like(before, TokenType.INTERVAL, "INTERVAL")
        _check_interval(tokens[index].text, after, tokens[index + 2 : index + 3])
        return None
    if name in _LITERAL_TYPES or name in _UNLIMITED:
        return like(before, TokenType.VAR, _UNLIMITED.get(name, name))
    return None


def _check_interval(text: str, unit: str, behind: Sequence[Token]) -> None:
    """Refuse an interval of which the parser would make another, or a part."""
    ranged = [token.text.lower() for token in behind] == ["to"]
    form = _FIELDS if ranged else _SECONDS if unit == "second" else _WHOLE
    if not form.fullmatch(text):
        raise RequestError(
            "sql-syntax",
            f"PostgreSQL drops what is finer than the {unit.upper()} behind INTERVAL '{text[:40]}'. Write the units "
            "inside it: INTERVAL '1 hour 30 minutes'.",
        )


def _plain_calls(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with `SUBSTRING(a SIMILAR b ESCAPE c)` as the call that it is, and BIT VARYING as one word.

    CURRENT_TIME, to which the parser would put empty brackets, has its six digits in them. A JSON_OBJECT of arrays is
    kept from the parser, which would make pairs of them.

    Raises:
        RequestError: `sql-syntax` for `INTERVAL(n)` and `IS NFC NORMALIZED`, of which the parser would lose a part.
    """
    if not _CALLS & {token.text.lower() for token in tokens}:
        return [*tokens]
    found: list[Token] = []
    depths: list[bool] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        after = tokens[index + 1].text.lower() if index + 1 < len(tokens) else ""
        name = token.text.lower()
        if token.token_type is TokenType.INTERVAL and after == "(":
            raise RequestError(
                "sql-syntax", "INTERVAL(n) cannot be read here. Round with date_trunc('second', …)."
            )
        if name in _NORMAL_FORMS and after == "normalized" and token.token_type is TokenType.VAR:
            raise RequestError(
                "sql-syntax", f"Write is_normalized(…, '{name.upper()}') in place of IS … NORMALIZED."
            )
        if name == "varying" and found and found[-1].text.lower() == "bit":
            token = like(found.pop(), TokenType.VAR, "varbit")
        elif name == "json_object" and not {":", "value"} & {*texts_within(tokens, index + 1)}:
            token = like(token, TokenType.VAR, KEPT + token.text)
        elif token.token_type in OPEN:
            depths.append(before is not None and before.text.lower() == "substring")
        elif token.token_type in CLOSE and depths:
            depths.pop()
        elif depths and depths[-1] and _separates(token, after):
            token = like(token, TokenType.COMMA, ",")
        found.append(token)
        if token.token_type is TokenType.CURRENT_TIME and after != "(" and not _is_alias(before):
            found += [like(token, TokenType.L_PAREN, "("), like(token, TokenType.NUMBER, "6")]
            found.append(like(token, TokenType.R_PAREN, ")"))
    return found


def _is_alias(before: Token | None) -> bool:
    return before is not None and before.token_type is TokenType.ALIAS


def _plain_scales(tokens: list[Token]) -> list[Token]:
    """Return the tokens with the scale of `numeric(5, -2)` as one number."""
    found: list[Token] = []
    for index, token in enumerate(tokens):
        before = tokens[max(index - 5, 0) : index]
        kinds = [each.token_type for each in before[1:]]
        if (
            kinds == _NEGATIVE_SCALE
            and before[0].token_type in _DECIMALS
            and token.token_type is TokenType.NUMBER
        ):
            found[-1] = like(token, TokenType.NUMBER, f"-{token.text}")
        else:
            found.append(token)
    return found


def _separates(token: Token, after: str) -> bool:
    return token.token_type is not TokenType.IDENTIFIER and (
        token.text.lower() == "escape" or (token.text.lower() == "similar" and after != "to")
    )


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
