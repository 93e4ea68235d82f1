"""Whether a path is still what it was."""

from __future__ import annotations

from pathlib import Path

__all__ = ["Stamp", "stamp"]

Stamp = tuple[int, int] | None


def stamp(path: Path) -> Stamp:
    """Return inode and time of the last change, which differ once the path was replaced; None if it is not there."""
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_ino, info.st_mtime_ns
