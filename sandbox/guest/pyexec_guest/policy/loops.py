"""Loops of a program: which never end, and what stands inside of one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from pyexec_guest.policy.report import Finding
from pyexec_guest.policy.tree import Kinds, children, nodes_below, position

__all__ = ["endless_loops", "inside_loops"]

_WAYS_OUT = (ast.Return, ast.Raise, ast.Break, ast.Yield, ast.YieldFrom, ast.Await)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_WITHOUT_END = frozenset({"count", "cycle"})


def inside_loops(loops: Iterable[ast.AST]) -> set[int]:
    """Return the identities of all nodes inside of loops."""
    inside: set[int] = set()
    for loop in loops:
        if id(loop) not in inside:
            inside.update(id(node) for node in nodes_below(loop) if node is not loop)
    return inside


def endless_loops(kinds: Kinds) -> list[Finding]:
    """Return a warning for each loop that can only end at a limit."""
    declared: list[Any] = [*kinds.get(ast.Global, ()), *kinds.get(ast.Nonlocal, ())]
    changed_elsewhere = {name for node in declared for name in node.names}
    loops: list[Any] = [*kinds.get(ast.While, ()), *kinds.get(ast.For, ())]
    return [_endless(loop) for loop in loops if _is_endless(loop, changed_elsewhere)]


def _is_endless(loop: Any, changed_elsewhere: set[str]) -> bool:
    if isinstance(loop, ast.For):
        return _is_without_end(loop.iter) and not _has_way_out(loop)
    if isinstance(loop.test, ast.Constant):
        return bool(loop.test.value) and not _has_way_out(loop)
    watched = _compared_names(loop.test)
    if not watched or watched & changed_elsewhere or _has_way_out(loop):
        return False
    return watched.isdisjoint(_names_bound_in(loop))


def _compared_names(test: ast.expr) -> set[str]:
    """The names in `name < number`, which only an assignment to them can make false; else nothing."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1):
        return set()
    sides = (test.left, test.comparators[0])
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    numbers = [s for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, int | float)]
    return names if len(names) == 1 and numbers else set()


def _is_without_end(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _WITHOUT_END
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "itertools"
    )


def _has_way_out(loop: ast.AST) -> bool:
    """Also a call of `exit`; a `break` of an inner loop counts, which errs on the quiet side."""
    return any(isinstance(node, _WAYS_OUT) or _is_exit(node) for node in _own_nodes(loop))


def _is_exit(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in ("exit", "quit")


def _names_bound_in(loop: ast.AST) -> set[str]:
    return {n.id for n in nodes_below(loop) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}


def _own_nodes(loop: ast.AST) -> Iterator[ast.AST]:
    stack = list(children(loop))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _SCOPES):
            stack.extend(children(node))


def _endless(loop: ast.AST) -> Finding:
    return Finding(
        "endless-loop",
        "warning",
        *position(loop),
        "This loop has no break, return or raise: it can only end at a limit.",
        "Loop over a range, or break when the work is done.",
    )
