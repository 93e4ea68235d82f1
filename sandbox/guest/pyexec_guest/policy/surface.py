"""What the modules of a profile hand out, and the names that need a guard because of it.

Two ways to keep a program from walking through a module into another one:

* A standard-library module is small, so a program gets a `Facade` of it: a module with only the names that
  are harmless. What is not there needs no guard.
* A package such as pandas is itself. Its modules are walked once, and every attribute name under which any of
  them hands out something refused is a *guarded name*: compiled code reads these, and only these, through
  the guard.

Invariant: a value that `judge` refuses is never reachable by plain attribute access with an unguarded name.
Modules that are imported later are walked then, before the program gets them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pyexec_guest.policy.catalog import FOREIGN_ROOTS, HARMLESS_MODULES, dangerous_values
from pyexec_guest.policy.names import is_dunder
from pyexec_guest.policy.refusals import PolicyImportError, Refusal
from pyexec_guest.policy.rules import Rules

__all__ = ["Facade", "Surface"]

_KEPT_DUNDERS = ("__doc__", "__version__", "__all__", "__name__")
_LIVE = frozenset({"sys"})


class Facade(ModuleType):
    """A module with the harmless names of another one."""

    def __init__(self, real: ModuleType, explain: Callable[[str], Refusal]) -> None:
        super().__init__(real.__name__, real.__doc__)
        vars(self)["\0"] = (real, explain)

    def __getattr__(self, name: str) -> Any:
        real, explain = vars(self)["\0"]
        if real.__name__ in _LIVE and name in vars(self)["\0live"]:
            return getattr(real, name)
        if (name in vars(real) or name in vars(real).get("__all__", ())) and not is_dunder(name):
            explain(name).stop()
        raise AttributeError(f"module {real.__name__!r} has no attribute {name!r}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        live = vars(self).get("\0live", ())
        return sorted({name for name in vars(self) if not name.startswith(("\0", "__"))} | set(live))

    def __repr__(self) -> str:
        return f"<module {self.__name__!r}>"


class Surface:
    """The modules of one profile as its programs see them.

    Attributes:
        guarded: Attribute names that compiled code reads through the guard.
        compiled: Attribute names that compiled code has read without one.
    """

    def __init__(self, rules: Rules, find_stand_ins: Callable[[], dict[int, tuple[Any, Any]]]) -> None:
        self.rules = rules
        self.guarded: set[str] = set()
        self.compiled: set[str] = set()
        self._find_stand_ins = find_stand_ins
        self._stand_ins: dict[int, tuple[Any, Any]] = {}
        self._dangerous: dict[int, tuple[Any, Refusal]] = {}
        self._modules_seen = 0
        self._facades: dict[str, Facade] = {}
        self._walked: set[str] = set()
        self._classes: set[type] = set()
        self._has_packages = any(self._is_package(_root(name)) for name in rules.imports)
        if self._has_packages:
            self.guarded |= FOREIGN_ROOTS | {f"_{root}" for root in FOREIGN_ROOTS}
        self.walk_new()

    def judge(self, owner: ModuleType | None, name: str, value: Any) -> Refusal | None:
        """Return why `owner.name`, which is `value`, may not be had, or None. `owner` None: not a module."""
        dangerous = self._dangerous.get(id(value))
        if dangerous is not None:
            return dangerous[1]
        if issubclass(type(value), ModuleType):
            return self._judge_module(owner, name, value)
        if owner is None:
            return None
        if isinstance(value, dict | list | tuple) and _holds_modules(value):
            return Refusal(
                "module-hop", f"`{owner.__name__}.{name}` holds modules.", "Import what you need by name."
            )
        return self._judge_origin(owner, name, value)

    def stand_in(self, value: Any) -> Any:
        """Return what a program gets for a library's value: the value itself, or a checked stand-in."""
        pair = self._stand_ins.get(id(value))
        return value if pair is None else pair[1]

    def module(self, name: str) -> ModuleType:
        """Return an imported module as programs get it; it must be allowed, or hold one that is."""
        if name in self._facades:
            return self._facades[name]
        real = sys.modules[name]
        root = name.partition(".")[0]
        if root in sys.stdlib_module_names or name in self.rules.names or name in self.rules.parents:
            return self._make_facade(name, real)
        return real

    def walk_new(self) -> None:
        """Walk what has been imported since the last time.

        Raises:
            PolicyImportError: If a name turns out to need a guard that compiled code has read without one.
        """
        if len(sys.modules) == self._modules_seen:
            return
        self._modules_seen = len(sys.modules)
        self._dangerous |= dangerous_values()
        self._stand_ins = self._find_stand_ins() | self._stand_ins
        found = {name for name in self._new_modules() for name in self._refused_names(sys.modules[name])}
        late = (found - self.guarded) & self.compiled
        self.guarded |= found
        if late:
            raise PolicyImportError(
                Refusal(
                    "import",
                    f"A module imported late needs the attribute names {sorted(late)} guarded.",
                    "Run the import in a program of its own first, or rename the attributes.",
                )
            )

    def _new_modules(self) -> list[str]:
        new = [
            name
            for name, module in list(sys.modules.items())
            if name not in self._walked and isinstance(module, ModuleType) and self._is_walked(name)
        ]
        self._walked.update(new)
        return new

    def _is_walked(self, name: str) -> bool:
        """Whether a program can hold the module itself: an allowed one that gets no facade."""
        if name in HARMLESS_MODULES:
            return self._has_packages and self.rules.allows(name)
        return self._is_package(_root(name)) and self.rules.allows(name)

    def _is_package(self, root: str) -> bool:
        return root not in sys.stdlib_module_names and root not in self.rules.names

    def _refused_names(self, module: ModuleType) -> Iterator[str]:
        for name, value in list(vars(module).items()):
            if is_dunder(name):
                continue
            if id(value) in self._stand_ins or self.judge(module, name, value) is not None:
                yield name
            elif isinstance(value, type):
                yield from self._refused_members(value)

    def _refused_members(self, cls: type) -> Iterator[str]:
        if cls in self._classes:
            return
        self._classes.add(cls)
        for name, value in list(vars(cls).items()):
            if not is_dunder(name) and (
                id(value) in self._stand_ins or self.judge(None, name, value) is not None
            ):
                yield name

    def _judge_module(self, owner: ModuleType | None, name: str, value: ModuleType) -> Refusal | None:
        if isinstance(value, Facade):
            return None
        where = f"{owner.__name__}.{name}" if owner is not None else name
        own = owner is not None and _root(value.__name__) == _root(owner.__name__)
        if self._is_harmless(value) or (
            own and (self.rules.allows(value.__name__) or value.__name__ in self.rules.parents)
        ):
            return None
        if self.rules.allows(value.__name__):
            why, instead = "another module", f"Write `import {value.__name__}`."
        else:
            missing = self.rules.why_not(value.__name__)
            why = f"the module `{value.__name__}`, which is not in profile {self.rules.profile}"
            instead = missing.suggestion if missing else ""
        return Refusal("module-hop", f"`{where}` is {why}; a module is not a way to another one.", instead)

    def _is_harmless(self, module: ModuleType) -> bool:
        name = module.__name__
        return name in HARMLESS_MODULES and module is sys.modules.get(name) and self.rules.allows(name)

    def _judge_origin(self, owner: ModuleType, name: str, value: Any) -> Refusal | None:
        if not callable(value):
            return None
        origin = getattr(type(value), "__module__", "") if not hasattr(value, "__name__") else _origin(value)
        root = _root(origin)
        if root not in FOREIGN_ROOTS or root in ("builtins", _root(owner.__name__)):
            return None
        return Refusal(
            "module-hop",
            f"`{owner.__name__}.{name}` belongs to the module `{origin}`, not in profile {self.rules.profile}.",
            "Use what the module offers by itself.",
        )

    def _make_facade(self, name: str, real: ModuleType) -> Facade:
        facade = Facade(real, lambda attribute: self.explain(real, attribute))
        self._facades[name] = facade
        listed = self.rules.names.get(name)
        if name in self.rules.parents:
            listed = frozenset(
                m[len(name) + 1 :].partition(".")[0] for m in self.rules.imports if m.startswith(name + ".")
            )
        if name in _LIVE:
            vars(facade)["\0live"] = frozenset(listed or ())
            return facade
        for attribute, value in list(vars(real).items()):
            if self._is_shown(real, attribute, value, listed):
                shown = self.module(value.__name__) if isinstance(value, ModuleType) else self.stand_in(value)
                vars(facade)[attribute] = shown
                if isinstance(value, type):
                    self.guarded.update(self._refused_members(value))
        return facade

    def _is_shown(self, real: ModuleType, name: str, value: Any, listed: frozenset[str] | None) -> bool:
        if is_dunder(name):
            return name in _KEPT_DUNDERS
        if listed is not None and name not in listed:
            return False
        if name.startswith("_") and listed is None:
            return False
        if isinstance(value, ModuleType) and listed is not None:
            return True
        return self.stand_in(value) is not value or self.judge(real, name, value) is None

    def explain(self, real: ModuleType, name: str) -> Refusal:
        """Return why a facade does not show a name that the module has."""
        refusal = self.judge(real, name, vars(real).get(name))
        if refusal is not None:
            return refusal
        listed = self.rules.names.get(real.__name__, ())
        public = ", ".join(n for n in sorted(listed) if not n.isupper())[:200]
        return Refusal(
            "module-name",
            f"`{real.__name__}.{name}` is not in profile {self.rules.profile}.",
            f"Of `{real.__name__}` there is: {public}." if public else "Use the public names of the module.",
        )


def _origin(value: Any) -> str:
    try:
        return str(value.__module__ or "")
    except AttributeError:
        return ""


def _holds_modules(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> bool:
    items = list(value.values())[:64] if isinstance(value, dict) else value[:64]
    return any(isinstance(item, ModuleType) for item in items)


def _root(name: str) -> str:
    return name.partition(".")[0]
