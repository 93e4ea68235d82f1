"""Names of columns, each one once."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["unique_names"]


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names with `_2`, `_3`, … behind the second and later use of one."""
    taken: dict[str, None] = {}
    for name in names:
        candidate, number = name, 2
        while candidate in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken[candidate] = None
    return list(taken)
