"""Random expressions of operators without brackets, the same on each run, and a table for them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

__all__ = ["ENGINES", "ROWS", "expression"]

ROWS = "(1, 2, -3, 0.5, 'abc', 'b'), (0, -1, 5, NULL, 'a%', '1'), (NULL, 3, 2, 2, NULL, 'aB')"
"""Of a table `p` whose columns are a, b, c (whole), n (a fraction), s and w (text)."""


@dataclass(frozen=True)
class Engine:
    """What the expressions for one engine are made of; `_` stands for a space within an operator.

    Attributes:
        typed: Whether the engine refuses an operator between values of other types, so that only some fit.
    """

    sums: str
    texts: str
    prefixes: str
    comparisons: str
    matches: str
    postfixes: str
    typed: bool = True


_STATES = "IS_NULL IS_NOT_NULL IS_TRUE IS_NOT_FALSE"
ENGINES = {
    "sqlite": Engine(
        sums="+ - * / % & | << >> ||",
        texts="|| -> ->>",
        prefixes="- + ~ NOT",
        comparisons="< <= > >= = == <> != IS IS_NOT IS_DISTINCT_FROM IS_NOT_DISTINCT_FROM",
        matches="LIKE NOT_LIKE GLOB NOT_GLOB",
        postfixes=f"{_STATES} ISNULL NOTNULL NOT_NULL COLLATE_NOCASE",
        typed=False,
    ),
    "duckdb": Engine(
        sums="+ - * / // % ^ ** & | << >>",
        texts="|| ||",
        prefixes="- + ~ @",
        comparisons="< <= > >= = == <> != IS_DISTINCT_FROM IS_NOT_DISTINCT_FROM",
        matches="LIKE NOT_LIKE ILIKE NOT_ILIKE GLOB SIMILAR_TO NOT_SIMILAR_TO ~ !~ ~~ !~~ ~~* ^@",
        postfixes=f"{_STATES} ISNULL NOTNULL ::INTEGER",
    ),
    "postgresql": Engine(
        sums="+ - * / % ^ & | # << >> OPERATOR(pg_catalog.*)",
        texts="|| ||",
        prefixes="- + ~ @",
        comparisons="< <= > >= = <> != IS_DISTINCT_FROM IS_NOT_DISTINCT_FROM OPERATOR(pg_catalog.<)",
        matches="LIKE NOT_LIKE ILIKE NOT_ILIKE SIMILAR_TO NOT_SIMILAR_TO ~ !~ ~* ~~ !~~ ~~* ^@",
        postfixes=f"{_STATES} ISNULL NOTNULL ::int",
    ),
    "mysql": Engine(
        sums="+ - * / % DIV MOD & | ^ << >>",
        texts="|| && XOR",
        prefixes="- + ~ ! NOT BINARY",
        comparisons="< <= > >= = <=> <> !=",
        matches="LIKE NOT_LIKE REGEXP NOT_REGEXP RLIKE SOUNDS_LIKE",
        postfixes=f"{_STATES} IS_UNKNOWN",
        typed=False,
    ),
}

_NUMBERS = ["a", "b", "c", "n", "0", "1", "2", "5", "NULL", "1.5", "(a + 1)", "abs(b)"]
_TEXTS = ["s", "w", "'b'", "'a%'", "'1'", "NULL", "lower(s)"]
_TRUTHS = ["TRUE", "FALSE", "NULL", "(a > 1)"]


def expression(seed: int, dialect: str) -> str:
    """Return the expression of this number."""
    maker = _Maker(Random(f"{dialect} {seed}"), ENGINES[dialect])
    return maker.truth(4) if ENGINES[dialect].typed else maker.chain()


class _Maker:
    def __init__(self, random: Random, engine: Engine) -> None:
        self._random = random
        self._engine = engine

    def truth(self, terms: int) -> str:
        """Return comparisons behind each other, of operands whose types fit."""
        parts: list[str] = []
        for index in range(self._random.randint(1, terms)):
            if index:
                parts.append(self._one("AND OR = <> < IS_DISTINCT_FROM IS_NOT_DISTINCT_FROM ="))
            if self._happens(0.2):
                parts.append("NOT")
            parts.append(self._comparison())
            if self._happens(0.15):
                parts.append(self._one(self._engine.postfixes))
            if self._happens(0.1):
                parts.append(
                    f"{self._one('IN NOT_IN')} ({self._random.choice(_TRUTHS)}, {self._comparison()})"
                )
            if self._happens(0.07):
                parts.append(f"{self._one('BETWEEN NOT_BETWEEN')} FALSE AND {self._random.choice(_TRUTHS)}")
        return " ".join(parts)

    def _comparison(self) -> str:
        kind = self._random.random()
        if kind < 0.4:
            return f"{self._number()} {self._one(self._engine.comparisons)} {self._number()}"
        if kind < 0.6:
            return f"{self._text()} {self._one(self._engine.matches)} {self._text()}"
        if kind < 0.7:
            between = self._one("BETWEEN NOT_BETWEEN")
            return f"{self._number()} {between} {self._number()} AND {self._number()}"
        if kind < 0.8:
            return f"{self._number()} {self._one('IN NOT_IN')} ({self._number()}, {self._number()})"
        if kind < 0.85:
            return f"{self._text()} {self._one('LIKE NOT_LIKE')} {self._text()} ESCAPE '!'"
        return self._random.choice(_TRUTHS)

    def _number(self) -> str:
        return self._joined(_NUMBERS, self._engine.sums)

    def _text(self) -> str:
        return self._joined(_TEXTS, self._engine.texts, prefixed=False)

    def _joined(self, operands: list[str], operators: str, *, prefixed: bool = True) -> str:
        parts: list[str] = []
        for index in range(self._random.choice([1, 1, 2, 3])):
            if index:
                parts.append(self._one(operators))
            if prefixed and self._happens(0.1):
                parts.append(self._one(self._engine.prefixes))
            parts.append(self._random.choice(operands))
        return " ".join(parts)

    def chain(self) -> str:
        """Return operators of all kinds behind each other, for an engine that takes any operand."""
        engine = self._engine
        infixes = f"{engine.sums} {engine.texts} {engine.comparisons} {engine.matches} AND OR"
        parts: list[str] = []
        for index in range(self._random.randint(2, 6)):
            if index:
                parts += [self._predicate(infixes)] if self._happens(0.12) else []
                parts.append(self._one(infixes))
            while self._happens(0.18):
                parts.append(self._one(engine.prefixes))
            parts.append(self._random.choice(_NUMBERS + _TEXTS) if self._happens(0.95) else self._case())
            while self._happens(0.12):
                parts.append(self._one(engine.postfixes))
        return " ".join(parts)

    def _predicate(self, infixes: str) -> str:
        """Return an operator with its operands, as it may stand behind an operand."""
        low, high = self._random.choice(_NUMBERS), self._random.choice(_TEXTS)
        kind = self._random.random()
        if kind < 0.4:
            return f"{self._one('BETWEEN NOT_BETWEEN')} {low} AND {high}"
        if kind < 0.8:
            return f"{self._one('IN NOT_IN')} ({low}, {low} {self._one(infixes)} {high})"
        return f"{self._one('LIKE NOT_LIKE')} {high} ESCAPE '!'"

    def _case(self) -> str:
        first, second, third = (self._random.choice(_NUMBERS) for _ in range(3))
        return (
            f"CASE WHEN {first} {self._one(self._engine.comparisons)} {second} THEN {third} ELSE {first} END"
        )

    def _one(self, operators: str) -> str:
        found = self._random.choice(operators.split())
        return found if "(" in found else found.replace("_", " ")

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance
