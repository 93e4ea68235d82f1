"""`str.format` and `format_map` with fields that only index and read plain attributes."""

from __future__ import annotations

from _string import formatter_field_name_split, formatter_parser  # type: ignore[import-not-found]
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from pyexec_guest.policy.names import INTERNALS, is_dunder
from pyexec_guest.policy.refusals import Refusal

__all__ = ["format_attribute", "format_refusal"]


def format_refusal(template: str, guarded: frozenset[str] | set[str]) -> Refusal | None:
    """Return why a format string may not be used (CVE-2023-41039), or None. Malformed ones are left to raise."""
    for name in _attributes(template):
        if is_dunder(name) or name.startswith("_") or name in INTERNALS or name in guarded:
            return Refusal(
                "format-fields",
                f"The format field attribute `{name}` could walk out of the object.",
                "Use an f-string, or pass the value itself: '{}'.format(value).",
            )
    return None


def format_attribute(owner: Any, name: str, guarded: set[str]) -> Callable[..., str]:
    """Return `owner.format` or `owner.format_map`, checking the template on each call.

    Args:
        owner: A string, or the class `str` or a subclass for the unbound method.
    """
    if isinstance(owner, type):
        unbound = getattr(str, name)

        def call_unbound(template: str, *args: Any, **keywords: Any) -> str:
            _stop_if_refused(template, guarded)
            return str(unbound(template, *args, **keywords))

        return call_unbound
    template = str.__str__(owner)
    bound = getattr(template, name)

    def call(*args: Any, **keywords: Any) -> str:
        _stop_if_refused(template, guarded)
        return str(bound(*args, **keywords))

    return call


def _stop_if_refused(template: str, guarded: set[str]) -> None:
    refusal = format_refusal(str.__str__(template), guarded)
    if refusal is not None:
        refusal.stop()


@lru_cache(maxsize=1024)
def _attributes(template: str) -> tuple[str, ...]:
    return tuple(_walk_attributes(template))


def _walk_attributes(template: str, depth: int = 0) -> Iterator[str]:
    if "{" not in template:
        return
    try:
        fields = [(name, spec) for _, name, spec, _ in formatter_parser(template) if name is not None]
        split = [list(formatter_field_name_split(name)[1]) for name, _ in fields]
    except ValueError:
        return
    for (_, spec), path in zip(fields, split, strict=True):
        yield from (str(key) for is_attribute, key in path if is_attribute)
        if spec and depth < 3:
            yield from _walk_attributes(spec, depth + 1)
