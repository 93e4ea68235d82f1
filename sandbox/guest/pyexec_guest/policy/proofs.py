"""Attribute writes that need no check of their own, since their object has passed one already.

`a.x -= 1; a.y -= 1` checks `a` once: between the two, nothing can put another object into a local variable that
no inner function declares `nonlocal`. The check is of the object, not of the attribute, so it holds for all of
them until the name is bound again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

__all__ = ["bound_names", "proven_writes", "self_name"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Assignment = ast.Assign | ast.AugAssign | ast.AnnAssign


def proven_writes(tree: ast.Module) -> set[int]:
    """Return the identities of the attribute nodes whose object is known to have passed the write guard."""
    proven: set[int] = set()
    elsewhere = {
        name for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names
    }
    methods = {id(item) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for item in node.body}
    for node in ast.walk(tree):
        if isinstance(node, _Function):
            own = self_name(node) if id(node) in methods else None
            local = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
            local |= {name for statement in node.body for name in bound_names(statement)}
            _prove(node.body, {own} if own else set(), local - elsewhere, proven)
    return proven


def self_name(function: _Function) -> str | None:
    """Return the first parameter of a method that writes attributes of it and never binds it again, or None."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    if not parameters:
        return None
    name = parameters[0].arg
    if any(name in bound_names(statement, inner=True) for statement in function.body):
        return None
    nodes = (node for statement in function.body for node in ast.walk(statement))
    return name if any(_owner(node) == name for node in nodes) else None


def bound_names(root: ast.AST, *, inner: bool = False) -> set[str]:
    """Return the names that a statement may bind or unbind, with `inner` also in functions inside it."""
    names: set[str] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            names.update(node.names)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.partition(".")[0])
        elif not isinstance(node, ast.keyword):
            names.update(
                name for key in ("name", "rest", "arg") if isinstance(name := getattr(node, key, None), str)
            )
        if inner or node is root or not isinstance(node, _Function | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return names


def _prove(body: Sequence[ast.stmt], checked: set[str], local: set[str], proven: set[int]) -> None:
    """Follow one block; `checked` holds the names whose objects have passed when the block is entered."""
    checked = set(checked)
    for statement in body:
        bound = bound_names(statement)
        if isinstance(statement, _Assignment):
            writes = [(node, owner) for node in _targets(statement) if (owner := _owner(node))]
            proven.update(id(node) for node, owner in writes if owner in checked - bound)
            checked |= {owner for _, owner in writes if owner in local}
        elif not isinstance(statement, _Function | ast.ClassDef):
            for block in _blocks(statement):
                _prove(block, checked - bound, local, proven)
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
            stack.extend(ast.iter_child_nodes(node))


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
