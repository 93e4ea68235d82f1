"""Rules about attributes that need no profile: names that lead inside, and what is the program's own."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from pyexec_guest.policy.names import GUARDED_DUNDERS, INTERNALS, READABLE_DUNDERS, is_dunder
from pyexec_guest.policy.refusals import Refusal

__all__ = ["attribute_refusal", "behind", "class_module", "is_a", "is_own_class", "own_refusal", "stop"]

class_module: Callable[[type], Any] = type.__dict__["__module__"].__get__


def is_own_class(cls: type) -> bool:
    """Whether a class was made by a program. Not to be spoofed: read past the metaclass."""
    return bool(class_module(cls) == "__main__")


def attribute_refusal(name: str) -> Refusal | None:
    """Return why no attribute of this name may be read, whatever it is read from, or None."""
    if is_dunder(name) and name not in READABLE_DUNDERS and name not in GUARDED_DUNDERS:
        return Refusal(
            "dunder-attribute",
            f"The attribute `{name}` leads into the interpreter and is not needed for ordinary work.",
            _DUNDERS_INSTEAD.get(
                name, "Use the public methods of the object, or the built-in function for it."
            ),
        )
    if name in INTERNALS:
        return Refusal(
            "interpreter-internals",
            f"The attribute `{name}` leads into frames, code or the event loop (CVE-2023-37271).",
            "Use traceback.format_exc() for errors; keep state in variables.",
        )
    if name == "ctypes":
        return Refusal("native-memory", "`ctypes` reaches raw memory.", "Use the array's own methods.")
    return None


_DUNDERS_INSTEAD = {
    "__globals__": "Pass the values as arguments.",
    "__code__": "Use the function itself.",
    "__closure__": "Pass the values as arguments.",
    "__self__": "Keep the object in a variable.",
    "__file__": "Use relative paths; the program has no file.",
    "__reduce__": "Save data as JSON or CSV.",
    "__reduce_ex__": "Save data as JSON or CSV.",
    "__import__": "Write an import statement.",
    "__builtins__": "Call the built-in function by its name.",
}


def own_refusal(owner: Any, name: str) -> Refusal | None:
    """Refuse `__dict__`, `__mro__` and their like but of the program's own classes, objects and functions."""
    cls = owner if is_a(owner, type) else type(owner)
    if is_a(owner, super):
        cls = type(getattr(owner, "__self__", None))
    is_open = cls in (types.SimpleNamespace, types.FunctionType) or class_module(cls) == "argparse"
    if is_own_class(cls) or (is_open and name == "__dict__" and cls is not owner):
        return None
    return Refusal(
        "class-internals",
        f"`{name}` of `{getattr(cls, '__name__', '?')}`, which is not yours, leads into the interpreter.",
        "Use isinstance() or issubclass() for types, and the public attributes for values.",
    )


def is_a(value: Any, kinds: Any) -> bool:
    """As isinstance, but by the real type: `__class__` is the program's to invent, and its code would run."""
    return issubclass(type(value), kinds)


_SELF_OF_SUPER: Callable[[Any], Any] = super.__dict__["__self__"].__get__


def behind(owner: Any) -> Any:
    """Return the object whose method is read: for `super()`, the object it stands for."""
    return _SELF_OF_SUPER(owner) if is_a(owner, super) else owner


def stop(refusal: Refusal | None) -> None:
    if refusal is not None:
        refusal.stop()
