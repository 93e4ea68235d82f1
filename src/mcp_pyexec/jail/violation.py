"""Forbidden system calls, told by the kernel: the call waits for the host, and the host ends the worker.

A seccomp filter that kills cannot say why. So the calls that the policy kills for are turned over to a listener,
which is the host's alone: the thread that makes one stops in the kernel, the call is never made, and no answer
is ever given. Where another supervisor already listens (some container engines do), the filter kills by itself
and the call stays unnamed.

Source: seccomp_unotify(2).
"""

from __future__ import annotations

import asyncio
import fcntl
import functools
import os
import platform
import select
import struct
from collections.abc import Callable
from pathlib import Path

from mcp_pyexec.bundled import bundled

__all__ = ["Listener", "system_calls"]

_RECEIVE = 0xC0502100  # SECCOMP_IOCTL_NOTIF_RECV
_NOTIFICATION = struct.Struct(
    "=QIIiI7Q"
)  # id, pid, flags; then seccomp_data: number, architecture, address, arguments
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_OTHER_ABI = 0x40000000  # the x32 calls of x86_64


class Listener:
    """The host's end of one worker's filter."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def watch(self, on_call: Callable[[str], None]) -> None:
        """Have `on_call` called with the name of the first forbidden call."""
        asyncio.get_running_loop().add_reader(self._fd, self._take, on_call)

    def unwatch(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)

    def close(self) -> None:
        self.unwatch()
        os.close(self._fd)

    def _take(self, on_call: Callable[[str], None]) -> None:
        """Without a notification to be had the request would block: after a hang-up, or a thread that was killed."""
        self.unwatch()
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        if not any(events & select.POLLIN for _, events in poll.poll(0)):
            return
        buffer = bytearray(_NOTIFICATION.size)
        try:
            fcntl.ioctl(self._fd, _RECEIVE, buffer)
        except OSError:  # the thread has gone meanwhile, and the worker with it
            return
        _, _, _, number, architecture, *_ = _NOTIFICATION.unpack(buffer)
        on_call(_name(number, architecture))


def _name(number: int, architecture: int) -> str:
    if architecture != _ARCHITECTURES.get(platform.machine()) or number & _OTHER_ABI:
        return f"number {number & ~_OTHER_ABI} of another architecture"
    return _names().get(number, f"number {number}")


@functools.cache
def _names() -> dict[int, str]:
    table = bundled("sandbox") / "seccomp" / "numbers.tsv"
    return {number: name for name, number in system_calls(table).items()}


def system_calls(table: Path) -> dict[str, int]:
    """Return this machine's system call numbers by name, from a table with a column for each architecture."""
    head, *rows = (line.split("\t") for line in table.read_text("ascii").splitlines())
    column = head.index(platform.machine())
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}
