"""The template: imports once, then only clones.

It never sees code. It talks to the host over the control socket, which no worker ever holds, and answers
`park` with a clone of itself that has taken on every isolation layer and waits on a socket of its own.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyexec_guest import isolation, kernel, procfs
from pyexec_guest.wire import Channel, ChannelClosed

__all__ = ["become_worker", "main"]

_PROBE_SHAPE = {"disk_mb": 1, "memory_mb": 64, "inodes": 64, "open_files": 32, "processes": 16}


def main() -> None:
    """Serve the control socket whose descriptor is the first argument, until the host closes it."""
    control = Channel(socket.socket(fileno=int(sys.argv[1])))
    os.set_inheritable(control.fileno(), False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        isolation.leave_root()
        isolation.prove_no_capabilities()
        procfs.write()
        _probe()
    except OSError as error:
        control.send({"op": "unfit", "reason": str(error)})
        return
    control.send({"op": "fit", "python": sys.version.split()[0]})
    try:
        Template(control).serve()
    except ChannelClosed:
        return


def _probe() -> None:
    """Prove on a clone that is thrown away that every layer can be had here.

    Raises:
        OSError: If one cannot, with the step's name.
    """
    reader, writer = os.pipe()
    ours, theirs = socket.socketpair()
    pid, pidfd = kernel.clone_into_namespaces(kernel.CLONE_NEWALL)
    if pid == 0:
        try:
            isolation.prove_process_limit()
            isolation.enter(theirs, os.dup(2), writer, _PROBE_SHAPE)
        except OSError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    theirs.close()
    with open(reader, "rb") as stream:  # noqa: PTH123 - a descriptor, not a path
        complaint = stream.read().decode()
    os.waitpid(pid, 0)
    os.close(pidfd)
    ours.close()
    if complaint:
        raise OSError(complaint)


class Template:
    """The preloaded interpreter and the clones it has out."""

    def __init__(self, control: Channel) -> None:
        self._control = control
        self._profiles: Sequence[Mapping[str, Any]] = ()
        self._selector = selectors.DefaultSelector()
        self._selector.register(control.fileno(), selectors.EVENT_READ)

    def serve(self) -> None:
        message, _ = self._control.receive()
        from pyexec_guest import warm  # not at the top: the server waits for `fit`, not for the policy

        self._profiles = message["profiles"]
        warm.preload(message["modules"], self._profiles)
        procfs.record_maps()
        gc.collect()
        gc.freeze()
        kernel.collapse_memory()
        threads = len(list(Path("/proc/self/task").iterdir()))
        if threads != 1:
            self._control.send({"op": "unfit", "reason": f"{threads} threads after the imports, expected 1"})
            return
        self._control.send({"op": "warm"})
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    message, fds = self._control.receive()
                    self._park(message, fds)
                else:
                    self._reap(key.fd, *key.data)

    def _park(self, message: Mapping[str, Any], fds: Sequence[int]) -> None:
        """Clone one worker onto the descriptors (socket, stdout, stderr)."""
        try:
            pid, pidfd = kernel.clone_into_namespaces(kernel.CLONE_NEWALL)
        except OSError as error:
            self._control.send({"op": "refused", "id": message["id"], "reason": str(error)})
        else:
            if pid == 0:
                become_worker(fds, message["shape"], self._profiles[0], cloned=True)
            self._selector.register(pidfd, selectors.EVENT_READ, (message["id"], pid))
            self._control.send({"op": "parked", "id": message["id"]}, fds=[pidfd])
        finally:
            for fd in fds:
                os.close(fd)

    def _reap(self, pidfd: int, worker_id: int, pid: int) -> None:
        self._selector.unregister(pidfd)
        os.close(pidfd)
        _, status, used = os.wait4(pid, 0)
        self._control.send(
            {
                "op": "exited",
                "id": worker_id,
                "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
                "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
                "cpu_s": used.ru_utime + used.ru_stime,
            }
        )


def become_worker(
    fds: Sequence[int], shape: Mapping[str, Any], profile: Mapping[str, Any], *, cloned: bool
) -> None:
    """Never returns: the process isolates itself, serves its socket (the first of `fds`) and exits."""
    from pyexec_guest import worker  # imported by now, see `serve`

    code = 70
    try:
        sock = socket.socket(fileno=fds[0])
        channel_fd, baseline, listener = isolation.enter(sock, fds[1], fds[2], shape, cloned=cloned)
        worker.serve(Channel(socket.socket(fileno=channel_fd)), baseline, listener, profile)
        code = 0
    except ChannelClosed:
        code = 0
    except BaseException:  # noqa: BLE001 - the last frame before exit; the host reads stderr
        traceback.print_exc()
    finally:
        os._exit(code)
