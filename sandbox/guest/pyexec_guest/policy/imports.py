"""The `__import__` of a program: import statements by the profile's list, imports of C code as they are."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from pyexec_guest.policy.refusals import PolicyAttributeError, PolicyImportError, Refusal
from pyexec_guest.policy.surface import Surface

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
        if fromlist:
            return _with_names(surface, name, tuple(fromlist))
        return _chain(surface, name)

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
        owner = surface.module(".".join(parts[:length]))
        vars(owner)[parts[length]] = surface.module(".".join(parts[: length + 1]))
    return surface.module(parts[0])


def _with_names(surface: Surface, module: str, names: tuple[str, ...]) -> ModuleType:
    """Return the facade with these names looked up, or what a star imports."""
    facade = surface.module(module)
    if names == ("*",):
        return _starred(facade, sys.modules[module])
    for name in names:
        child = f"{module}.{name}"
        try:
            getattr(facade, name)
        except PolicyAttributeError as refused:
            raise PolicyImportError(Refusal(refused.rule, str(refused), refused.hint)) from None
        except AttributeError:
            if surface.rules.allows(child) and _is_loadable(surface, child):
                vars(facade)[name] = surface.module(child)
            elif child in sys.modules:
                refusal = surface.rules.why_not(child)
                if refusal is not None:
                    refusal.stop()
    return facade


def _is_loadable(surface: Surface, name: str) -> bool:
    try:
        _load(surface, name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        return False
    return True


def _starred(facade: ModuleType, real: ModuleType) -> ModuleType:
    names = set(dir(facade))
    if "__all__" in vars(real):
        names &= set(real.__all__)
    holder = ModuleType(facade.__name__, facade.__doc__)
    vars(holder).update({name: getattr(facade, name) for name in names})
    vars(holder)["__all__"] = sorted(names)
    return holder
