"""The built-in functions of a program: Python's own, without what runs text, and with guarded `getattr`."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

from pyexec_guest.policy.attributes import stop
from pyexec_guest.policy.guards import Guards
from pyexec_guest.policy.imports import import_for
from pyexec_guest.policy.names import REFUSED_BUILTINS
from pyexec_guest.policy.paths import opened
from pyexec_guest.policy.refusals import Refusal
from pyexec_guest.policy.rules import Rules

__all__ = ["builtins_for", "without_self"]


def builtins_for(guards: Guards) -> dict[str, Any]:
    """Return the `__builtins__` of a new namespace."""
    rules = guards.rules
    found = {name: value for name, value in vars(builtins).items() if not name.startswith("_")}
    found |= {name: _refused(name) for name in REFUSED_BUILTINS if not name.startswith("_")}
    found |= {
        "__import__": import_for(guards.surface),
        "__build_class__": _build_class,
        "__name__": "builtins",
        "__debug__": __debug__,
        "getattr": without_self(guards.getattr_builtin),
        "setattr": without_self(guards.setattr_builtin),
        "delattr": without_self(guards.delattr_builtin),
        "vars": without_self(guards.vars_builtin),
        "open": opened if rules.no_files() is None else _without_files(rules),
        "type": GuardedType(),
        "exit": _leave,
        "quit": _leave,
    }
    found |= {name: getattr(builtins, name) for name in rules.builtins_added}
    return {name: value for name, value in found.items() if name not in rules.builtins_removed}


def without_self(method: Callable[..., Any]) -> Callable[..., Any]:
    """A plain function: from a bound method, its object can be had in more ways than by `__self__`."""

    def function(*args: Any) -> Any:
        return method(*args)

    function.__name__ = function.__qualname__ = method.__name__.removesuffix("_builtin")
    return function


def _without_files(rules: Rules) -> Callable[..., Any]:
    def open(*_args: Any, **_keywords: Any) -> Any:
        stop(rules.no_files())

    return open


def _refused(name: str) -> Callable[..., Any]:
    why, instead = REFUSED_BUILTINS[name]

    def refused(*_args: Any, **_keywords: Any) -> Any:
        Refusal("builtin", f"`{name}` {why}.", instead).stop()

    refused.__name__ = refused.__qualname__ = name
    return refused


def _leave(code: Any = None) -> None:
    sys.exit(code)


def _build_class(function: Callable[..., Any], name: str, *bases: Any, **keywords: Any) -> Any:
    for base in bases:
        if isinstance(base, type) and issubclass(base, BaseExceptionGroup):
            Refusal(
                "exception-group",
                "A subclass of ExceptionGroup can confuse `except*` in the interpreter (CVE-2025-22153).",
                "Raise ExceptionGroup itself, with your own exceptions in it.",
            ).stop()
    return builtins.__build_class__(function, name, *bases, **keywords)


class GuardedType:
    """`type` as a value: tells types, is a base and an annotation, and makes no classes.

    Where a program writes `type(x)` or `isinstance(x, type)`, it gets the real one.
    """

    def __call__(self, *args: Any, **keywords: Any) -> type:
        if len(args) != 1 or keywords:
            Refusal(
                "class-by-call",
                "type() with three arguments makes a class unseen by the policy.",
                "Write a class statement.",
            ).stop()
        return type(args[0])

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type]:
        return (type,)

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, type)

    def __subclasscheck__(self, cls: type) -> bool:
        return issubclass(cls, type)

    def __getitem__(self, item: Any) -> Any:
        return type[item]

    def __or__(self, other: Any) -> Any:
        return type | other

    __ror__ = __or__

    def __eq__(self, other: object) -> bool:
        return other is type or isinstance(other, GuardedType)

    def __hash__(self) -> int:
        return hash(type)

    def __repr__(self) -> str:
        return "<class 'type'>"
