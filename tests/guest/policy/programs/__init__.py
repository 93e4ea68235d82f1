"""Ordinary programs, one after another in files that are text to the tests; each leaves `result`."""

from __future__ import annotations

from pathlib import Path

__all__ = ["all_programs"]


def all_programs() -> dict[str, str]:
    """Return the source of each program by its name."""
    programs: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("*.py.txt")):
        for part in path.read_text("utf-8").split("# --- ")[1:]:
            title, _, source = part.partition("\n")
            assert title not in programs, title
            programs[title] = source
    return programs
