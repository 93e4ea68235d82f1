"""Calls that make much out of little: in an engine that runs inside the server, only with a small, known count.

DuckDB does not count text and lists that it makes within one step against its memory limit (see `duckdb_engine`), so
`repeat(x, 10000000)` over many rows would take the server's memory. Point-in-time and by shape only: text that doubles
in a recursion, or through the columns of one subquery after another, is not seen here.
"""

from __future__ import annotations

import re

from sqlglot import exp

__all__ = ["MOST", "grows_beyond"]

MOST = 10_000
"""Largest count, length or number of list elements that one call may ask for."""

_BY_NAME = {"repeat": 1, "lpad": 1, "rpad": 1, "list_resize": 1, "array_resize": 1, "bitstring": 1}
_FORMATS = {"printf", "format"}
_SERIES = {"range", "generate_series"}
_STREAMED = (exp.Table, exp.From, exp.Join, exp.Lateral)
_STEPS = {"HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}
_WIDE = re.compile(r"\*|\d{5}|\{[^}]*\{")


def grows_beyond(node: exp.Expr) -> str | None:
    """Return what is wrong with a call that may make more than `MOST` out of one value, or None."""
    if not isinstance(node, exp.Anonymous):
        return None
    name = node.name.lower()
    if name in _SERIES:
        return _wrong_series(node)
    if name in _FORMATS:
        pattern = next(iter(node.expressions), None)
        plain = isinstance(pattern, exp.Literal) and not _WIDE.search(pattern.name)
        return None if plain else "a format that is not written out, or wider than four digits"
    count = _count(node)
    if count is None:
        return None
    if not _small(count):
        return f"{node.sql('duckdb')[:60]} without a literal count up to {MOST:,}"
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Query):
        if _count(parent) is not None:
            return f"{node.sql('duckdb')[:60]} inside another call that repeats"
        parent = parent.parent
    return None


def _count(node: exp.Expr) -> exp.Expr | None:
    """Return the argument that says how much, if the node is such a call; that of a method is one place earlier."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() not in _BY_NAME:
        return None
    place = 0 if isinstance(node.parent, exp.Dot) else _BY_NAME[node.name.lower()]
    return node.expressions[place] if len(node.expressions) > place else None


def _wrong_series(node: exp.Anonymous) -> str | None:
    ends, step = node.expressions[:2], (node.expressions[2:3] or [None])[0]
    if isinstance(node.parent, _STREAMED):
        return None
    if isinstance(step, exp.Interval) and step.text("unit").upper() in _STEPS:
        return None
    if ends and all(map(_small, ends)):
        return None
    return f"a list from {node.sql('duckdb')[:60]} without literal ends up to {MOST:,} (in FROM it may be longer)"


def _small(count: exp.Expr) -> bool:
    if isinstance(count, exp.Paren | exp.Cast):
        return _small(count.this)
    if isinstance(count, exp.Neg):
        return isinstance(count.this, exp.Literal) and _small(count.this)
    if isinstance(count, exp.Anonymous) and count.name.lower() == "least":
        return any(map(_small, count.expressions))
    return (
        isinstance(count, exp.Literal)
        and not count.is_string
        and count.name.isdigit()
        and int(count.name) <= MOST
    )
