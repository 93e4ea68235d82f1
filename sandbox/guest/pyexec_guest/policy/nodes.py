"""Nodes that the transformer puts into a program, and questions about nodes that it asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from typing import TypeVar

from pyexec_guest.policy.tree import children, nodes_below

__all__ = [
    "SELF_MATCHING",
    "Passed",
    "after_docstring",
    "at",
    "captured_by_classes",
    "catches_import",
    "has_type_in",
    "hook_call",
    "load",
    "reloaded",
    "self_check",
    "with_call_inside",
    "writable",
]

_Node = TypeVar("_Node", bound=ast.AST)

SELF_MATCHING = frozenset(
    {"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
)
"""Built-in classes whose one positional pattern is the subject itself."""


def reloaded(node: ast.expr) -> ast.expr:
    """A copy of a dotted name."""
    if isinstance(node, ast.Attribute):
        return ast.Attribute(reloaded(node.value), node.attr, ast.Load())
    assert isinstance(node, ast.Name)
    return load(node.id)


class Passed(ast.expr):
    """An expression that has been decided already; gives its inner node when visited."""

    _fields = ("inner",)
    inner: ast.expr

    def __init__(self, inner: ast.expr) -> None:
        super().__init__()
        self.inner = inner


def with_call_inside(node: ast.AST) -> ast.AST:
    """Turn `(x.m if test else guard)(args)` into `x.m(args) if test else guard(args)`, which calls methods faster.

    Only one branch runs, so nothing is done twice; arguments with calls in them stay, to keep the code small.
    """
    assert isinstance(node, ast.Call)
    choice = node.func
    parts = [*node.args, *node.keywords]
    if not isinstance(choice, ast.IfExp) or any(
        isinstance(n, _LARGE) for part in parts for n in nodes_below(part)
    ):
        return node
    calls = [
        ast.Call(way, deepcopy(node.args), deepcopy(node.keywords)) for way in (choice.body, choice.orelse)
    ]
    return at(node, ast.IfExp(choice.test, calls[0], calls[1]))


_LARGE = (
    ast.Call,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
)


def catches_import(handler: ast.ExceptHandler) -> bool:
    names = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
    return handler.type is None or any(
        isinstance(n, ast.Name) and n.id in names for n in ast.walk(handler.type)
    )


def load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def hook_call(hook: str, *args: ast.expr) -> ast.Call:
    return ast.Call(load(hook), list(args), [])


def has_type_in(name: str, hook: str) -> ast.Compare:
    return ast.Compare(hook_call("_type_", load(name)), [ast.In()], [load(hook)])


def writable(owner: ast.expr) -> ast.expr:
    """Wrap the object of an attribute write: a type check inline for names, a call for the rest."""
    if not isinstance(owner, ast.Name):
        return at(owner, hook_call("_write_", owner))
    call = hook_call("_write_", load(owner.id))
    return at(owner, ast.IfExp(has_type_in(owner.id, "_writable_"), load(owner.id), call))


def at(place: ast.AST, node: _Node) -> _Node:
    """Put a new node, and the new ones below it, where `place` is."""
    where = place.lineno, place.col_offset, place.end_lineno, place.end_col_offset  # type: ignore[attr-defined]
    stack: list[ast.AST] = [node]
    while stack:
        new = stack.pop()
        new.lineno, new.col_offset, new.end_lineno, new.end_col_offset = where  # type: ignore[attr-defined]
        stack += (
            child for child in children(new) if isinstance(child, _PLACED) and "lineno" not in vars(child)
        )
    return node


_PLACED = (ast.expr, ast.stmt, ast.pattern, ast.keyword)


def self_check(name: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    check = ast.BoolOp(ast.Or(), [has_type_in(name, "_writable_"), hook_call("_write_", load(name))])
    return at(function.body[0] if function.body else function, ast.Expr(check))


def after_docstring(body: list[ast.stmt]) -> int:
    first = body[0] if body else None
    return int(
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )


def captured_by_classes(pattern: ast.pattern) -> Iterator[str]:
    """Names that are bound below a class pattern in a way that reads an attribute."""
    for node in ast.walk(pattern):
        if isinstance(node, ast.MatchClass):
            for child in (*node.patterns, *node.kwd_patterns):
                yield from (
                    n.name for n in ast.walk(child) if isinstance(n, ast.MatchAs | ast.MatchStar) and n.name
                )
                yield from (n.rest for n in ast.walk(child) if isinstance(n, ast.MatchMapping) and n.rest)
