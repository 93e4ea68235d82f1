"""Names of tables inside a file, as the host gives them to files."""

from __future__ import annotations

import re

__all__ = ["table_name"]


def table_name(text: str) -> str:
    """Return a text as a table name: letters, digits and underscores, in lower case, not starting with a digit."""
    name = re.sub(r"\W+", "_", text.lower()).strip("_") or "data"
    return f"t_{name}" if name[0].isdigit() else name
