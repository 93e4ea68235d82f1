"""A converter's template: it loads DuckDB once and is cloned for one job after another.

It has every data file in sight, at /files, and opens none. A clone has namespaces of its own, and of those files one,
before it is told of its job; then it goes the way of a converter that was started by itself. Nothing comes back from
it but how it ended.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyexec_guest import kernel
from pyexec_guest.conversion.serve import serve
from pyexec_guest.wire import Channel, ChannelClosed

__all__ = ["main"]

_NAMESPACES = kernel.CLONE_NEWALL & ~kernel.CLONE_NEWUSER
_CHANNEL = 3
_QUIET = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
_SCRATCH = "size=64m,mode=1777"
"""Of the folder that a file stands in: what is made beside it stays in memory."""


def main() -> None:
    """Serve the socket whose descriptor is the first argument, until the host closes it."""
    control = Channel(socket.socket(fileno=int(sys.argv[1])))
    from pyexec_guest.conversion import assembly, plain  # noqa: F401 - DuckDB, which starts no thread before its use

    gc.collect()
    gc.freeze()
    try:
        control.send({"op": "here"})
        while True:
            message, (lent,) = control.receive()
            control.send({"op": "ended", "by_signal": _cloned(message, lent)})
    except ChannelClosed:
        pass


def _cloned(message: Mapping[str, Any], lent: int) -> bool:
    """Return whether a signal ended the clone, once it has ended."""
    pid, pidfd = kernel.clone_into_namespaces(_NAMESPACES)
    if pid == 0:
        _be_converter(message, lent)
    os.close(lent)
    os.close(pidfd)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _be_converter(message: Mapping[str, Any], lent: int) -> None:
    """Never returns: the clone covers what is not its own, serves its socket and exits."""
    try:
        os.dup2(lent, _CHANNEL)
        kernel.close_all_but(_CHANNEL + 1)
        os.setsid()  # a signal to a process group knows no namespaces
        _keep_in_sight(
            f"/files/{message['file']}", f"/data/{message['name']}", f"/folders/{message['folder']}"
        )
        kernel.lock_capabilities()
        serve(Channel(socket.socket(fileno=_CHANNEL)))
    except BaseException:  # noqa: BLE001 - the last words before exit; the host reads stderr
        traceback.print_exc()
    finally:
        os._exit(0)


def _keep_in_sight(file: str, place: str, folder: str) -> None:
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", "/data", "tmpfs", _QUIET, _SCRATCH)
    Path(place).mkdir() if Path(file).is_dir() else Path(place).touch()
    kernel.mount(file, place, None, kernel.MS_BIND | kernel.MS_REC)
    kernel.mount(folder, "/out", None, kernel.MS_BIND)
    for hidden in ("/files", "/folders"):
        kernel.mount("tmpfs", hidden, "tmpfs", _QUIET | kernel.MS_RDONLY, "size=4k")
