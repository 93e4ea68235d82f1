"""The modules of a profile as its programs see them.

A program never holds a real module. It gets a *facade*: a module whose names are looked up in the real one the
first time, judged, and kept. What a module must not hand out (another module, a function of one, a loader) is
not there, and the attribute read says why. So attribute access on modules is plain and as fast as ever, and
whatever a library does to a module that it is given, it does to the facade.

What is left for the guard are *guarded names*: under which a class of an allowed module hands out something
refused, and the names of what modules outside the profile offer, in case one is ever reached. A real module
that comes before the guard is refused whatever is read from it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pyexec_guest.policy.attributes import class_module
from pyexec_guest.policy.catalog import FOREIGN_ROOTS, closed_names, dangerous_values
from pyexec_guest.policy.names import is_dunder
from pyexec_guest.policy.refusals import PolicyImportError, Refusal
from pyexec_guest.policy.rules import Rules

__all__ = ["Surface"]

_SHOWN_DUNDERS = frozenset({"__version__", "__all__"})
_TEMPLATE_ENGINES = frozenset({"jinja2"})
_LIVE = frozenset({"sys"})
"""Modules whose names are looked up each time: `sys.stdout` changes."""
_HOMES = {"posix": "os", "posixpath": "os"}
"""Modules that are a part of another one, under names of their own."""


class Surface:
    """Facades, and the judgement of what they show.

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
        self._facades: dict[str, ModuleType] = {}
        self._by_identity: dict[int, ModuleType] = {}
        self._modules_seen = 0
        self._walked: set[str] = set()
        self._classes: set[type] = set()
        self.walk_new()

    def module(self, name: str) -> ModuleType:
        """Return the facade of an imported module that is allowed, or holds one that is."""
        real = sys.modules[name]
        own_name = real.__name__ if sys.modules.get(real.__name__) is real else name
        if own_name not in self._facades:
            self._facades[own_name] = facade = self._make_facade(real)
            self._by_identity[id(facade)] = facade
        return self._facades[own_name]

    def is_facade(self, module: ModuleType) -> bool:
        """By identity: a program can call `__init__` of its own module objects, which renames them."""
        return self._by_identity.get(id(module)) is module

    def judge(self, value: Any, where: str) -> Refusal | None:
        """Return why a value may not be had, wherever it comes from, or None."""
        dangerous = self._dangerous.get(id(value))
        if dangerous is not None:
            return dangerous[1]
        if issubclass(type(value), ModuleType) and not self.is_facade(value):
            return self._hop(where, value)
        if _root(str(class_module(type(value)))) in _TEMPLATE_ENGINES:
            return Refusal(
                "runs-source",
                f"`{where}` is a template engine, which runs text as code.",
                "Use an f-string, or DataFrame.to_html.",
            )
        return None

    def refusal(self, real: ModuleType, name: str) -> Refusal | None:
        """Return why the facade of a module does not show a name, or None if it does or there is no such name."""
        if is_dunder(name) or (name not in vars(real) and name not in vars(real).get("__all__", ())):
            return None
        module = real.__name__
        value = vars(real).get(name)
        if isinstance(value, ModuleType):
            return None if self._is_part(module, value.__name__) else self._hop(f"{module}.{name}", value)
        refusal = self.judge(value, f"{module}.{name}")
        if refusal is None and self.stand_in(value) is value:
            refusal = self._judge_origin(real, name, value)
        listed = self._listed(module)
        if refusal is not None or (
            name in listed if listed is not None else not self._is_hidden(module, name)
        ):
            return refusal
        return self._not_listed(module, name, listed)

    def stand_in(self, value: Any) -> Any:
        """Return what a program gets for a library's value: the value itself, or a checked stand-in."""
        pair = self._stand_ins.get(id(value))
        return value if pair is None else pair[1]

    def walk_new(self) -> None:
        """Take notice of what has been imported since the last time.

        Raises:
            PolicyImportError: If a name turns out to need a guard that compiled code has read without one.
        """
        if len(sys.modules) == self._modules_seen:
            return
        self._modules_seen = len(sys.modules)
        self._dangerous |= dangerous_values()
        self._stand_ins = self._find_stand_ins() | self._stand_ins
        found = {
            name for module in self._new_modules() for name in self._refused_members(module)
        } | closed_names()
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

    def _make_facade(self, real: ModuleType) -> ModuleType:
        facade = ModuleType(real.__name__, real.__doc__)
        listed = self._listed(real.__name__)

        def find(name: str) -> Any:
            value = self._shown(real, name)
            if real.__name__ not in _LIVE:
                vars(facade)[name] = value
            return value

        def list_names() -> list[str]:
            names = listed if listed is not None else {n for n in vars(real) if not n.startswith("_")}
            return sorted(name for name in names if self.refusal(real, name) is None)

        vars(facade)["__getattr__"] = find
        vars(facade)["__dir__"] = list_names
        return facade

    def _shown(self, real: ModuleType, name: str) -> Any:
        """Return what programs get for `real.name`; raises as an attribute that is not there, or is refused."""
        refusal = self.refusal(real, name)
        if refusal is not None:
            refusal.stop()
        if is_dunder(name) and name not in _SHOWN_DUNDERS:
            raise AttributeError(f"module {real.__name__!r} has no attribute {name!r}")
        value = getattr(real, name)
        if isinstance(value, ModuleType):
            if not self._is_part(real.__name__, value.__name__):
                self._hop(f"{real.__name__}.{name}", value).stop()
            return self.module(value.__name__)
        late = self.judge(value, f"{real.__name__}.{name}")
        if late is not None:
            late.stop()
        return self.stand_in(value)

    def _is_part(self, module: str, value: str) -> bool:
        """Whether a module found in another one is a part of the same package that programs may hold."""
        if _root(module) != _root(value) and value != "posixpath":
            return False
        listed = self._listed(module)
        if listed is not None and value.rpartition(".")[2] not in listed and value != "posixpath":
            return self.rules.allows(value) and value in self.rules.imports
        return self.rules.allows("os.path" if value == "posixpath" else value) or value in self.rules.parents

    def _listed(self, module: str) -> frozenset[str] | None:
        """The only names that programs see of a module, or None for all."""
        if module in self.rules.parents:
            inner = [name[len(module) + 1 :] for name in self.rules.imports if name.startswith(module + ".")]
            return frozenset(name.partition(".")[0] for name in inner)
        return self.rules.names.get(module)

    def _is_hidden(self, module: str, name: str) -> bool:
        return name.startswith("_") and _root(module) in sys.stdlib_module_names

    def _judge_origin(self, real: ModuleType, name: str, value: Any) -> Refusal | None:
        """Refuse functions and classes of foreign modules, and collections of modules."""
        where = f"{real.__name__}.{name}"
        if isinstance(value, dict | list | tuple) and _holds_modules(value):
            return Refusal("module-hop", f"`{where}` holds modules.", "Import what you need by name.")
        origin = getattr(value, "__module__", None) if callable(value) else None
        if not isinstance(origin, str) or _home(origin) not in FOREIGN_ROOTS - {
            "builtins",
            _home(real.__name__),
        }:
            return None
        return Refusal(
            "module-hop",
            f"`{where}` belongs to the module `{origin}`, not in profile {self.rules.profile}.",
            "Use what the module offers by itself.",
        )

    def _hop(self, where: str, value: ModuleType) -> Refusal:
        name = value.__name__
        missing = self.rules.why_not(name)
        if missing is None:
            return Refusal(
                "module-hop",
                f"`{where}` is another module, `{name}`.",
                f"Write `import {name}` and use it from there.",
            )
        what = "a part that programs do not get" if where == name else f"the module `{name}`"
        return Refusal(
            "module-hop",
            f"`{where}` is {what}, which is not in profile {self.rules.profile}; one module is not a way to another.",
            missing.suggestion,
        )

    def _not_listed(self, module: str, name: str, listed: frozenset[str] | None) -> Refusal:
        public = ", ".join(n for n in sorted(listed or ()) if not n.isupper())[:200]
        return Refusal(
            "module-name",
            f"`{module}.{name}` is not in profile {self.rules.profile}.",
            self.rules.instead_of(f"{module}.{name}")
            or (f"Of `{module}` there is: {public}." if public else "Use the public names of the module."),
        )

    def _new_modules(self) -> list[ModuleType]:
        modules = {
            name: module for name, module in list(sys.modules.items()) if isinstance(module, ModuleType)
        }
        allowed = {name: module for name, module in modules.items() if self.rules.allows(name)}
        new = [module for name, module in allowed.items() if name not in self._walked]
        self._walked.update(allowed)
        return new

    def _refused_members(self, module: ModuleType) -> Iterator[str]:
        """Attribute names under which a class of the module hands out something refused or replaced."""
        classes = {value for value in list(vars(module).values()) if isinstance(value, type)} - self._classes
        self._classes |= classes
        for cls in classes:
            for name, value in list(vars(cls).items()):
                if not is_dunder(name) and (
                    self.stand_in(value) is not value or self.judge(value, name) is not None
                ):
                    yield name


def _holds_modules(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> bool:
    items = list(value.values())[:64] if isinstance(value, dict) else value[:64]
    return any(isinstance(item, ModuleType) for item in items)


def _root(name: str) -> str:
    return name.partition(".")[0]


def _home(name: str) -> str:
    root = _root(name)
    return _HOMES.get(root, root)
