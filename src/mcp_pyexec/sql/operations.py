"""The operations that an engine sees in the tokens of a statement, and which of their operands need brackets.

A reader by precedence: it knows operands only as far as to tell where they end. What it does not understand it leaves
as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.precedence import COMPARISONS, LOGIC, PLAIN, PRECEDENCES

__all__ = ["OperationReader", "Part"]

_ATOMS = {*Parser.PRIMARY_PARSERS, TokenType.PLACEHOLDER} - {TokenType.STAR}
_MARKS = {TokenType.COLON, TokenType.PARAMETER, TokenType.SESSION_PARAMETER, TokenType.HASH}
_SUBSCRIPTS = {TokenType.L_BRACKET, TokenType.L_BRACE}

_NO_NAMES_TEXT = """
    all analyze and any asc between by case collate cube desc distinct div else end escape except exclude fetch filter
    for from glob having ilike in intersect is isnull join lateral like limit match mod natural not notnull offset on
    operator or order over overlaps partition percent qualify range recursive regexp return returning rlike rollup rows
    groups select separator set similar some table then top union using values when where window with within xor at
    symmetric asymmetric
"""
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
"""Words that are no operand, and that an operand may stand behind."""

_CALLED = frozenset(
    {"all", "any", "some", "mod", "like", "glob", "match", "isnull", "range", "values", "regexp"}
)
"""Those of them that are calls where a parenthesis follows."""

_TAILS = {"over", "filter", "within group", "against"}
_NEGATED = frozenset({"in", "like", "between", "ilike", "glob", "match", "regexp", "rlike", "similar to"})
_WITH_ESCAPE = {"like", "ilike", "similar to", "~~", "~~*", "!~~", "!~~*", "~~~"}
_CAST = 98
"""The level of a `::` behind an operation; behind an operand it is part of it."""

_SIGNS = {"+", "-"}
_ARROWS = {"", "->", "->>"}
_NO_OPERATORS = {"sign", "not", "escape"}
_LOOSE = COMPARISONS | LOGIC | {"not", "!", "->"}
_STATES = {"null", "true", "false", "unknown"}
_JSON_WORDS = {"json", "value", "array", "object", "scalar", "with", "without", "unique", "keys"}
_JOINED = {("<", "<"): "<<", (">", ">"): ">>"} | {
    ("!", each): f"!{each}" for each in ("~", "~*", "~~", "~~*")
}
_STARTS_JOINED = {first for first, _ in _JOINED}
_UNITS_TEXT = """
    year month day hour minute second week quarter decade century centurie millennium millisecond microsecond
"""
_UNITS = frozenset(_UNITS_TEXT.split())
_TYPE_WORDS = {
    "double": {"precision"},
    "character": {"varying"},
    "char": {"varying"},
    "bit": {"varying"},
    "national": {"character", "char", "varying"},
    "time": {"with", "without", "time", "zone"},
    "timestamp": {"with", "without", "time", "zone"},
    "interval": {"year", "month", "day", "hour", "minute", "second", "to"},
}
"""What may follow the first word of a type's name."""


class _UnclearError(Exception):
    """What stands at `at` is no part of an expression, or none that is known."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


@dataclass(frozen=True, slots=True)
class _Operator:
    """An infix or postfix operator that ends before `end`, behind a NOT or not."""

    name: str
    level: int
    end: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """An operation, or, without an operator, what it takes; from `start` to before `end`.

    Attributes:
        closed: Whether it ends with a word or bracket of its own, as `x IS NULL` does, not with an operand.
    """

    start: int
    end: int
    operator: str = ""
    level: int = 99
    closed: bool = False


class OperationReader:
    """Reads expressions among the tokens of one statement.

    Attributes:
        to_bracket: Operands that need brackets.
        signs: Where a `+` stands before an operand.
    """

    def __init__(
        self, tokens: Sequence[Token], words: Sequence[str], ends: dict[int, int], dialect: str
    ) -> None:
        """Take the tokens, their words with four empty ones behind the last, and by each bracket where it closes."""
        self.to_bracket: list[Part] = []
        self.signs: set[int] = set()
        self._tokens = tokens
        self._words = words
        self._ends = ends
        self._dialect = dialect
        self._engine = PRECEDENCES[dialect]

    def read(self, start: int, end: int) -> None:
        """Read all expressions from here to there, without what is in brackets between."""
        at = start
        while at < end:
            at = self._read(at, end)

    def _read(self, at: int, end: int) -> int:
        """Read the expression that may start here; return where to go on, behind all of it if it is not understood."""
        known = len(self.to_bracket)
        try:
            return self._expression(at, 0).end
        except _UnclearError as error:
            del self.to_bracket[known:]
            at = self._ends.get(at, at) + 1
            while at < end and at <= error.at:
                at = self._ends.get(at, at) + 1
            return at

    def _expression(self, at: int, minimum: int) -> Part:
        """Return the longest part from here on whose operators bind at least as tightly as the minimum."""
        left = self._operand(at, minimum)
        while (found := self._operator(left.end)) is not None and found.level >= minimum:
            self._check_order(left, found)
            left = self._operation(left, found)
        return left

    def _check_order(self, left: Part, operator: _Operator) -> None:
        """Refuse an operator that may not follow the last one.

        MariaDB takes NOT LIKE behind a LIKE for a part of the latter's operand, MySQL neither.
        """
        engine, level = self._engine, operator.level
        if level == left.level:
            once = level in engine.once and not (left.closed if not engine.strict else left.operator == "in")
            mixed = (operator.negated and not left.closed) or left.operator == "between"
            refused = once or (self._dialect == "mysql" and mixed and level != engine.levels["is"])
        else:
            refused = engine.strict and level > left.level and not self._is_behind_is(left, level)
        if refused:
            raise _refusal(left.operator, operator.name)

    def _is_behind_is(self, left: Part, level: int) -> bool:
        """Return whether a tighter operator may stand here: DuckDB has some behind IS NULL, and casts behind IN."""
        levels = self._engine.levels
        after = {_CAST} | {levels[name] for name in ("distinct", "=", "->>") if self._dialect == "duckdb"}
        return level in after and (level == _CAST or left.operator in {"is", "isnull", "notnull", "::"})

    def _operand(self, at: int, minimum: int) -> Part:
        word, engine = self._words[at], self._engine
        if word not in engine.prefixes:
            return self._atom(at)
        level = engine.prefixes[word]
        if self._dialect == "duckdb" and word in _SIGNS and self._words[at + 1] == "~":
            level = engine.levels["->>"]
        if engine.strict and minimum > level and not self._is_compared(word, minimum):
            raise _refusal(self._words[at - 1], word)
        inner = self._expression(at + 1, level)
        if word == "+" and self._dialect != "mysql":
            self.signs.add(at)
            self.to_bracket.append(inner)
        elif inner.operator and word != "not" and not PLAIN.issuperset((word, inner.operator)):
            self.to_bracket.append(inner)
        return Part(at, inner.end, word, level)

    def _is_compared(self, word: str, minimum: int) -> bool:
        """Return whether this is a NOT behind a comparison, where DuckDB has it too."""
        return self._dialect == "duckdb" and word == "not" and minimum == self._engine.levels["="] + 1

    def _operator(self, at: int) -> _Operator | None:
        """Return the operator that stands here."""
        words, levels = self._words, self._engine.levels
        name, length, negated = words[at], 1, False
        if name == "::":
            return _Operator(name, _CAST, self._type_end(at + 1))
        joined = _JOINED.get((name, words[at + 1])) if name in _STARTS_JOINED else None
        if joined and self._tokens[at].end + 1 == self._tokens[at + 1].start:
            name, length = joined, 2
        if name == "not":
            name, length, negated = words[at + 1], 2, True
            if name == "null" and self._dialect in {"sqlite", "duckdb"}:
                name = "notnull"
            elif name not in _NEGATED:
                return None
        elif name == "is" and "distinct" in words[at + 1 : at + 3]:
            name, length = "distinct", 4 if words[at + 1] == "not" else 3
        elif name == "at":
            length = 3
        elif name == "sounds":
            length = 2
        level = levels.get(name)
        if level is None or name in _NO_OPERATORS or (name == "at" and words[at + 1] != "time"):
            return None
        return _Operator(name, level, at + length, negated)

    def _operation(self, left: Part, operator: _Operator) -> Part:
        name, level, at = operator.name, operator.level, operator.end
        if name in {"isnull", "notnull", "::"}:
            return self._part(
                left.start, at, name, left.level if level == _CAST else level, left, closed=True
            )
        if name == "is" and (end := self._state_end(at)):
            return self._part(left.start, end, name, level, left, closed=True)
        if name == "in" and self._is_open(at):
            return self._part(left.start, self._ends[at] + 1, name, level, left, closed=True)
        if name == "between":
            return self._between(left, operator)
        if name == "collate":
            end = at + 1
            while self._words[end] == ".":
                end += 2
            return self._part(left.start, end, name, level, left, closed=True)
        if name == "operator":
            at = self._ends.get(at, at) + 1
        at += name == "is" and self._words[at] == "not"
        right = self._expression(at, level + 1)
        end = right.end
        if self._words[end] == "escape" and name in _WITH_ESCAPE:
            sign = self._expression(end + 1, level + 1)
            if sign.operator:
                raise _refusal("escape", sign.operator)
            end = sign.end
        part = self._part(left.start, end, name, level, left, right)
        if name == "->" and self._dialect == "duckdb":
            self._check_arrow(part, left, right)
        return part

    def _check_arrow(self, part: Part, left: Part, right: Part) -> None:
        """Keep a path into JSON from the parser, which takes it for a lambda where it is an argument.

        DuckDB reads all operators before an arrow: `a -> 'b' = 'c'` is `a -> ('b' = 'c')`, which nobody means.
        """
        argument = part.start > 0 and self._words[part.start - 1] in {"(", ","} and not left.operator
        path = self._tokens[right.start + 1 : right.start + 2]
        is_path = self._is_open(right.start) and path[0].token_type in {TokenType.STRING, TokenType.NUMBER}
        if argument and is_path and right.operator in _ARROWS:
            self.to_bracket.append(part)
        elif not argument and (left.operator not in _ARROWS or right.operator not in _ARROWS):
            raise _refusal("->", left.operator if left.operator not in _ARROWS else right.operator)

    def _between(self, left: Part, operator: _Operator) -> Part:
        at = operator.end + (self._words[operator.end] in {"symmetric", "asymmetric"})
        low = self._expression(at, self._engine.low)
        if self._words[low.end] != "and":
            raise _UnclearError(low.end)
        high = self._expression(low.end + 1, operator.level + 1)
        return self._part(left.start, high.end, "between", operator.level, left, low, high)

    def _state_end(self, at: int) -> int:
        """Return where what follows an IS ends, 0 where it is an expression."""
        at += self._words[at] == "not"
        if self._dialect == "sqlite":
            return 0
        if self._words[at] in _STATES:
            return at + 1
        if self._words[at] != "json":
            raise _UnclearError(at)
        while self._words[at] in _JSON_WORDS:
            at += 1
        return at

    def _part(
        self, start: int, end: int, operator: str, level: int, *operands: Part, closed: bool = False
    ) -> Part:
        """Return the operation, having noted those of its operands that need brackets."""
        for index, operand in enumerate(operands):
            if _needs_brackets(operator, operand, first=index == 0):
                self.to_bracket.append(operand)
        return Part(start, end, operator, level, closed)

    def _is_open(self, at: int) -> bool:
        return at < len(self._tokens) and self._tokens[at].token_type is TokenType.L_PAREN

    def _atom(self, at: int) -> Part:
        """Return the literal, name, call or bracket that starts here, with its subscripts and casts."""
        end = self._first_end(at)
        while end < len(self._tokens):
            kind, word = self._tokens[end].token_type, self._words[end]
            if kind is TokenType.DOT and end + 1 < len(self._tokens):
                end += 2
            elif kind in _SUBSCRIPTS or (kind is TokenType.L_PAREN and self._is_name(end - 1)):
                end = self._ends.get(end, end) + 1
            elif kind is TokenType.DCOLON:
                end = self._type_end(end + 1)
            elif word in _TAILS and self._tokens[end - 1].token_type is TokenType.R_PAREN:
                end += 1 if self._is_open(end + 1) else 2
                end = self._ends.get(end, end - 1) + 1
            else:
                break
        return Part(at, end)

    def _first_end(self, at: int) -> int:
        if at >= len(self._tokens):
            raise _UnclearError(at)
        kind, word = self._tokens[at].token_type, self._words[at]
        after = self._tokens[at + 1].token_type if at + 1 < len(self._tokens) else None
        if at in self._ends:
            return self._ends[at] + 1
        if word == "interval" and self._dialect != "sqlite" and after is not TokenType.DOT:
            return self._interval_end(at + 1)
        if kind in _MARKS:
            return at + 2
        if kind in Parser.TYPE_TOKENS or kind is TokenType.INTRODUCER:
            zone = 3 * (self._words[at + 1] in {"with", "without"} and self._words[at + 3] == "zone")
            text = self._tokens[at + zone + 1].token_type if at + zone + 1 < len(self._tokens) else None
            return at + (zone + 2 if text is TokenType.STRING else 1)
        if kind is TokenType.STRING and self._dialect != "sqlite":
            while after is TokenType.STRING:
                at += 1
                after = self._tokens[at + 1].token_type if at + 1 < len(self._tokens) else None
            return at + 1
        if kind in _ATOMS or self._is_name(at) or (self._is_open(at + 1) and word in _CALLED):
            return at + 1
        raise _UnclearError(at)

    def _is_name(self, at: int) -> bool:
        kind, word = self._tokens[at].token_type, self._words[at]
        if kind is TokenType.IDENTIFIER or (word in _CALLED and self._is_open(at + 1)):
            return True
        return word not in _NO_NAMES and (word.isidentifier() or kind is TokenType.VAR)

    def _interval_end(self, at: int) -> int:
        """Return where the interval ends whose amount starts here."""
        if self._dialect == "mysql":
            return self._expression(at, 0).end + 1
        at = self._ends.get(at, at) + 1
        at += self._words[at].removesuffix("s") in _UNITS
        return at + 2 * (self._words[at] == "to")

    def _type_end(self, at: int) -> int:
        """Return where the type ends that starts here, behind a `::`."""
        word = self._words[at]
        at += 1
        while at < len(self._tokens) and (
            self._tokens[at].token_type in {TokenType.DOT, TokenType.L_PAREN, TokenType.L_BRACKET}
            or self._words[at] in _TYPE_WORDS.get(word, ())
        ):
            dot = self._tokens[at].token_type is TokenType.DOT
            at = at + 2 if dot else self._ends.get(at, at) + 1
        return at


def _needs_brackets(operator: str, operand: Part, *, first: bool) -> bool:
    if not operand.operator or operator in LOGIC or operator == "not":
        return False
    if operand.operator in _LOOSE:
        return True
    if operator in COMPARISONS:
        return False
    both_plain = operator in PLAIN and operand.operator in PLAIN
    return not (both_plain or (first and operator == operand.operator))


def _refusal(first: str, second: str) -> RequestError:
    return RequestError(
        "sql-syntax",
        f"{first.upper()} and {second.upper()} follow each other without brackets, which this database does not take "
        "or takes in an unexpected order. Put the part that comes first in brackets.",
    )
