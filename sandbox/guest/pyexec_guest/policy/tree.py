"""Walks over syntax trees, faster than `ast.walk`: which fields hold nodes is looked up by type.

A walk of `ast` asks every field of every node what it is; most are names, contexts and constants.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

__all__ = ["CHILDREN", "Kinds", "children", "kinds_of", "nodes_below", "position"]

Kinds = dict[type, list[ast.AST]]
"""Nodes of a tree by their type."""

_TEXT_FIELDS_WORDS = """
    ctx id attr arg asname module level kind conversion simple rest kwd_attrs is_async is_lazy type_comment
    type_ignores tag
"""
_TEXT_FIELDS = frozenset(_TEXT_FIELDS_WORDS.split())
"""Fields that hold a name, a number or a context, whatever the node."""
_CHILDLESS = (ast.Constant, ast.MatchSingleton, ast.Global, ast.Nonlocal, ast.alias, ast.Name)
_NAMED_BY_NODE = (getattr(ast, "TypeAlias", ast.Expression),)

_BLOCKS = frozenset(
    {
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.For,
        ast.AsyncFor,
        ast.While,
        ast.If,
        ast.With,
        ast.AsyncWith,
        ast.Try,
        ast.TryStar,
        ast.Match,
        ast.Lambda,
    }
)


class _Children(dict[type, tuple[str, ...]]):
    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        """Deny-list of plain fields: a field that a later Python adds counts as one that holds nodes."""
        plain = _TEXT_FIELDS if kind in _NAMED_BY_NODE else _TEXT_FIELDS | {"name"}
        fields = () if kind in _CHILDLESS else tuple(name for name in kind._fields if name not in plain)
        self[kind] = fields
        return fields


CHILDREN = _Children()
"""The fields of a type of node that hold nodes, or lists of nodes and None."""


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes right below a node, contexts left out."""
    for name in CHILDREN[type(node)]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            for item in value:
                if item is not None:
                    yield item
        elif value is not None:
            yield value


def nodes_below(node: ast.AST) -> list[ast.AST]:
    """Return a node and all below it, in no particular order."""
    found, stack = [], [node]
    while stack:
        node = stack.pop()
        found.append(node)
        _push(node, stack)
    return found


def kinds_of(tree: ast.AST) -> tuple[Kinds, int, int]:
    """Return all nodes by type, how many there are, and how deep blocks are nested."""
    kinds: Kinds = defaultdict(list)
    kinds[type(tree)].append(tree)
    blocks, depth = [tree], -1
    while blocks:
        depth += 1
        stack: list[ast.AST] = []
        for block in blocks:
            _push(block, stack)
        blocks = []
        while stack:
            node = stack.pop()
            kind = type(node)
            kinds[kind].append(node)
            if kind in _BLOCKS:
                blocks.append(node)
                continue
            for name in CHILDREN[kind]:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    stack += filter(None, value)
                elif value is not None:
                    stack.append(value)
    return kinds, sum(map(len, kinds.values())), depth


def _push(node: ast.AST, stack: list[ast.AST]) -> None:
    for name in CHILDREN[type(node)]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            stack += filter(None, value)
        elif value is not None:
            stack.append(value)


def position(node: ast.AST) -> tuple[int, int, int, int]:
    """Return line, column, end line and end column of a node."""
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    return (
        line,
        column,
        getattr(node, "end_lineno", None) or line,
        getattr(node, "end_col_offset", None) or column,
    )
