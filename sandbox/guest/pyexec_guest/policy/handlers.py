"""Attributes that are special by their name: the guard gives a checked form of them, or None for the plain one.

Each handler decides by the real type of the owner whether its name means anything there.
"""

from __future__ import annotations

import types
from pathlib import PurePath
from typing import Any

from pyexec_guest.policy.attributes import behind, class_module, is_a, is_own_class, own_refusal, stop
from pyexec_guest.policy.expressions import checked_dispatch, checked_expression
from pyexec_guest.policy.paths import checked_path, with_checked_paths
from pyexec_guest.policy.refusals import Refusal

__all__ = [
    "FILE_METHODS",
    "PATH_METHODS",
    "copied_annotations",
    "dispatch_method",
    "error_object",
    "expression_method",
    "file_method",
    "own_only",
    "path_method",
]

_FILE_METHODS_WORDS = """
    to_csv to_json to_excel to_parquet to_feather to_orc to_html to_xml to_latex to_markdown to_stata
    to_string to_pickle to_hdf to_sql to_gbq to_clipboard savefig print_figure
    print_png print_pdf print_svg print_jpg tofile dump
"""


FILE_METHODS = frozenset(_FILE_METHODS_WORDS.split())
"""Methods whose first argument, or a keyword of `PATH_KEYWORDS`, can be a path."""


_PATH_METHODS_WORDS = """
    read_text write_text read_bytes write_bytes open iterdir glob rglob touch mkdir
"""


PATH_METHODS = frozenset(_PATH_METHODS_WORDS.split())
"""Methods of pathlib.Path that touch the file of the path itself."""


def own_only(owner: Any, name: str) -> Any:
    stop(own_refusal(owner, name))
    found = getattr(owner, name)
    return dict(found) if name == "__dict__" and type(owner) is types.FunctionType else found


def copied_annotations(owner: Any, name: str) -> Any:
    """A copy: text put into the original would be evaluated by typing.get_type_hints."""
    return dict(getattr(owner, name))


def error_object(owner: Any, _name: str) -> Any:
    if is_a(owner, AttributeError | NameError) and not is_own_class(type(owner)):
        Refusal(
            "interpreter-internals",
            "`obj` of an AttributeError can be an object of a library's inside (CVE-2024-47532).",
            "Use str(error), or keep the object in a variable.",
        ).stop()
    return None


def expression_method(owner: Any, name: str) -> Any:
    if is_a(owner, types.ModuleType) or not _of(owner, "pandas"):
        return None
    if is_a(owner, type):
        real = getattr(owner, name)
        return lambda frame, *args, **keywords: checked_expression(real.__get__(frame))(*args, **keywords)
    return checked_expression(getattr(owner, name))


def dispatch_method(owner: Any, name: str) -> Any:
    if is_a(owner, types.ModuleType) or not _of(owner, "pandas"):
        return None
    real = getattr(owner, name)
    if is_a(owner, type):
        return lambda frame, *args, **keywords: checked_dispatch(real.__get__(frame))(*args, **keywords)
    return checked_dispatch(real)


def file_method(owner: Any, name: str) -> Any:
    if is_a(owner, types.ModuleType) or not any(_of(owner, p) for p in ("pandas", "matplotlib", "numpy")):
        return None
    real = getattr(owner, name)
    if is_a(owner, type):
        return lambda target, *args, **keywords: with_checked_paths(real.__get__(target))(*args, **keywords)
    return with_checked_paths(real)


def path_method(owner: Any, name: str) -> Any:
    if is_a(owner, type) and issubclass(owner, PurePath):
        real = getattr(owner, name)
        return lambda path, *args, **keywords: (checked_path(path), real(path, *args, **keywords))[1]
    if is_a(behind(owner), PurePath):
        checked_path(behind(owner))
        return getattr(owner, name)
    return None


def _of(owner: Any, package: str) -> bool:
    """Whether an object, or a class itself, comes from a package, or a class of it is a base."""
    owner = behind(owner)
    cls = owner if is_a(owner, type) else type(owner)
    return any(str(class_module(base)).partition(".")[0] == package for base in cls.__mro__)
