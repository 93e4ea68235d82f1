"""The `__import__` of a program: import statements by the profile's list, imports of C code as they are."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from pyexec_guest.policy.refusals import PolicyImportError, Refusal
from pyexec_guest.policy.surface import Facade, Surface

__all__ = ["import_for", "import_refusal"]


def import_for(surface: Surface) -> Callable[..., Any]:
    """Return the `__import__` that import statements of a program call.

    C code, such as datetime.strptime, imports through the built-ins of its caller too: `PyImport_Import` passes
    a list of names where the IMPORT_NAME instruction passes a tuple or None, and a program cannot call this.
    """

    def import_module(
        name: str,
        _globals: Mapping[str, Any] | None = None,
        _locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if isinstance(fromlist, list):
            return builtins.__import__(name, None, None, fromlist, 0)
        refusal = import_refusal(surface, name, tuple(fromlist or ()), level)
        if refusal is not None:
            refusal.stop()
        _load(surface, name)
        if not fromlist:
            return _chain(surface, name)
        return _with_names(surface, surface.module(name), tuple(fromlist))

    return import_module


def import_refusal(surface: Surface, name: str, names: tuple[str, ...], level: int) -> Refusal | None:
    """Return why an import statement is refused before anything is imported, or None."""
    rules = surface.rules
    if level:
        return Refusal(
            "import", "There is no package around the program.", "Import modules by their full name."
        )
    if name in rules.parents and names and all(rules.allows(f"{name}.{part}") for part in names):
        return None
    return rules.why_not(name)


def _load(surface: Surface, name: str) -> None:
    if name not in sys.modules:
        builtins.__import__(name)
    surface.walk_new()


def _chain(surface: Surface, name: str) -> ModuleType:
    """Return the first module of a dotted name, holding the rest."""
    parts = name.split(".")
    for length in range(1, len(parts)):
        parent, child = ".".join(parts[:length]), ".".join(parts[: length + 1])
        owner = surface.module(parent)
        if isinstance(owner, Facade):
            vars(owner)[parts[length]] = surface.module(child)
    return surface.module(parts[0])


def _with_names(surface: Surface, module: ModuleType, names: tuple[str, ...]) -> ModuleType:
    """Return a module that has these names, with stand-ins where the policy has any."""
    if names == ("*",):
        return _starred(surface, module)
    found: dict[str, Any] = {}
    for name in names:
        child = f"{module.__name__}.{name}"
        if name not in vars(module) and not hasattr(module, name):
            if surface.rules.allows(child):
                try:
                    _load(surface, child)
                except ModuleNotFoundError:
                    return module
                found[name] = surface.module(child)
                continue
            if child in sys.modules:
                refusal = surface.rules.why_not(child)
                assert refusal is not None
                refusal.stop()
            continue
        found[name] = _judged(surface, module, name)
    holder = ModuleType(module.__name__, module.__doc__)
    vars(holder).update(found)
    return holder


def _judged(surface: Surface, module: ModuleType, name: str) -> Any:
    value = getattr(module, name)
    if isinstance(module, Facade):
        return value
    refusal = surface.judge(module, name, value)
    if refusal is not None:
        raise PolicyImportError(refusal)
    return surface.stand_in(value)


def _starred(surface: Surface, module: ModuleType) -> ModuleType:
    names = getattr(module, "__all__", None) or [
        name for name in vars(module) if not name.startswith(("_", "\0"))
    ]
    holder = ModuleType(module.__name__, module.__doc__)
    for name in names:
        value = getattr(module, name, None)
        if isinstance(module, Facade) or surface.judge(module, name, value) is None:
            vars(holder)[name] = surface.stand_in(value)
    vars(holder)["__all__"] = [name for name in vars(holder) if not name.startswith("__")]
    return holder
