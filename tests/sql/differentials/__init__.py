"""Attacks on the difference between what the parser and what the engine reads: one file per dialect, `---` between two.

Quotes, comments, escapes, names in other spellings, operators and casts that call, and every form that the guard writes
in another way before it parses. `{dir}` is a directory with files that nothing may read.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["differentials"]


def differentials(dialect: str) -> list[str]:
    """Return the attacks on one dialect."""
    text = (Path(__file__).parent / f"{dialect}.sql").read_text("utf-8")
    return [part.strip("\n") for part in re.split(r"^---$", text, flags=re.MULTILINE) if part.strip()]
