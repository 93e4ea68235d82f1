"""A worker that no template has made: it imports for itself, takes on every layer, and serves.

It is pid 1 of bubblewrap's namespaces. The capabilities that it needs for its file system are those of that
namespace, and go before it may see any code.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys

from pyexec_guest import procfs
from pyexec_guest.template import become_worker
from pyexec_guest.wire import Channel

__all__ = ["main"]


def main() -> None:
    """Become the worker that the host describes over the socket whose descriptor is the first argument."""
    control = Channel(socket.socket(fileno=int(sys.argv[1])))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.send({"op": "fit", "python": sys.version.split()[0]})
    message, fds = control.receive()
    os.dup2(fds[2], 2)
    procfs.write()
    from pyexec_guest import warm  # behind the first answer: imports take a while

    warm.preload(message["modules"], message["profiles"])
    procfs.record_maps()
    gc.collect()
    gc.freeze()
    become_worker(fds, message["shape"], message["profiles"][0], cloned=False)
