"""Paths that a program may open: below the working directory or the temporary directory, nothing else.

Point in time: a link swapped between the check and the use is not seen. The jail's file system holds nothing
of the host, so this only keeps programs honest and errors early.
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from pyexec_guest.policy.refusals import Refusal

__all__ = [
    "PATH_KEYWORDS",
    "checked_path",
    "opened",
    "path_refusal",
    "with_checked_paths",
    "with_checked_texts",
]

_TEMPORARY = "/tmp"  # noqa: S108 - the worker's own tmpfs
_PATH_KEYWORDS_WORDS = """
    path filepath_or_buffer path_or_buf path_or_buffer fname file filename io buf excel_writer file_name handle
    root container_path source target f fp filepath where dir root_dir out_file
"""
PATH_KEYWORDS = frozenset(_PATH_KEYWORDS_WORDS.split())
"""Arguments of library functions that can name a file."""


def path_refusal(path: str) -> Refusal | None:
    """Return why a path may not be opened, or None if it may."""
    if "://" in path[:40]:
        return Refusal(
            "network",
            f"`{path[:80]}` is an address, and the jail has no network.",
            "Use query_sql or dataset for rows; files come from the working directory.",
        )
    full = os.path.realpath(path)
    roots = (str(Path.cwd().resolve()), os.path.realpath(_TEMPORARY))
    if any(full == root or full.startswith(root.rstrip("/") + "/") for root in roots):
        return None
    return Refusal(
        "path",
        f"`{path[:80]}` is outside the working directory.",
        "Use a relative path such as 'out.csv'; rows of databases come from query_sql or dataset.",
    )


def checked_path(value: Any) -> Any:
    """Return `value` as a plain string if it names a file, as it is if it is a buffer.

    Raises:
        PolicyFileError: For a path outside the working directory, or a URL.
    """
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, bytes):
        value = os.fsdecode(value)
    if isinstance(value, str):
        value = str.__str__(value)
        refusal = path_refusal(value)
        if refusal is not None:
            refusal.stop()
    return value


@wraps(io.open)
def opened(file: Any, mode: str = "r", *args: Any, **keywords: Any) -> Any:
    """`open` for files of the working directory."""
    if isinstance(file, int) or keywords.pop("opener", None) is not None or len(args) > 5:
        Refusal(
            "path", "open() takes a path here, not a descriptor or an opener.", "Give a relative path."
        ).stop()
    return builtins.open(checked_path(file), mode, *args, **keywords)  # noqa: PTH123 - this is open


del opened.__wrapped__


def with_checked_paths(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same for paths that `checked_path` lets through."""

    @wraps(function)
    def checked(*args: Any, **keywords: Any) -> Any:
        if args:
            args = (_checked_argument(args[0]), *args[1:])
        for name in PATH_KEYWORDS & keywords.keys():
            keywords[name] = _checked_argument(keywords[name])
        return function(*args, **keywords)

    del checked.__wrapped__
    return checked


def with_checked_texts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same where every text among its arguments could be opened."""

    @wraps(function, updated=())
    def checked(*args: Any, **keywords: Any) -> Any:
        args = tuple(map(_checked_text, args))
        return function(*args, **{name: _checked_text(value) for name, value in keywords.items()})

    del checked.__wrapped__
    return checked


def _checked_argument(value: Any) -> Any:
    """Return the argument with paths as plain strings: an object may name another path the next time it is asked."""
    if isinstance(value, bytes):
        checked_path(value)
        return value
    if isinstance(value, str | os.PathLike):
        return checked_path(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str | os.PathLike) for item in value):
        return (
            type(value)(map(checked_path, value))
            if type(value) in (list, tuple)
            else [*map(checked_path, value)]
        )
    return value


def _checked_text(value: Any) -> Any:
    return value if isinstance(value, bytes) else _checked_argument(value)
