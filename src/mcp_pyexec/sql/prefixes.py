"""NOT and signs of a tree, so placed that the generated text means what the tree says.

The parser turns `a NOT IN (b)` into NOT before an IN, and the generator writes that without brackets: then `c = NOT a
IN (b)` is another statement, or none. A sign before a sign is written as one operator, which some engines lack.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

__all__ = ["PREFIXED", "place_prefixes"]

PREFIXED = (exp.Not, exp.Neg, exp.BitwiseNot)
"""The nodes that `place_prefixes` is about."""

_PREDICATES = (exp.In, exp.Between, exp.Like, exp.ILike, exp.Glob, exp.SimilarTo)
_TIGHTER = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Escape, exp.AtTimeZone)
_LOOSER = (exp.Connector, exp.Paren, exp.Not)


def place_prefixes(nodes: Iterable[exp.Expr]) -> None:
    """Put each NOT behind the operand where the language has it there, else into brackets where it needs them."""
    for node in nodes:
        if isinstance(node, exp.Not):
            _place(node)
        elif _glues(node, node.this):
            _bracket(node.this)


def _glues(outer: exp.Expr, inner: exp.Expr) -> bool:
    """Return whether two signs are generated side by side, as one operator; the generator keeps `- -` apart."""
    both = isinstance(outer, exp.Neg) and isinstance(inner, exp.Neg)
    return isinstance(inner, exp.Neg | exp.BitwiseNot) and not both


def _place(node: exp.Not) -> None:
    inner = node.this
    predicate = inner.this if isinstance(inner, exp.Escape) else inner
    tighter = isinstance(node.parent, _TIGHTER) and not isinstance(node.parent, _LOOSER)
    if isinstance(node.parent, exp.Neg | exp.BitwiseNot):
        _bracket(node)
    elif isinstance(predicate, _PREDICATES) and _is_plain(predicate):
        predicate.set("this", exp.Introducer(this=predicate.this, expression=exp.Var(this="NOT")))
        node.replace(inner)
    elif (
        isinstance(inner, exp.Is)
        and not isinstance(inner.expression, exp.Not | exp.Introducer)
        and _is_plain(inner)
    ):
        inner.set("expression", exp.Introducer(this=exp.Var(this="NOT"), expression=inner.expression))
        node.replace(inner)
    elif tighter:
        _bracket(node)


def _is_plain(predicate: exp.Expr) -> bool:
    """Return whether a NOT can stand in the predicate: it has none yet and is written as one."""
    kept = predicate.args.get("symmetric") or predicate.args.get("negate")
    return not kept and not isinstance(predicate.this, exp.Introducer)


def _bracket(node: exp.Expr) -> None:
    bracket = exp.Paren()
    node.replace(bracket)
    bracket.set("this", node)
