"""Text that pandas runs: expressions of `query` and `eval`, and methods named by strings.

pandas evaluates its expressions with Python's own attribute access, on names of the caller's frame. So an
expression here may not name a module, the guards, or an attribute with an underscore in front.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Mapping
from types import FrameType, ModuleType
from typing import Any

from pyexec_guest.policy.names import INTERNALS, RESERVED, is_dunder
from pyexec_guest.policy.refusals import Refusal

__all__ = [
    "METHODS_BY_NAME",
    "checked_dispatch",
    "checked_expression",
    "dispatch_refusal",
    "expression_refusal",
]

METHODS_BY_NAME = frozenset({"apply", "agg", "aggregate", "transform", "pipe"})
"""Methods of pandas that take the name of another method."""

_BACKTICKS = re.compile(r"`[^`\n]*`")
_INSTEAD = "Compute the mask in Python: df[df['a'] > limit]; pass values with @name."


def expression_refusal(text: str, resolve: Callable[[str], Any] = lambda _: None) -> Refusal | None:
    """Return why an expression may not be run, or None.

    Args:
        resolve: Gives the value that a name has where the expression runs, or None.
    """
    plain = _BACKTICKS.sub("column", text).replace("@", "").replace("\0", "")
    try:
        tree = ast.parse(plain.strip(), mode="exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if re.search(r"__|\.\s*_", plain) or any(word in plain for word in INTERNALS):
            return Refusal("expression", "The expression could not be read and names internals.", _INSTEAD)
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_closed(node.attr):
            return Refusal("expression", f"The expression reads the attribute `{node.attr}`.", _INSTEAD)
        if isinstance(node, ast.Name):
            if node.id in RESERVED or is_dunder(node.id):
                return Refusal("expression", f"The expression reads `{node.id}`.", _INSTEAD)
            if isinstance(resolve(node.id), ModuleType):
                return Refusal("expression", f"The expression reaches the module `{node.id}`.", _INSTEAD)
    return None


def _is_closed(name: str) -> bool:
    return name.startswith(("_", "to_", "read_")) or name in INTERNALS or name in _CLOSED_METHODS


_CLOSED_METHODS = frozenset(
    {"format", "format_map", "query", "eval", "pipe", "apply", "agg", "aggregate", "transform", "ctypes"}
)


def checked_expression(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `DataFrame.query`, `DataFrame.eval` or `pandas.eval` that checks its expression first."""

    def checked(expr: Any, *args: Any, **keywords: Any) -> Any:
        level = int(keywords.pop("level", 0))
        for part in [expr, *args, *keywords.values()]:
            if isinstance(part, str):
                refusal = expression_refusal(str.__str__(part), _resolver(sys._getframe(1), keywords))
                if refusal is not None:
                    refusal.stop()
        return function(expr, *args, level=level + 1, **keywords)

    return checked


def _resolver(frame: FrameType, keywords: Mapping[str, Any]) -> Callable[[str], Any]:
    spaces: list[Any] = [frame.f_locals, frame.f_globals]
    spaces += [
        keywords[key] for key in ("local_dict", "global_dict") if isinstance(keywords.get(key), Mapping)
    ]
    resolvers = keywords.get("resolvers") or ()
    spaces += [space for space in resolvers if isinstance(space, Mapping)]

    def resolve(name: str) -> Any:
        found = [space[name] for space in spaces if name in space]
        modules = [value for value in found if isinstance(value, ModuleType)]
        return modules[0] if modules else None

    return resolve


def dispatch_refusal(name: str) -> Refusal | None:
    """Return why a method may not be named by this string, or None."""
    if not _is_closed(name):
        return None
    return Refusal(
        "string-dispatch",
        f"The method `{name[:80]}` is named by a string, unseen by the policy.",
        "Call the method itself, or pass a function: df.apply(lambda s: s.sum()).",
    )


def checked_dispatch(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return `apply`, `agg` and their like, refusing names of methods that lead out."""

    def checked(*args: Any, **keywords: Any) -> Any:
        for value in (*args[:1], *keywords.values()):
            for name in _method_names(value):
                refusal = dispatch_refusal(name)
                if refusal is not None:
                    refusal.stop()
        return method(*args, **keywords)

    return checked


def _method_names(value: Any) -> list[str]:
    if isinstance(value, str):
        return [str.__str__(value)]
    if isinstance(value, tuple) and len(value) == 2:
        return _method_names(value[1])
    if isinstance(value, list | tuple):
        return [name for item in value for name in _method_names(item)]
    if isinstance(value, dict):
        return [name for item in value.values() for name in _method_names(item)]
    return []
