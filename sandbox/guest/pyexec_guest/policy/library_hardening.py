"""Libraries that format, copy or set attributes by text and objects of a program's choice, made safe in place.

What they are given is the program's, what they do runs as library code, past the guards. Done for the whole
process, once: to libraries themselves it makes no difference.
"""

from __future__ import annotations

import argparse
import copy
import copyreg
import logging
import string
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from pyexec_guest.policy.attributes import is_own_class
from pyexec_guest.policy.formats import format_refusal
from pyexec_guest.policy.names import INTERNALS, is_dunder
from pyexec_guest.policy.refusals import Refusal

__all__ = ["harden_libraries"]

_done = False


def harden_libraries(guarded: set[str]) -> None:
    """Harden what is imported, once in a process.

    Args:
        guarded: Attribute names that a format field may not read.
    """
    global _done
    if _done:
        return
    _done = True
    style: Any = logging.StrFormatStyle
    style._format = _checking_format(style._format, guarded)
    string.Formatter.get_field = _checking_field(string.Formatter.get_field, guarded)  # type: ignore[method-assign]
    argparse.ArgumentParser.parse_known_args = _checking_namespace(argparse.ArgumentParser.parse_known_args)  # type: ignore[method-assign]
    copy._reconstruct = _checking_maker(copy._reconstruct)  # type: ignore[attr-defined]
    styles = sys.modules.get("pandas.io.formats.style_render")
    if styles is not None:
        wrapped = vars(styles)["_maybe_wrap_formatter"]
        vars(styles)["_maybe_wrap_formatter"] = _checking_template(wrapped, guarded)
    estimators = sys.modules.get("sklearn.base")
    if estimators is not None:
        estimators.BaseEstimator.get_params = _checking_names(estimators.BaseEstimator.get_params)


def _stop_if_refused(template: str, guarded: set[str]) -> None:
    refusal = format_refusal(str.__str__(template), guarded)
    if refusal is not None:
        refusal.stop()


def _checking_format(method: Callable[..., str], guarded: set[str]) -> Callable[..., str]:
    """Of `logging`: `{`-style formats are applied to the record and what was logged."""

    @wraps(method)
    def _format(self: Any, record: logging.LogRecord) -> str:
        _stop_if_refused(self._fmt, guarded)
        return method(self, record)

    return _format


def _checking_template(function: Callable[..., Any], guarded: set[str]) -> Callable[..., Any]:
    """Of `Styler.format`: a text is applied to every cell."""

    @wraps(function)
    def _maybe_wrap_formatter(formatter: Any = None, *args: Any, **keywords: Any) -> Any:
        if isinstance(formatter, str):
            formatter = str.__str__(formatter)
            _stop_if_refused(formatter, guarded)
        return function(formatter, *args, **keywords)

    return _maybe_wrap_formatter


def _checking_field(method: Callable[..., Any], guarded: set[str]) -> Callable[..., Any]:
    """Of `string.Formatter`, which matplotlib's StrMethodFormatter is made of."""

    @wraps(method)
    def get_field(self: Any, field_name: str, args: Any, kwargs: Any) -> Any:
        _stop_if_refused("{" + str.__str__(field_name) + "}", guarded)
        return method(self, field_name, args, kwargs)

    return get_field


def _checking_namespace(method: Callable[..., Any]) -> Callable[..., Any]:
    """Of `argparse`, which sets attributes of the namespace it is given, by names it is given."""

    @wraps(method)
    def parse_known_args(self: Any, args: Any = None, namespace: Any = None) -> Any:
        kind = type(namespace)
        if namespace is not None and kind is not argparse.Namespace and not is_own_class(kind):
            Refusal(
                "class-write",
                f"argparse may not write into a `{kind.__name__}`, which is not yours.",
                "Leave `namespace` out, or give an argparse.Namespace.",
            ).stop()
        if any(is_dunder(a.dest) or a.dest in INTERNALS for a in self._actions if isinstance(a.dest, str)):
            Refusal("dunder-attribute", "argparse may not set such a name.", "Use a plain `dest`.").stop()
        return method(self, args, namespace)

    return parse_known_args


def _checking_names(method: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Of scikit-learn's estimators: parameters are read by the names that a class gives for them."""

    @wraps(method)
    def get_params(self: Any, deep: bool = True) -> dict[str, Any]:
        found = method(self, deep)
        for name in map(str.__str__, found):
            if is_dunder(name) or name in INTERNALS:
                Refusal("dunder-attribute", f"`{name}` cannot be a parameter.", "Use a plain name.").stop()
        return found

    return get_params


_MAKERS = (copyreg.__newobj__, copyreg.__newobj_ex__, copyreg._reconstructor)  # type: ignore[attr-defined]


def _checking_maker(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of `copy`: an object of the program's says what is called to make its copy, and what is set on that."""

    @wraps(function)
    def _reconstruct(x: Any, memo: Any, func: Any, args: Any, *rest: Any, **keywords: Any) -> Any:
        own = is_own_class(type(x))
        if own and func not in _MAKERS and not (isinstance(func, type) and issubclass(type(x), func)):
            Refusal(
                "dunder-name",
                "A class of yours may not say how it is copied by a reduction.",
                "Define __copy__ or __deepcopy__.",
            ).stop()
        return function(x, memo, func, args, *rest, **keywords)

    return _reconstruct
