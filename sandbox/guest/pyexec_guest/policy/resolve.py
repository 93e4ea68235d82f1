"""Attribute chains that start at an imported module, followed while the program is only text.

Nothing is called: only dictionaries of modules are read, so a lazy attribute ends the chain as unknown.
"""

from __future__ import annotations

import ast
import sys
from types import ModuleType
from typing import Any

from pyexec_guest.policy.facts import Facts
from pyexec_guest.policy.names import is_dunder
from pyexec_guest.policy.refusals import Refusal
from pyexec_guest.policy.surface import Facade, Surface

__all__ = ["Resolver"]

_UNKNOWN = object()


class Resolver:
    """Follows chains such as `pd.io.common.os` for one program."""

    def __init__(self, surface: Surface, facts: Facts) -> None:
        self._surface = surface
        self._facts = facts

    def refusal(self, node: ast.Attribute) -> Refusal | None:
        """Return why the last step of a chain is refused, or None if it is not or is not known."""
        owner = self._value(node.value)
        if not isinstance(owner, ModuleType):
            return None
        return self._step_refusal(owner, node.attr)

    def is_sure(self, node: ast.Attribute) -> bool:
        """Whether a chain is known to give an unguarded value, since its root is imported before all else."""
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not (isinstance(root, ast.Name) and root.id in self._facts.sure_modules):
            return False
        owner = self._value(node.value)
        if not isinstance(owner, ModuleType) or node.attr not in vars(owner):
            return False
        value = vars(owner)[node.attr]
        plain = isinstance(owner, Facade) or self._surface.judge(owner, node.attr, value) is None
        return plain and (isinstance(owner, Facade) or self._surface.stand_in(value) is value)

    def module_of(self, node: ast.expr) -> str | None:
        """Return the name of the module that an expression is known to be, or None."""
        value = self._value(node)
        return value.__name__ if isinstance(value, ModuleType) else None

    def import_refusal(self, module: str, name: str) -> Refusal | None:
        """Return why `from module import name` is refused, or None."""
        if name == "*" or module not in sys.modules:
            return None
        owner = self._module(module)
        if not isinstance(owner, ModuleType):
            return None
        if name not in vars(owner) and f"{module}.{name}" in sys.modules:
            return self._surface.rules.why_not(f"{module}.{name}")
        return self._step_refusal(owner, name)

    def _step_refusal(self, owner: ModuleType, name: str) -> Refusal | None:
        if isinstance(owner, Facade):
            real = sys.modules.get(owner.__name__)
            known = real is not None and (name in vars(real) or name in vars(real).get("__all__", ()))
            hidden = known and name not in dir(owner) and not is_dunder(name)
            if not hidden or real is None or self._is_submodule(real, name):
                return None
            return self._surface.explain(real, name)
        if name not in vars(owner) or is_dunder(name):
            return None
        return self._surface.judge(owner, name, vars(owner)[name])

    def _is_submodule(self, module: ModuleType, name: str) -> bool:
        """Whether a facade would show this name once its import statement has run."""
        child = f"{module.__name__}.{name}"
        return getattr(vars(module).get(name), "__name__", "") == child and self._surface.rules.allows(child)

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            target = self._facts.modules.get(node.id)
            return self._target(target) if target is not None else _UNKNOWN
        if isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            if (
                isinstance(owner, ModuleType)
                and node.attr in vars(owner)
                and self._step_refusal(owner, node.attr) is None
            ):
                return vars(owner)[node.attr]
            if isinstance(owner, Facade):
                return self._module(f"{owner.__name__}.{node.attr}")
        return _UNKNOWN

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
        if not isinstance(sys.modules.get(name), ModuleType) or not (
            rules.allows(name) or name in rules.parents
        ):
            return _UNKNOWN
        return self._surface.module(name)
