"""Attribute writes that need no check of their own, since their object has passed one already.

`a.x -= 1; a.y -= 1` checks `a` once: between the two, nothing can put another object into a local variable that
no inner function declares `nonlocal`. The check is of the object, not of the attribute, so it holds for all of
them until the name is bound again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from pyexec_guest.policy.tree import Kinds, children, nodes_below

__all__ = ["proven_writes", "self_name"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Assignment = ast.Assign | ast.AugAssign | ast.AnnAssign


def proven_writes(kinds: Kinds) -> set[int]:
    """Return the identities of the attribute nodes whose object is known to have passed the write guard.

    Args:
        kinds: All nodes of a program.
    """
    proven: set[int] = set()
    if not any(map(_owner, kinds.get(ast.Attribute, ()))):
        return proven
    declared: list[Any] = [*kinds.get(ast.Global, ()), *kinds.get(ast.Nonlocal, ())]
    elsewhere = {name for node in declared for name in node.names}
    classes: list[Any] = kinds.get(ast.ClassDef, [])
    methods = {id(item) for node in classes for item in node.body}
    functions: list[Any] = [*kinds.get(ast.FunctionDef, ()), *kinds.get(ast.AsyncFunctionDef, ())]
    for node in functions:
        if any(map(_owner, nodes_below(node))):
            own = self_name(node) if id(node) in methods else None
            local = {argument.arg for argument in nodes_below(node.args) if isinstance(argument, ast.arg)}
            bound = _Bindings()
            local |= {name for statement in node.body for name in bound.of(statement)}
            _prove(node.body, {own} if own else set(), local - elsewhere, proven, bound)
    return proven


def self_name(function: _Function) -> str | None:
    """Return the first parameter of a method that writes attributes of it and never binds it again, or None."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    if not parameters:
        return None
    name = parameters[0].arg
    nodes = [node for statement in function.body for node in nodes_below(statement)]
    if not any(_owner(node) == name for node in nodes):
        return None
    return None if any(name in _bound_by(node) for node in nodes) else name


class _Bindings:
    """Names that statements may bind or unbind, those of functions inside them aside; each node is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, frozenset[str]] = {}

    def of(self, node: ast.AST) -> frozenset[str]:
        if id(node) not in self._known:
            names = set(_bound_by(node))
            if not isinstance(node, _Function | ast.ClassDef | ast.Lambda):
                names.update(*map(self.of, children(node)))
            self._known[id(node)] = frozenset(names)
        return self._known[id(node)]


def _bound_by(node: ast.AST) -> Sequence[str]:
    """Names that a node itself binds or unbinds."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.Global | ast.Nonlocal):
        return node.names
    if isinstance(node, ast.alias):
        return (node.asname or node.name.partition(".")[0],)
    if isinstance(node, _NAMING):
        return [name for key in ("name", "rest", "arg") if isinstance(name := getattr(node, key, None), str)]
    return ()


_NAMING = (
    ast.stmt,
    ast.arg,
    ast.pattern,
    ast.ExceptHandler,
    *filter(None, [getattr(ast, "type_param", None)]),
)


def _prove(
    body: Sequence[ast.stmt], checked: set[str], local: set[str], proven: set[int], bindings: _Bindings
) -> None:
    """Follow one block; `checked` holds the names whose objects have passed when the block is entered."""
    checked = set(checked)
    for statement in body:
        bound = bindings.of(statement)
        if isinstance(statement, _Assignment):
            writes = [(node, owner) for node in _targets(statement) if (owner := _owner(node))]
            proven.update(id(node) for node, owner in writes if owner in checked - bound)
            checked |= {owner for _, owner in writes if owner in local}
        elif not isinstance(statement, _Function | ast.ClassDef):
            for block in _blocks(statement):
                _prove(block, checked - bound, local, proven, bindings)
        checked -= bound


def _targets(statement: _Assignment) -> Iterator[ast.AST]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return
    stack: list[ast.AST] = list(targets)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.Tuple | ast.List | ast.Starred):
            stack.extend(children(node))


def _owner(node: ast.AST) -> str | None:
    """The name whose attribute a node writes, or None."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and not isinstance(node.ctx, ast.Load)
    ):
        return node.value.id
    return None


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for key in ("body", "orelse", "finalbody"):
        block = getattr(statement, key, None)
        if isinstance(block, list):
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body
