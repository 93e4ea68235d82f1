"""Names that stand for DataFrames and nothing else, as far as the text of a program tells."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import Any

from pyexec_guest.policy.tree import Kinds

__all__ = ["frame_names"]

_MAKERS = frozenset({"DataFrame", "query_sql", "dataset", "merge", "pivot_table", "get_dummies", "concat"})
_SAME_AGAIN_WORDS = """
    copy dropna fillna reset_index set_index sort_values sort_index rename drop drop_duplicates assign merge join
    query head tail sample astype replace
"""
_SAME_AGAIN = frozenset(_SAME_AGAIN_WORDS.split())


def frame_names(kinds: Kinds) -> frozenset[str]:
    """Return the names of which every assignment makes a frame."""
    values: dict[str, list[ast.expr]] = defaultdict(list)
    for node in _assignments(kinds):
        values[node.targets[0].id].append(node.value)
    counts: dict[str, int] = defaultdict(int)
    for name in _stored(kinds):
        counts[name.id] += 1
    frames: set[str] = set()
    for _ in range(3):  # a frame of a frame of a frame
        frames |= {
            name
            for name, made in values.items()
            if len(made) == counts[name]
            and all(_is_frame(value, frames | {name}) for value in made)
            and any(_is_frame(value, frames) for value in made)
        }
    return frozenset(frames | {name for name in _read(kinds) - counts.keys() if _is_called_frame(name)})


def _read(kinds: Kinds) -> set[str]:
    return {n.id for n in kinds.get(ast.Name, ()) if isinstance(n, ast.Name)}


def _is_called_frame(name: str) -> bool:
    """A dataset that comes from outside the program is a frame; its name is the caller's choice."""
    return name == "df" or name.startswith("df_") or name.endswith("_df")


def _stored(kinds: Kinds) -> list[Any]:
    return [n for n in kinds.get(ast.Name, ()) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _assignments(kinds: Kinds) -> list[Any]:
    return [
        n
        for n in kinds.get(ast.Assign, ())
        if isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name)
    ]


def _is_frame(value: ast.expr, frames: set[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in frames
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Name):
        return value.func.id in _MAKERS
    if not isinstance(value.func, ast.Attribute):
        return False
    owner, name = value.func.value, value.func.attr
    if isinstance(owner, ast.Name) and owner.id in ("pd", "pandas"):
        return name in _MAKERS or name.startswith("read_")
    return name in _SAME_AGAIN and _is_frame(owner, frames)
