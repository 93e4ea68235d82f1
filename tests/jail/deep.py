"""Runs a command where one more user namespace may be made, and none inside that: the kernel nests only so many.

Usage: deep.py COMMAND…
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_NEW_USER_NAMESPACE = 0x10000000
_SPARE = 1_999_999_999
_IDS = {"uid": os.geteuid(), "gid": os.getegid()}


def main() -> None:
    for _ in range(_levels_left() - 1):
        _descend()
    os.execv(sys.argv[1], sys.argv[1:])


def _levels_left() -> int:
    """Count in a child how many namespaces can be made inside one another from here."""
    child = os.fork()
    if child == 0:
        levels = 0
        while _unshare():
            levels += 1
            Path("/proc/self/setgroups").write_text("deny")
            for kind in ("uid", "gid"):
                Path(f"/proc/self/{kind}_map").write_text(f"{_IDS[kind]} {_IDS[kind]} 1")
        os._exit(levels)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _unshare() -> bool:
    return bool(ctypes.CDLL(None).unshare(_NEW_USER_NAMESPACE) == 0)


def _descend() -> None:
    """Go on in a child that is in a user namespace of its own, with the same identities; the parent waits for it."""
    unshared, mapped = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        if not _unshare():
            sys.exit("no namespace could be made")
        os.close(unshared[1])
        os.read(mapped[0], 1)
        return
    os.close(unshared[1])
    os.read(unshared[0], 1)
    if os.geteuid() != 0:
        Path(f"/proc/{child}/setgroups").write_text("deny")
    for kind, own in _IDS.items():
        spare = f"{_SPARE} {_SPARE} 1\n" if os.geteuid() == 0 else ""
        Path(f"/proc/{child}/{kind}_map").write_text(f"{own} {own} 1\n{spare}")
    os.write(mapped[1], b"1")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
