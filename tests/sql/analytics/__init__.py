"""Analytic statements as analysts and models write them: one file per dialect, a line `---` between two."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["statements"]


def statements(file: str) -> list[str]:
    """Return the statements of one file, comments included."""
    text = (Path(__file__).parent / file).read_text("utf-8")
    return [part.strip("\n") for part in re.split(r"^---$", text, flags=re.MULTILINE) if part.strip()]
