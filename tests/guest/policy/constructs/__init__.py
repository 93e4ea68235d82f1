"""For each rule programs that break it and programs that come close; for each construct of the language one."""

from __future__ import annotations

from pathlib import Path

__all__ = ["blocks"]


def blocks(part: str) -> list[tuple[str, str]]:
    """Return (head, source) of `refused`, `accepted`, `warned` (heads are rules), `language` or `generics`."""
    text = (Path(__file__).parent / f"{part}.py.txt").read_text("utf-8")
    found = []
    for block in text.split("# --- ")[1:]:
        head, _, source = block.partition("\n")
        found.append((head, source))
    return found
