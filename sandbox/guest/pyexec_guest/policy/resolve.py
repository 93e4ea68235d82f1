"""Attribute chains that start at an imported module, followed while the program is only text.

Nothing is called: only dictionaries of modules are read, so a lazy attribute ends the chain as unknown.
"""

from __future__ import annotations

import ast
import sys
from types import ModuleType
from typing import Any

from pyexec_guest.policy.facts import Facts
from pyexec_guest.policy.refusals import Refusal
from pyexec_guest.policy.surface import Surface

__all__ = ["Resolver"]

_UNKNOWN = object()


class Resolver:
    """Follows chains such as `pd.io.common.os` for one program, on the real modules."""

    def __init__(self, surface: Surface, facts: Facts) -> None:
        self._surface = surface
        self._facts = facts
        self._values: dict[int, Any] = {}
        """By the identity of the node, which `facts` keeps."""

    def refusal(self, node: ast.Attribute) -> Refusal | None:
        """Return why the last step of a chain is refused, or None if it is not or is not known."""
        owner = self._value(node.value)
        return self._surface.refusal(owner, node.attr) if isinstance(owner, ModuleType) else None

    def is_sure(self, node: ast.Attribute) -> bool:
        """Whether a chain is known to read a name of a module, since its root is imported before all else."""
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        owner = self._value(node.value)
        known = isinstance(owner, ModuleType) and node.attr in vars(owner)
        return known and isinstance(root, ast.Name) and root.id in self._facts.sure_modules

    def module_of(self, node: ast.expr) -> str | None:
        """Return the name of the module that an expression is known to be, or None."""
        value = self._value(node)
        return value.__name__ if isinstance(value, ModuleType) else None

    def import_refusal(self, module: str, name: str) -> Refusal | None:
        """Return why `from module import name` is refused, or None."""
        owner = self._module(module)
        if name == "*" or not isinstance(owner, ModuleType):
            return None
        if name not in vars(owner) and f"{module}.{name}" in sys.modules:
            return self._surface.rules.why_not(f"{module}.{name}")
        return self._surface.refusal(owner, name)

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            target = self._facts.modules.get(node.id)
            return self._target(target) if target is not None else _UNKNOWN
        if not isinstance(node, ast.Attribute):
            return _UNKNOWN
        if id(node) not in self._values:
            owner = self._value(node.value)
            is_open = isinstance(owner, ModuleType) and self._surface.refusal(owner, node.attr) is None
            self._values[id(node)] = vars(owner).get(node.attr, _UNKNOWN) if is_open else _UNKNOWN
        return self._values[id(node)]

    def _target(self, dotted: str) -> Any:
        """The module, or the value in a module, that an import statement binds."""
        module = self._module(dotted)
        if module is not _UNKNOWN:
            return module
        parent, _, name = dotted.rpartition(".")
        owner = self._module(parent) if parent else _UNKNOWN
        return vars(owner).get(name, _UNKNOWN) if isinstance(owner, ModuleType) else _UNKNOWN

    def _module(self, name: str) -> Any:
        rules = self._surface.rules
        module = sys.modules.get(name)
        if not isinstance(module, ModuleType) or not (rules.allows(name) or name in rules.parents):
            return _UNKNOWN
        return module
