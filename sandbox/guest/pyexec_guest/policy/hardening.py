"""Functions of the standard library that read or write attributes by names from outside, made safe in place.

`functools.update_wrapper` copies attributes and the dictionary of what it is given, for lru_cache, contextmanager
and many more; `cached_property` reads the dictionary of its object. Given a module, or something that passes
attribute reads on to one, they would hand out its globals. What is done here is done for the whole process: to
libraries it makes no difference.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable
from typing import Any

from pyexec_guest.policy.names import INTERNALS, READABLE_DUNDERS, is_dunder
from pyexec_guest.policy.refusals import Refusal

__all__ = ["harden_functools"]

_done = False


def harden_functools() -> None:
    """Make functools refuse modules and names that lead into the interpreter; once in a process."""
    global _done
    if not _done:
        _done = True
        functools.update_wrapper = update_wrapper
        functools.cached_property.__get__ = _checked_get(functools.cached_property.__get__)  # type: ignore[method-assign]


def update_wrapper(
    wrapper: Any,
    wrapped: Any,
    assigned: Iterable[str] = functools.WRAPPER_ASSIGNMENTS,
    updated: Iterable[str] = functools.WRAPPER_UPDATES,
) -> Any:
    """As functools.update_wrapper, reading the dictionary of the object itself and no names of the interpreter."""
    if issubclass(type(wrapper), types.ModuleType) or issubclass(type(wrapped), types.ModuleType):
        _refuse("a module")
    for given in assigned:
        name = str.__str__(given)
        if name in INTERNALS or (is_dunder(name) and name not in _COPIED):
            _refuse(f"the attribute `{name}`")
        try:
            value = getattr(wrapped, name)
        except AttributeError:
            continue
        setattr(wrapper, name, value)
    for name in updated:
        if name != "__dict__":
            _refuse(f"the attribute `{name}`")
        wrapper.__dict__.update(_own_dictionary(wrapped))
    wrapper.__wrapped__ = wrapped
    return wrapper


_COPIED = READABLE_DUNDERS | {"__annotations__"}


def _own_dictionary(value: Any) -> dict[str, Any]:
    """The dictionary of an object, not of what it passes attribute reads on to."""
    read = type.__getattribute__ if issubclass(type(value), type) else object.__getattribute__
    try:
        return dict(read(value, "__dict__"))
    except AttributeError:
        return {}


def _checked_get(get: Any) -> Any:
    def __get__(self: Any, instance: Any, owner: Any = None) -> Any:
        if instance is not None:
            if issubclass(type(instance), types.ModuleType):
                _refuse("a module")
            if type(instance) in (types.GenericAlias, types.MethodType):
                raise TypeError(
                    f"No '__dict__' attribute on {type(instance).__name__!r} instance to cache a property"
                )
        return get(self, instance, owner)

    return __get__


def _refuse(what: str) -> None:
    Refusal("class-internals", f"functools does not read {what} here.", "Wrap functions and methods.").stop()
