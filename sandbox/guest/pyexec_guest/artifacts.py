"""Files that a run leaves in its working directory."""

from __future__ import annotations

import mimetypes
import os
import stat
from collections.abc import Iterator, Mapping

from pyexec_guest.replies import GuestFile

__all__ = ["Snapshot", "changed_since", "snapshot"]

_ROOT = "/work"
_FILES, _BYTES = 50, 48 * 1024 * 1024
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Snapshot = Mapping[str, tuple[int, int]]
"""Modification time (ns) and size of each regular file, by path below the working directory."""


def snapshot() -> Snapshot:
    """Return the state of the working directory."""
    return {name: (info.st_mtime_ns, info.st_size) for name, info in _regular_files()}


def changed_since(before: Snapshot) -> Iterator[GuestFile]:
    """Yield the regular files that are new or changed, in name order; links are not followed."""
    left = _BYTES
    changed = [(n, i) for n, i in _regular_files() if before.get(n) != (i.st_mtime_ns, i.st_size)]
    for name, info in sorted(changed, key=lambda item: item[0])[:_FILES]:
        if info.st_size > left:
            continue
        data = _read(name, info.st_size)
        if data is not None:
            left -= len(data)
            yield GuestFile(name, mimetypes.guess_type(name)[0] or "application/octet-stream", data)


def _regular_files() -> Iterator[tuple[str, os.stat_result]]:
    for folder, folders, names in os.walk(_ROOT, onerror=None, followlinks=False):
        folders[:] = [f for f in folders if not f.startswith(".") and f != "__pycache__"]
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - os.walk speaks strings
            try:
                info = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISREG(info.st_mode) and not name.startswith("."):
                yield os.path.relpath(path, _ROOT), info


def _read(name: str, size: int) -> bytes | None:
    try:
        fd = os.open(os.path.join(_ROOT, name), _OPEN)  # noqa: PTH118
    except OSError:
        return None
    with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        return file.read(size)
