"""Brackets where the engine reads a chain of operators in another order than the parser does.

The parser has one order of operators for all engines, and writes some of them in another form: NOT before IN goes
behind the operand, `a ^ b` becomes a call. Where an operator's operand is a comparison, a NOT or an operator of which
the parser's order is not that of every engine, it is put into brackets beforehand, by the engine's own order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.sql.brackets import CLOSE, OPEN, like
from mcp_pyexec.sql.operations import OperationReader
from mcp_pyexec.sql.precedence import PLAIN, PRECEDENCES

__all__ = ["with_brackets"]

_QUOTED = {TokenType.IDENTIFIER, TokenType.STRING, TokenType.NATIONAL_STRING}
_ENDS_OPERAND = CLOSE | _QUOTED | {TokenType.VAR, TokenType.NUMBER, TokenType.NULL, TokenType.PARAMETER}

_SEPARATES_TEXT = "select from where when then else on having as by limit offset , ; : or xor"
_SEPARATES = frozenset({*_SEPARATES_TEXT.split(), "group by", "order by", "partition by"})
_CLOSED = frozenset({"is", "in", "isnull", "notnull", "escape"})
_SIGNS_OF_LOGIC = {"||": "or", "&&": "and"}


def _sorts(dialect: str) -> dict[str, str]:
    """Return what each word means for whether operators may be misread."""
    engine = PRECEDENCES[dialect]
    words = {*engine.levels, *engine.prefixes} - {"sign", "mod" if dialect != "mysql" else ""}
    sorts = dict.fromkeys(words, "operator") | dict.fromkeys(PLAIN, "plain")
    sorts |= dict.fromkeys(_CLOSED, "closed") | dict.fromkeys(_SEPARATES, "separator")
    sorts |= {"and": "and", "not": "not", "::": "cast", "+": "plus"}
    return sorts | ({"->": "lambda"} if dialect == "duckdb" else {})


_SORTS = {dialect: _sorts(dialect) for dialect in PRECEDENCES}


@dataclass(slots=True)
class _Stretch:
    """What has been seen within one bracket since the last word that ends an expression."""

    start: int
    operators: int = 0
    plain: bool = False
    closed: bool = False
    between: bool = False
    suspect: bool = False

    def note(self, sort: str, word: str, before: str | None) -> None:
        """Take down an operator or separator; `before` is the sort of the word before it, if it has one."""
        if sort == "separator" or (sort == "and" and not self.between):
            self.operators, self.plain, self.closed, self.between = 0, False, False, False
        elif sort in {"plain", "plus"}:
            self.plain = True
        elif sort == "not":
            self.suspect |= before in {"operator", "plain", "plus", "not"} or (
                before == "and" and self.between
            )
        elif sort in {"operator", "closed"}:
            self.operators += 1
            self.closed |= sort == "closed"
            self.between |= word == "between"
        self.suspect |= sort == "lambda" or (sort == "cast" and self.closed)
        self.suspect |= self.operators > 1 or (self.plain and self.operators > 0)


def with_brackets(tokens: Sequence[Token], dialect: str) -> list[Token]:
    """Return the tokens with brackets wherever the parser could take another order than the engine.

    Raises:
        RequestError: `sql-syntax`, naming two operators, where the engine itself would not read them side by side.
    """
    words = ["" if token.token_type in _QUOTED else token.text.lower() for token in tokens]
    if dialect == "mysql":
        words = [_SIGNS_OF_LOGIC.get(word, word) for word in words]
    ends, suspects = _survey(tokens, words, _SORTS[dialect])
    if not suspects:
        return [*tokens]
    reader = OperationReader(tokens, [*words, "", "", "", ""], ends, dialect)
    for start in suspects:
        reader.read(start + 1, ends.get(start, len(tokens)))
    return _bracketed(tokens, reader)


def _survey(
    tokens: Sequence[Token], words: Sequence[str], sorts: dict[str, str]
) -> tuple[dict[int, int], list[int]]:
    """Return by each bracket where it closes, and those in which operators might be misread; all of it is -1."""
    ends: dict[int, int] = {}
    suspects: list[int] = []
    opened = [_Stretch(-1)]
    for index, token in enumerate(tokens):
        kind = token.token_type
        if kind in OPEN:
            opened.append(_Stretch(index))
        elif kind in CLOSE and len(opened) > 1:
            stretch = opened.pop()
            ends[stretch.start] = index
            suspects += [stretch.start] * stretch.suspect
        elif (sort := sorts.get(words[index])) is not None:
            opened[-1].note(sort, words[index], sorts.get(words[index - 1]) if index else None)
            if sort == "plus" and (not index or tokens[index - 1].token_type not in _ENDS_OPERAND):
                opened[-1].suspect = True
    return ends, suspects + [stretch.start for stretch in opened if stretch.suspect]


def _bracketed(tokens: Sequence[Token], reader: OperationReader) -> list[Token]:
    opened, closed = Counter[int](), Counter[int]()
    for part in reader.to_bracket:
        opened[part.start] += 1
        closed[part.end - 1] += 1
    found: list[Token] = []
    for index, token in enumerate(tokens):
        found += [like(token, TokenType.L_PAREN, "(") for _ in range(opened[index])]
        found.append(like(token, TokenType.INTRODUCER, "+") if index in reader.signs else token)
        found += [like(token, TokenType.R_PAREN, ")") for _ in range(closed[index])]
    return found
