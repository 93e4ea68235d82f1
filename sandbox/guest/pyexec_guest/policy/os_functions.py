"""The functions of `os` that programs get: on files of the working directory, by paths and never by descriptors.

The audit hook of `watch` sees what most of them do by itself; here the path is made plain text first, and asking
about a file (`stat`, `access`), which raises no event, is held to the same rule.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from pyexec_guest.policy.paths import checked_path
from pyexec_guest.policy.refusals import Refusal

__all__ = ["OS_PATHS", "os_pairs"]

OS_PATHS = {
    "access": ("path",),
    "listdir": ("path",),
    "lstat": ("path",),
    "makedirs": ("name",),
    "mkdir": ("path",),
    "remove": ("path",),
    "rename": ("src", "dst"),
    "replace": ("src", "dst"),
    "rmdir": ("path",),
    "scandir": ("path",),
    "stat": ("path",),
    "unlink": ("path",),
    "walk": ("top",),
}
"""The arguments of each function that name a file, in their order."""

_DESCRIPTORS = frozenset({"dir_fd", "src_dir_fd", "dst_dir_fd"})


def os_pairs() -> list[tuple[Any, Any]]:
    """Return (original, stand-in) for each of these functions."""
    pairs = [(vars(os)[name], names) for name, names in OS_PATHS.items()]
    return [(function, _on_paths(function, names)) for function, names in pairs]


def _on_paths(function: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    @wraps(function)
    def on_paths(*args: Any, **keywords: Any) -> Any:
        if not _DESCRIPTORS.isdisjoint(keywords):
            _refuse_descriptor(function.__name__)
        given = [_path(function.__name__, value) for value in args[: len(names)]]
        keywords |= {name: _path(function.__name__, keywords[name]) for name in names if name in keywords}
        return function(*given, *args[len(names) :], **keywords)

    del on_paths.__wrapped__
    return on_paths


def _path(function: str, value: Any) -> Any:
    """Return a path as checked plain text; None, where a function takes it, is the working directory."""
    checked = checked_path(value)
    if checked is not None and type(checked) is not str:
        _refuse_descriptor(function)
    return checked


def _refuse_descriptor(function: str) -> None:
    Refusal("path", f"os.{function} takes paths here, not descriptors.", "Give a relative path.").stop()
