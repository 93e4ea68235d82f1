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
import traceback

from pyexec_guest import isolation, procfs
from pyexec_guest.wire import Channel, ChannelClosed

__all__ = ["main"]


def main() -> None:
    """Become the worker that the host describes over the socket whose descriptor is the first argument."""
    code = 70
    try:
        _become(Channel(socket.socket(fileno=int(sys.argv[1]))))
        code = 0
    except ChannelClosed:
        code = 0
    except BaseException:  # noqa: BLE001 - the last frame before exit; the host reads stderr
        traceback.print_exc()
    finally:
        os._exit(code)


def _become(control: Channel) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.send({"op": "fit", "python": sys.version.split()[0]})
    message, (sock, stdout, stderr) = control.receive()
    os.dup2(stderr, 2)
    procfs.write()
    from pyexec_guest import warm, worker  # behind the first answer: imports take a while

    warm.preload(message["modules"], message["profiles"])
    procfs.record_maps()
    gc.collect()
    gc.freeze()
    channel, baseline, listener = isolation.enter(
        socket.socket(fileno=sock), stdout, stderr, message["shape"], cloned=False
    )
    worker.serve(Channel(socket.socket(fileno=channel)), baseline, listener, message["profiles"][0])
