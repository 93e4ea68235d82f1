"""Habits that cost time or do nothing, found in the text: each a warning with the better form.

A warning has to be right more than it has to be complete: what could as well be ordinary code is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from pyexec_guest.policy.frames_named import frame_names
from pyexec_guest.policy.loops import endless_loops, inside_loops
from pyexec_guest.policy.report import Finding
from pyexec_guest.policy.tree import Kinds, nodes_below, position

__all__ = ["habits"]

_FOR = (ast.For, ast.AsyncFor)
_LOOPS = (*_FOR, ast.While)
_ROW_LOOPS = frozenset({"iterrows", "itertuples"})
_GROWERS = frozenset({"concat", "append", "vstack", "hstack", "concatenate", "column_stack", "_append"})


def habits(kinds: Kinds) -> tuple[list[Finding], int]:
    """Return the warnings on a program, and how many of its loops have no way out."""
    endless = endless_loops(kinds)
    found = [*endless, *_row_methods(kinds), *_chained_assignments(kinds)]
    loops = [node for kind in _LOOPS for node in kinds.get(kind, ())]
    if loops:
        found += [*_growing(kinds, loops), *_index_loops(kinds), *_nested_row_loops(kinds)]
        found += _text_pieces(kinds, loops)
    return found, len(endless)


def _warning(rule: str, node: ast.AST, message: str, suggestion: str) -> Finding:
    return Finding(rule, "warning", *position(node), message, suggestion)


def _row_methods(kinds: Kinds) -> Iterator[Finding]:
    for node in _method_calls(kinds, {"iterrows", "apply"}):
        if node.func.attr == "iterrows":
            yield _warning(
                "row-loop",
                node,
                "iterrows() builds a Series for every row: hundreds of times slower than columns.",
                "Work on whole columns, or use itertuples().",
            )
        elif any(k.arg == "axis" and _is_constant(k.value, 1, "columns") for k in node.keywords):
            yield _warning(
                "row-apply",
                node,
                "apply(axis=1) calls the function once a row, with a Series built for each.",
                "Compute with whole columns: df['a'] * df['b'], np.where(mask, x, y), df['c'].map(table).",
            )


def _index_loops(kinds: Kinds) -> Iterator[Finding]:
    """`for i in range(len(df))` with `df.loc[i]` or `df.iloc[i]` in it."""
    for loop in kinds.get(ast.For, ()):
        name = _counted(loop.iter) if isinstance(loop, ast.For) else None
        if name is None or not isinstance(loop, ast.For):
            continue
        if any(_locates(node, name) for part in loop.body for node in nodes_below(part)):
            yield _warning(
                "row-loop",
                loop,
                f"This loop takes the rows of `{name}` one by one by their number.",
                "Work on whole columns, or use itertuples().",
            )


def _counted(node: ast.expr) -> str | None:
    """The name in `range(len(name))` or `range(name.shape[0])`, else None."""
    if not (isinstance(node, ast.Call) and _is_name(node.func, "range") and len(node.args) == 1):
        return None
    match node.args[0]:
        case ast.Call(func=ast.Name("len"), args=[ast.Name(name)]):
            return name
        case ast.Subscript(value=ast.Attribute(value=ast.Name(name), attr="shape"), slice=ast.Constant(0)):
            return name
    return None


def _locates(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ("loc", "iloc", "at", "iat")
        and _is_name(node.value, name)
    )


def _nested_row_loops(kinds: Kinds) -> Iterator[Finding]:
    loops: list[Any] = [node for kind in _FOR for node in kinds.get(kind, ())]
    for loop in loops:
        if not _is_over_rows(loop):
            continue
        inner = [
            n for part in loop.body for n in nodes_below(part) if isinstance(n, _FOR) and _is_over_rows(n)
        ]
        for nested in inner:
            yield _warning(
                "nested-row-loop",
                nested,
                "A loop over rows in a loop over rows: the time grows with the product of both.",
                "Join the frames: left.merge(right, on='key'), or build a dict by key first.",
            )


def _is_over_rows(loop: Any) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ROW_LOOPS
        for node in nodes_below(loop.iter)
    )


def _growing(kinds: Kinds, loops: Iterable[ast.AST]) -> Iterator[Finding]:
    """`x = pd.concat([x, part])` and its like in a loop, and rows put at `df.loc[len(df)]`."""
    assignments = kinds.get(ast.Assign, ())
    if not assignments:
        return
    inside = inside_loops(loops)
    for node in assignments:
        if id(node) not in inside or not isinstance(node, ast.Assign):
            continue
        target = node.targets[0]
        if isinstance(target, ast.Name) and _grows(node.value, target.id):
            yield _copying(node, f"`{target.id}` is copied whole each time round.")
        elif (name := _row_at_end(target)) is not None:
            yield _copying(node, f"A row put at the end of `{name}` copies the whole frame each time round.")


def _grows(value: ast.expr, name: str) -> bool:
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return False
    if value.func.attr not in _GROWERS:
        return False
    if value.func.attr in ("append", "_append") and _is_name(value.func.value, name):
        return True
    library = isinstance(value.func.value, ast.Name) and value.func.value.id in (
        "pd",
        "np",
        "pandas",
        "numpy",
    )
    return library and any(_is_name(node, name) for arg in value.args for node in nodes_below(arg))


def _row_at_end(target: ast.expr) -> str | None:
    match target:
        case ast.Subscript(
            value=ast.Attribute(value=ast.Name(name), attr="loc"),
            slice=ast.Call(func=ast.Name("len"), args=[ast.Name(counted)]),
        ) if name == counted:
            return name
    return None


def _copying(node: ast.AST, message: str) -> Finding:
    return _warning(
        "growing-copy", node, message, "Collect the parts in a list and join them once afterwards."
    )


def _text_pieces(kinds: Kinds, loops: Iterable[ast.AST]) -> Iterator[Finding]:
    """`text += piece` in a loop, where CPython cannot append in place: on globals and attributes."""
    added = [n for n in kinds.get(ast.AugAssign, ()) if isinstance(n, ast.AugAssign) and _adds_text(n)]
    if not added:
        return
    inside = inside_loops(loops)
    functions = (*kinds.get(ast.FunctionDef, ()), *kinds.get(ast.AsyncFunctionDef, ()))
    local = {id(node) for function in functions for node in nodes_below(function)}
    for node in added:
        if id(node) in inside and (isinstance(node.target, ast.Attribute) or id(node) not in local):
            yield _warning(
                "text-in-pieces",
                node,
                "Text put together with += in a loop is copied whole each time round.",
                "Collect the pieces in a list and use ''.join(pieces).",
            )


def _adds_text(node: ast.AugAssign) -> bool:
    return (
        isinstance(node.op, ast.Add)
        and isinstance(node.target, ast.Name | ast.Attribute)
        and _is_text(node.value)
    )


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Call) and _is_name(node.func, "str")):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _chained_assignments(kinds: Kinds) -> Iterator[Finding]:
    """`df[mask]["c"] = x`: with pandas 3 the value is written into a copy that is thrown away."""
    targets = [t for n in kinds.get(ast.Assign, ()) for t in getattr(n, "targets", ())]
    targets += [getattr(n, "target", None) for n in kinds.get(ast.AugAssign, ())]
    chained = [t for t in targets if isinstance(t, ast.Subscript) and isinstance(t.value, ast.Subscript)]
    if not chained:
        return
    frames = frame_names(kinds)
    for target in chained:
        if _is_part_of_frame(target.value, frames):
            yield _warning(
                "chained-assignment",
                target,
                "This writes into a copy: with pandas 3 the frame itself stays as it was.",
                "Write in one step: df.loc[mask, 'column'] = value.",
            )


def _is_part_of_frame(node: ast.expr, frames: frozenset[str]) -> bool:
    if not isinstance(node, ast.Subscript):
        return False
    owner = node.value
    if isinstance(owner, ast.Attribute) and owner.attr in ("loc", "iloc"):
        return True
    return isinstance(owner, ast.Name) and owner.id in frames


def _method_calls(kinds: Kinds, names: set[str]) -> list[Any]:
    calls: list[Any] = kinds.get(ast.Call, [])
    return [n for n in calls if n.func.__class__ is ast.Attribute and n.func.attr in names]


def _is_constant(node: ast.expr, *values: object) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, str) and node.value in values


def _is_name(node: ast.expr | ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
