"""Workers without a template, for machines where user namespaces cannot be nested.

Each is a bubblewrap of its own, started ahead and parked like a clone: with the same layers, but a second of imports
and the memory of a whole interpreter instead of a millisecond and a few pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, Any

from mcp_pyexec.errors import ConfigError, SandboxFault
from mcp_pyexec.jail import usage
from mcp_pyexec.jail.argv import LONE
from mcp_pyexec.jail.failure import Exit
from mcp_pyexec.jail.identity import spare_id
from mcp_pyexec.jail.preflight import explain_refusal
from mcp_pyexec.jail.profile import Profile
from mcp_pyexec.jail.rootfs import fingerprint
from mcp_pyexec.jail.spawn import spawn
from mcp_pyexec.jail.template import Clone, binds_of
from mcp_pyexec.jail.wire import ControlChannel, EndOfStream

__all__ = ["LoneTemplate"]

_JSON_LIMIT = 1 << 16
_NAMESPACES = 2
_SIGNALLED = 128
_PROBE_SHAPE = {"disk_mb": 1, "memory_mb": 64, "inodes": 64, "open_files": 32, "processes": 16}


class LoneTemplate:
    """Starts workers one by one; has the methods of a `Template`."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        """Start nothing yet.

        Raises:
            ConfigError: If something that the profile names is not installed.
        """
        self._modules = list(profiles[0].preload)
        self._documents = [dict(profile.document) for profile in profiles]
        self._binds = binds_of(profiles[0])
        self._fingerprint = fingerprint(self._binds)
        self._ending: dict[int, asyncio.Future[Exit]] = {}

    async def fit(self) -> None:
        """Prove with a worker that is thrown away that every layer can be had.

        Raises:
            ConfigError: If one cannot, with the remedy for this machine.
        """
        ours, theirs = socket.socketpair()
        channel = ControlChannel(ours)
        with theirs, tempfile.TemporaryFile() as stderr:
            fds = [theirs.fileno(), stderr.fileno(), stderr.fileno()]
            try:
                clone = await self._start(fds, _PROBE_SHAPE, [], self._documents[:1])
                theirs.close()
                await channel.receive(_JSON_LIMIT, 0)
                usage.verify_confinement(usage.pid_of(clone.pidfd), clone.namespaces)
            except (EndOfStream, SandboxFault) as error:
                stderr.seek(0)
                said = stderr.read().decode(errors="replace").strip()
                raise ConfigError(explain_refusal(said or str(error))) from None
            finally:
                channel.close()
        with contextlib.suppress(ProcessLookupError):  # it ends by itself once its channel is closed
            signal.pidfd_send_signal(clone.pidfd, signal.SIGKILL)
        os.close(clone.pidfd)

    async def warm(self) -> None:
        """Return at once: every worker imports for itself."""

    @property
    def alive(self) -> bool:
        return True

    @property
    def outdated(self) -> bool:
        """True once a library that workers import was replaced on disk."""
        return fingerprint(self._binds) != self._fingerprint

    async def clone(self, fds: Sequence[int], shape: Mapping[str, Any]) -> Clone:
        """Return a worker that isolates itself and then waits on the descriptors (socket, stdout, stderr).

        Raises:
            SandboxFault: `worker-lost` if it did not start.
        """
        return await self._start(fds, shape, self._modules, self._documents)

    async def close_when_unused(self) -> None:
        """Wait until every worker has ended."""
        while self._ending:
            await asyncio.wait(list(self._ending.values()))

    async def close(self) -> None:
        """End every worker."""
        for pid in self._ending:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.close_when_unused()

    async def _start(
        self, fds: Sequence[int], shape: Mapping[str, Any], modules: list[str], profiles: list[dict[str, Any]]
    ) -> Clone:
        ours, theirs = socket.socketpair()
        control = ControlChannel(ours)
        with tempfile.TemporaryFile() as stderr:
            try:
                with theirs:
                    process = spawn(LONE, self._binds, theirs.fileno(), stderr, spare_id())
                ended = self._follow(process.pid)
                process.returncode = 0  # it is waited for here
                await control.receive(_JSON_LIMIT, 0)
                pidfd = os.pidfd_open(usage.innermost(process.pid))
                message = {"op": "become", "modules": modules, "profiles": profiles, "shape": dict(shape)}
                await control.send(message, fds)
            except (EndOfStream, OSError) as error:
                raise SandboxFault("worker-lost", _said(stderr) or str(error)) from None
            finally:
                control.close()
        return Clone(pidfd, ended, _NAMESPACES)

    def _follow(self, pid: int) -> asyncio.Future[Exit]:
        """Return how bubblewrap will have ended, and with it the worker."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Exit] = loop.create_future()
        self._ending[pid] = ended
        watch = os.pidfd_open(pid)

        def reap() -> None:
            loop.remove_reader(watch)
            os.close(watch)
            del self._ending[pid]
            _, status, used = os.wait4(pid, 0)
            ended.set_result(_exit(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime))

        loop.add_reader(watch, reap)
        return ended


def _exit(code: int, cpu_s: float) -> Exit:
    """Read bubblewrap's code, which is 128 and the number for a worker that a signal ended."""
    number = code - _SIGNALLED if code > _SIGNALLED else -code
    if number in {*signal.Signals}:
        return Exit(None, number, cpu_s)
    return Exit(code, None, cpu_s)


def _said(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    return stderr.read(65536).decode(errors="replace").strip()
