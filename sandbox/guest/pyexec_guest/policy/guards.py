"""The guards that compiled code and the built-in functions of a program call.

`Guards` is made once per profile in the template. Each hook is fast for what programs do and complete for what
they must not: exact built-in types and the program's own plain objects pass first.
"""

from __future__ import annotations

import collections
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any

from pyexec_guest.policy.attributes import (
    attribute_refusal,
    behind,
    class_module,
    is_a,
    is_own_class,
    own_refusal,
    stop,
)
from pyexec_guest.policy.catalog import FOREIGN_ROOTS
from pyexec_guest.policy.expressions import METHODS_BY_NAME
from pyexec_guest.policy.formats import format_attribute
from pyexec_guest.policy.handlers import (
    FILE_METHODS,
    PATH_METHODS,
    copied_annotations,
    dispatch_method,
    error_object,
    expression_method,
    file_method,
    own_only,
    path_method,
)
from pyexec_guest.policy.names import GUARDED_DUNDERS, RESERVED, WRITABLE_DUNDERS, is_dunder
from pyexec_guest.policy.refusals import Refusal
from pyexec_guest.policy.rules import Rules
from pyexec_guest.policy.stand_ins import stand_ins
from pyexec_guest.policy.surface import Surface

__all__ = ["Guards"]

_PLAIN: tuple[type, ...] = (
    list,
    dict,
    set,
    frozenset,
    tuple,
    int,
    float,
    complex,
    bool,
    bytes,
    bytearray,
    range,
    type(None),
)


_OPEN_BASES = frozenset({"abc", "enum", "typing", "contextlib", "collections", "dataclasses"})


class Guards:
    """The hooks of one profile."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.plain: set[type] = {*_PLAIN, str}
        """Types whose attributes need no guard but under the names of `special`; grows as types are met."""
        self.writable: set[type] = set()
        """Types on whose instances attributes may be written; grows as types are met."""
        self.surface = Surface(rules, lambda: stand_ins(self.getattr_builtin))
        self.special = self._special_handlers()
        self.surface.guarded.update(self.special)

    def getattr(self, owner: Any, name: str) -> Any:
        """Read a guarded attribute: compiled code calls this with a name the policy has passed."""
        handler = self.special.get(name)
        if handler is not None:
            found = handler(owner, name)
            if found is not None:
                return found
        return self._screened(owner, name)

    def reader(self) -> Callable[[Any, str], Any]:
        """Return `getattr` with the shortest way for types that need no guard."""
        plain, special, read, native = self.plain, self.special, self.getattr, getattr

        def read_guarded(owner: Any, name: str) -> Any:
            if type(owner) in plain and name not in special:
                return native(owner, name)
            return read(owner, name)

        return read_guarded

    def getattr_builtin(self, owner: Any, name: Any, *default: Any) -> Any:
        """`getattr` with every name checked."""
        name = _exact(name)
        stop(attribute_refusal(name))
        try:
            return self.getattr(owner, name) if name in self.surface.guarded else self._screened(owner, name)
        except AttributeError as missing:
            if default and not hasattr(missing, "rule"):
                return default[0]
            raise

    def write(self, owner: Any) -> Any:
        """Return `owner` if its attributes may be written; remember its type if all of its kind may."""
        kind = type(owner)
        if issubclass(kind, types.ModuleType) or isinstance(owner, types.ModuleType):
            Refusal(
                "module-write",
                f"Attributes of the module `{getattr(owner, '__name__', '?')}` may not be changed.",
                "Keep the value in a variable of your own.",
            ).stop()
        if issubclass(kind, type):
            if not is_own_class(owner):
                Refusal(
                    "class-write",
                    f"Attributes of the class `{owner.__qualname__}` may not be changed: it is not yours.",
                    "Make a subclass, or write a function.",
                ).stop()
            return owner
        if kind not in _FORWARDING:
            self.writable.add(kind)
        return owner

    def setattr_builtin(self, owner: Any, name: Any, value: Any) -> None:
        """`setattr` with the name and the target checked."""
        setattr(self.write(owner), _writable_name(name), value)

    def delattr_builtin(self, owner: Any, name: Any) -> None:
        """`delattr` with the name and the target checked."""
        delattr(self.write(owner), _writable_name(name))

    def vars_builtin(self, *owner: Any) -> Any:
        """`vars` of one object of the program's own."""
        if len(owner) != 1:
            Refusal(
                "builtin", "vars() without an object hands out all variables.", "Keep the values in a dict."
            ).stop()
        return self.getattr(owner[0], "__dict__")

    def captured(self, *values: Any) -> bool:
        """Return True if a class pattern may bind these values."""
        for value in values:
            refusal = self.surface.judge(value, "a captured value")
            if self.surface.stand_in(value) is not value or _is_foreign(value):
                refusal = Refusal(
                    "match-class", "A class pattern captured what another module keeps.", _KEYWORDS
                )
            if refusal is None and is_a(value, dict) and "__builtins__" in value:
                refusal = attribute_refusal("__globals__")
            if refusal is None and is_a(value, types.FrameType | types.CodeType):
                refusal = attribute_refusal("f_globals")
            if (
                refusal is None
                and is_a(value, types.BuiltinFunctionType)
                and value.__name__ in ("format", "format_map")
            ):
                refusal = Refusal(
                    "format-fields", "A pattern may not capture str.format.", "Call it on the string."
                )
            stop(refusal)
        return True

    def subject(self, value: Any, *classes: Any) -> Any:
        """Return the subject of a match statement if the classes of its patterns may read attributes.

        A class pattern reads attributes by itself, positional ones by the names in `__match_args__`. So those
        names are checked, on classes that cannot change them between two looks, and a class that takes modules
        for its instances is refused.
        """
        for cls in classes:
            if not is_a(cls, type):
                continue
            stop(_match_args_refusal(cls))
            if isinstance(sys, cls):
                Refusal(
                    "match-class", f"The pattern `{cls.__name__}(...)` also matches modules.", _KEYWORDS
                ).stop()
        return value

    def _screened(self, owner: Any, name: str) -> Any:
        """Read an attribute and judge what it gives."""
        if issubclass(type(owner), types.ModuleType) and not self.surface.is_facade(owner):
            Refusal(
                "module-hop", f"`{owner.__name__}` is a library's own module.", "Import it by its name."
            ).stop()
        value = getattr(owner, name)
        if is_own_class(type(owner)) and _is_plain_class(type(owner)):
            self.plain.add(type(owner))
        if issubclass(type(value), types.ModuleType) and self.rules.allows(value.__name__):
            return value if self.surface.is_facade(value) else self.surface.module(value.__name__)
        stop(self.surface.judge(value, f"{type(owner).__name__}.{name}"))
        return self.surface.stand_in(value)

    def _special_handlers(self) -> dict[str, Callable[[Any, str], Any]]:
        """Return handlers by name; each gives the checked attribute, or None where nothing special applies."""
        handlers: dict[str, Callable[[Any, str], Any]] = {
            "format": self._format,
            "format_map": self._format,
            "query": expression_method,
            "eval": expression_method,
            "obj": error_object,
            "__dict__": own_only,
            "__mro__": own_only,
            "__bases__": own_only,
            "__base__": own_only,
            "__subclasses__": own_only,
            "__annotations__": copied_annotations,
            "__getattribute__": self._reader,
            "__getattr__": self._reader,
            "__setattr__": self._writer,
            "__delattr__": self._writer,
        }
        handlers |= dict.fromkeys(METHODS_BY_NAME, dispatch_method)
        handlers |= dict.fromkeys(FILE_METHODS, file_method)
        handlers |= dict.fromkeys(PATH_METHODS, path_method)
        return handlers

    def _format(self, owner: Any, name: str) -> Any:
        owner = behind(owner)
        if is_a(owner, collections.UserString):
            return format_attribute(str(owner.data), name, self.surface.guarded)
        if is_a(owner, str) or (is_a(owner, type) and issubclass(owner, str)):
            return format_attribute(owner, name, self.surface.guarded)
        return None

    def _reader(self, owner: Any, name: str) -> Any:
        real = getattr(owner, name)
        unbound = is_a(owner, type) and not is_a(real, types.MethodType)

        def read(*args: Any) -> Any:
            target, attribute = (args[0], args[1]) if unbound else (owner, args[0])
            attribute = _exact(attribute)
            stop(attribute_refusal(attribute))
            if self.special.get(attribute) is own_only:
                stop(own_refusal(target, attribute))
                return real(*args)
            if attribute in GUARDED_DUNDERS or attribute in self.special:
                return self.getattr(target, attribute)
            if is_a(target, types.ModuleType):
                return self.getattr_builtin(target, attribute)
            value = real(*args)
            stop(self.surface.judge(value, attribute))
            return self.surface.stand_in(value)

        return read

    def _writer(self, owner: Any, name: str) -> Any:
        real = getattr(owner, name)
        unbound = is_a(owner, type) and not is_a(real, types.MethodType)

        def write(*args: Any) -> None:
            if unbound or not is_a(owner, super):
                self.write(args[0] if unbound else owner)
            _writable_name(args[1] if unbound else args[0])
            real(*args)

        return write


_FORWARDING = (weakref.ProxyType, weakref.CallableProxyType, super)
"""Types that pass an attribute write on to another object."""


_KEYWORDS = "Match on your own classes, or use isinstance() and read the attribute."


def _match_args_refusal(cls: type) -> Refusal | None:
    if is_own_class(type(cls)):
        return Refusal(
            "match-class", "A class with a metaclass of yours may not take patterns inside.", _KEYWORDS
        )
    names = next((vars(base)["__match_args__"] for base in cls.__mro__ if "__match_args__" in vars(base)), ())
    if type(names) is not tuple or any(type(name) is not str for name in names):
        return Refusal("match-class", "`__match_args__` has to be a tuple of strings.", _KEYWORDS)
    refused = [refusal for refusal in map(attribute_refusal, names) if refusal is not None]
    guarded = [name for name in names if name in GUARDED_DUNDERS]
    if guarded:
        return Refusal("match-class", f"A pattern may not read `{guarded[0]}`.", _KEYWORDS)
    return refused[0] if refused else None


def _is_foreign(value: Any) -> bool:
    origin = getattr(value, "__module__", None) if callable(value) else None
    return isinstance(origin, str) and origin != "builtins" and origin.partition(".")[0] in FOREIGN_ROOTS


def _exact(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError("attribute name must be string")
    return str.__str__(name)


def _writable_name(given: Any) -> str:
    name = _exact(given)
    if name in RESERVED or (is_dunder(name) and name not in WRITABLE_DUNDERS):
        Refusal(
            "dunder-attribute", f"The attribute `{name}` may not be written.", "Use a name of your own."
        ).stop()
    return name


def _is_plain_class(cls: type) -> bool:
    """Whether no base of a program's class has methods that need a guard."""
    return all(
        is_own_class(base) or base is object or class_module(base) in _OPEN_BASES or base in _PLAIN
        for base in cls.__mro__
    )
