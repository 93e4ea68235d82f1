"""Known escapes with the verdict on each; the files are text, headed by name and verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Escape", "all_escapes"]


@dataclass(frozen=True)
class Escape:
    """A program that reaches for more, and how the policy stops it."""

    name: str
    source: str
    verdict: str


def all_escapes(part: str) -> list[Escape]:
    """Return the escapes of one file: `cves`, `measured` (stock RestrictedPython passes them) or `techniques`."""
    text = (Path(__file__).parent / f"{part}.py.txt").read_text("utf-8")
    found = []
    for block in text.split("# --- ")[1:]:
        head, _, source = block.partition("\n")
        name, _, verdict = head.partition(" => ")
        found.append(Escape(name, source, verdict))
    return found
