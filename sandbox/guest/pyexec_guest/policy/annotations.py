"""Text in annotations, which the typing module evaluates as Python.

`typing.get_type_hints`, and `functools.singledispatch` through it, evaluate strings with the built-ins of a
module. Only what annotations are made of may stand in such text.
"""

from __future__ import annotations

import ast
import builtins
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from pyexec_guest.policy.catalog import FOREIGN_ROOTS
from pyexec_guest.policy.names import INTERNALS, RESERVED
from pyexec_guest.policy.refusals import PolicyError, Refusal

__all__ = ["annotation_refusal", "screen_forward_references"]

_PARTS = (
    ast.Expression,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.BinOp,
    ast.BitOr,
    ast.Starred,
    ast.UnaryOp,
    ast.USub,
    ast.expr_context,
)


def annotation_refusal(text: str) -> Refusal | None:
    """Return why a string may not be an annotation that is evaluated, or None. Unreadable text is harmless."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        closed = isinstance(node, ast.Attribute) and (node.attr.startswith("__") or node.attr in INTERNALS)
        reserved = isinstance(node, ast.Name) and node.id in RESERVED
        if closed or reserved or not isinstance(node, _PARTS):
            return Refusal(
                "annotation",
                f"The annotation {text[:60]!r} holds more than types.",
                "Annotate with types such as 'Node | None' or list[int].",
            )
    return None


def screen_forward_references(read: Callable[[Any, str], Any]) -> None:
    """Make `typing` refuse to evaluate such text in this process, from now on.

    Args:
        read: A guarded `getattr`, by which dotted names are followed before typing follows them.
    """
    global _read
    if _read is None:
        evaluate = typing.ForwardRef._evaluate

        def screened(self: typing.ForwardRef, *args: Any, **keywords: Any) -> Any:
            spaces = [space for space in args[:2] if isinstance(space, Mapping)]
            if self.__forward_module__ is not None:
                home = sys.modules.get(str(self.__forward_module__), self.__forward_module__)
                spaces.insert(0, vars(home))
            _screen(self.__forward_arg__, spaces)
            return evaluate(self, *args, **keywords)

        typing.ForwardRef._evaluate = screened  # type: ignore[method-assign]
    _read = read


_read: Callable[[Any, str], Any] | None = None


def _screen(text: str, spaces: list[Mapping[str, Any]]) -> None:
    refusal = annotation_refusal(text)
    if refusal is not None:
        refusal.stop()
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            _follow(node, spaces)
        elif isinstance(node, ast.Name) and _is_code(_follow(node, spaces)):
            raise PolicyError(
                Refusal(
                    "annotation",
                    f"The annotation {text[:60]!r} names a function or a module.",
                    "Name a type.",
                )
            )


def _is_code(value: Any) -> bool:
    """Whether a value is not what annotations are made of: a function, a real module, a class of a closed module."""
    if isinstance(value, type):
        return value.__module__ != "builtins" and value.__module__.partition(".")[0] in FOREIGN_ROOTS
    return isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType)


def _follow(node: ast.expr, spaces: list[Mapping[str, Any]]) -> Any:
    assert _read is not None
    if isinstance(node, ast.Attribute):
        owner = _follow(node.value, spaces)
        return None if owner is None else _read(owner, node.attr)
    if isinstance(node, ast.Name):
        known = (space[node.id] for space in spaces[::-1] if node.id in space)
        return next(known, getattr(builtins, node.id, None))
    raise PolicyError(
        Refusal(
            "annotation",
            "An annotation reads an attribute of more than a name.",
            "Import the type by its name.",
        )
    )
