"""How tightly the operators of each engine bind, as its own grammar has it.

Source: SQLite's and PostgreSQL's precedence tables, DuckDB's `expression.gram`, MariaDB's `sql_yacc.yy`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMPARISONS", "LOGIC", "PLAIN", "PRECEDENCES", "Precedence"]

_COMPARISONS_TEXT = """
    = == <> != <=> < <= > >= is isnull notnull in between like ilike glob match regexp rlike sounds overlaps operator
    ~ !~ ~* !~* ~~ !~~ ~~* !~~* ~~~ @> <@ && ?| ?& @? @@ -|- &< &> ^@ #-
"""
COMPARISONS = frozenset({*_COMPARISONS_TEXT.split(), "similar to", "member of", "distinct"})
"""Operators that the parser takes for looser than any sum, and may write in another form."""

LOGIC = frozenset({"or", "xor", "and"})
PLAIN = frozenset("+-*/%")
"""Operators that bind in every engine as the parser thinks."""


@dataclass(frozen=True)
class Precedence:
    """The operators of one engine.

    Attributes:
        levels: By operator; a greater one binds tighter.
        prefixes: By prefix operator the level of its operand.
        once: Levels of which no two operators may follow each other without brackets.
        low: The level of what stands between BETWEEN and its AND.
        strict: Whether an operator may only stand beside an operand that binds as tightly as it does; where not, as
            with yacc's rules of precedence, a NOT may stand behind a sum.
    """

    levels: dict[str, int]
    prefixes: dict[str, int]
    low: int
    once: frozenset[int] = frozenset()
    strict: bool = False


def _levels(table: str) -> dict[str, int]:
    """Return the level of each operator; every line binds tighter than the one before."""
    lines = [line.split() for line in table.strip().splitlines()]
    return {word.replace("_", " "): level for level, line in enumerate(lines, 1) for word in line}


def _precedence(
    table: str, prefixes: dict[str, str], low: str, once: str = "", *, strict: bool = False
) -> Precedence:
    """Return the engine's operators; prefixes, low and once are given by an operator of the level that is meant."""
    levels = _levels(table)
    return Precedence(
        levels,
        {"not": levels["not"]} | {prefix: levels[operator] for prefix, operator in prefixes.items()},
        levels[low],
        frozenset(levels[operator] for operator in once.split()),
        strict,
    )


_OTHER = """
    operator overlaps ~ !~ ~* !~* ~~ !~~ ~~* !~~* @> <@ && ?| ?& ? @? @@ -|- &< &> <-> ^@ || -> ->> #> #>> #- &
    | # << >>
"""
"""Operators for which PostgreSQL has one level."""

PRECEDENCES = {
    "sqlite": _precedence(
        """
        or
        and
        not
        = == <> != is isnull notnull in between like glob match regexp distinct
        < <= > >=
        escape
        & | << >>
        + -
        * / %
        || -> ->>
        collate
        sign
        """,
        {"-": "sign", "+": "sign", "~": "sign"},
        "not",
    ),
    "duckdb": _precedence(
        """
        ->
        or
        and
        not
        is isnull notnull
        distinct
        = == <> != < <= > >=
        in between like ilike glob similar_to ~ !~ ~* !~* ~~ !~~ ~~* !~~* ~~~
        ->> && @> <@ ^@ || operator <->
        & | << >>
        + -
        * / // %
        ^ **
        collate
        at
        sign
        """,
        {"-": "sign", "+": "sign", "~": "+", "@": "->>"},
        "->>",
        "distinct = like",
        strict=True,
    ),
    "postgresql": _precedence(
        f"""
        or
        and
        not
        is isnull notnull distinct
        = <> != < <= > >=
        in between like ilike similar_to
        escape
        {" ".join(_OTHER.split())}
        + -
        * / %
        ^
        at
        collate
        sign
        """,
        {"-": "sign", "+": "sign", "~": "+"},
        "=",
        "is = like",
    ),
    "mysql": _precedence(
        """
        or
        xor
        and
        not
        = == <=> <> != < <= > >= is
        in between like regexp rlike sounds
        |
        &
        << >>
        + -
        * / % div mod
        ^
        sign
        collate member_of -> ->>
        """,
        {"-": "sign", "+": "sign", "~": "sign", "!": "sign", "binary": "sign"},
        "like",
        strict=True,
    ),
}
