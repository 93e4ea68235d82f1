"""Text in annotations, which the typing module evaluates as Python.

`typing.get_type_hints`, and `functools.singledispatch` through it, evaluate strings with the built-ins of a
module. Only what annotations are made of may stand in such text.
"""

from __future__ import annotations

import ast
import typing
from typing import Any

from pyexec_guest.policy.names import INTERNALS, RESERVED
from pyexec_guest.policy.refusals import Refusal

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


def screen_forward_references() -> None:
    """Make `typing` refuse to evaluate such text in this process, from now on."""
    evaluate = typing.ForwardRef._evaluate
    if getattr(evaluate, "screens", False):
        return

    def screened(self: typing.ForwardRef, *args: Any, **keywords: Any) -> Any:
        refusal = annotation_refusal(self.__forward_arg__)
        if refusal is not None:
            refusal.stop()
        return evaluate(self, *args, **keywords)

    screened.screens = True  # type: ignore[attr-defined]
    typing.ForwardRef._evaluate = screened  # type: ignore[method-assign]
