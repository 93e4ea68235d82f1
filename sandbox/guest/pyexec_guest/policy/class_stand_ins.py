"""Stand-ins for library code that makes classes from names or reads attributes by names a program can set.

`dataclasses` writes the names of fields into source text and runs it, so they have to be identifiers;
`contextlib.redirect_stdout` takes the name of what it redirects from an attribute of its class.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO, dataclass_transform

from pyexec_guest.policy.refusals import Refusal

__all__ = ["RedirectStderr", "RedirectStdout", "dataclass", "make_dataclass"]

_OWN_DICT: Callable[[type], Any] = type.__dict__["__dict__"].__get__
_MRO: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_LOOKUPS = frozenset(
    {"__getattribute__", "__getattr__", "__annotations__", "__dataclass_fields__", "__mro__"}
)


@dataclass_transform()
def dataclass(cls: type | None = None, /, **options: Any) -> Any:
    """As dataclasses.dataclass, for classes whose field names are identifiers."""
    if cls is None:
        return lambda decorated: dataclass(decorated, **options)
    for name in _field_names(cls):
        if type(name) is not str or not name.isidentifier():
            _refuse_class("The name of a field is not an identifier.")
    return dataclasses.dataclass(cls, **options)


def make_dataclass(cls_name: str, fields: Any, **options: Any) -> type:
    """As dataclasses.make_dataclass, for fields alone: a namespace would hold methods unseen by the policy."""
    if not {"namespace", "bases"}.isdisjoint(options):
        _refuse_class("make_dataclass() takes fields alone here.")
    return dataclasses.make_dataclass(cls_name, fields, **options)


def _field_names(cls: type) -> Iterator[Any]:
    """Names of fields, read past anything that could answer differently when dataclasses asks."""
    if any(
        not _LOOKUPS.isdisjoint(_OWN_DICT(base)) for base in _MRO(type(cls)) if base not in (type, object)
    ):
        _refuse_class("The metaclass of a dataclass answers for its fields.")
    for base in _MRO(cls):
        members = _OWN_DICT(base)
        for key in ("__annotations__", "__dataclass_fields__"):
            found = members.get(key, {})
            if type(found) is not dict:
                _refuse_class(f"`{key}` is not a plain dictionary.")
            yield from found
            if key == "__dataclass_fields__":
                yield from (getattr(field, "name", None) for field in found.values())


def _refuse_class(message: str) -> None:
    Refusal("class-by-call", message, "Write a class statement with annotated names and @dataclass.").stop()


class _Redirect:
    """A context manager that puts another stream in a place of `sys`, again and again if need be."""

    def __init__(self, new_target: TextIO | None) -> None:
        self._new = new_target
        self._old: list[Any] = []


class RedirectStdout(_Redirect):
    """As contextlib.redirect_stdout."""

    def __enter__(self) -> TextIO | None:
        self._old.append(sys.stdout)
        sys.stdout = self._new
        return self._new

    def __exit__(self, *error: object) -> None:
        sys.stdout = self._old.pop()


class RedirectStderr(_Redirect):
    """As contextlib.redirect_stderr."""

    def __enter__(self) -> TextIO | None:
        self._old.append(sys.stderr)
        sys.stderr = self._new
        return self._new

    def __exit__(self, *error: object) -> None:
        sys.stderr = self._old.pop()
