"""A template process: started through bubblewrap, then asked for one clone after another.

The host trusts it to clone and to reap; it never sees code.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import socket
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, Any

from mcp_pyexec.errors import ConfigError, SandboxFault
from mcp_pyexec.jail.argv import TEMPLATE
from mcp_pyexec.jail.failure import Exit
from mcp_pyexec.jail.identity import spare_id
from mcp_pyexec.jail.preflight import explain_refusal
from mcp_pyexec.jail.profile import Profile
from mcp_pyexec.jail.rootfs import Bind, binds_for, fingerprint
from mcp_pyexec.jail.spawn import spawn
from mcp_pyexec.jail.wire import ControlChannel, EndOfStream, Frame

__all__ = ["Clone", "NestingRefused", "Template", "binds_of"]

_log = logging.getLogger(__name__)
_JSON_LIMIT = 1 << 16
_OWN_NEEDS = ("RestrictedPython",)


class Clone:
    """What the template hands out: a pidfd, the promise of how it ends, and how deep it is in pid namespaces."""

    def __init__(self, pidfd: int, ended: asyncio.Future[Exit], namespaces: int = 3) -> None:
        self.pidfd = pidfd
        self.ended = ended
        self.namespaces = namespaces


class NestingRefused(ConfigError):
    """A template runs here, and may not make namespaces for its clones."""


class Template:
    """One template process. Construct it from the thread that outlives it: it dies with that thread."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        """Start the process and return at once.

        Raises:
            ConfigError: If bubblewrap or something that the profile names is not installed.
        """
        self._profiles = profiles
        self._binds = binds_of(profiles[0])
        self._fingerprint = fingerprint(self._binds)
        self._ids = itertools.count(1)
        self._parking: dict[int, asyncio.Future[int]] = {}
        self._ending: dict[int, asyncio.Future[Exit]] = {}
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the template
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = spawn(TEMPLATE, self._binds, theirs.fileno(), self._stderr, spare_id())
        self._control = ControlChannel(ours)
        self._fit = False
        self._warm: asyncio.Future[None] | None = None
        self._listener: asyncio.Task[None] | None = None

    async def fit(self) -> None:
        """Wait until the jail has proved that every layer can be had.

        Raises:
            ConfigError: If it cannot, with the remedy for this machine.
        """
        try:
            frame = await self._control.receive(_JSON_LIMIT, 0)
        except EndOfStream:
            raise ConfigError(explain_refusal(await self._last_words())) from None
        if frame.op != "fit":
            reason = str(frame.message.get("reason"))
            refusal = NestingRefused if "clone3: " in reason else ConfigError
            raise refusal(explain_refusal(reason))
        self._fit = True

    async def warm(self) -> None:
        """Have the libraries imported, if they are not, and wait until they are.

        Raises:
            ConfigError: As `fit`, if that was not called before.
            SandboxFault: If the template died on the way.
        """
        if self._warm is None:
            self._warm = asyncio.get_running_loop().create_future()
            await self._preload()
        await asyncio.shield(self._warm)

    async def _preload(self) -> None:
        if not self._fit:
            await self.fit()
        documents = [dict(profile.document) for profile in self._profiles]
        message = {"op": "preload", "modules": self._profiles[0].preload, "profiles": documents}
        self._listener = asyncio.create_task(self._listen())
        try:
            await self._control.send(message)
        except EndOfStream:
            self._lose()

    @property
    def alive(self) -> bool:
        return self._listener is None or not self._listener.done()

    @property
    def outdated(self) -> bool:
        """True once a library that it has imported was replaced on disk."""
        return fingerprint(self._binds) != self._fingerprint

    async def clone(self, fds: Sequence[int], shape: Mapping[str, Any]) -> Clone:
        """Return a clone that is isolated and waits on the descriptors (socket, stdout, stderr).

        Raises:
            SandboxFault: `clone-refused` by the kernel, `template-lost`.
        """
        loop = asyncio.get_running_loop()
        worker_id = next(self._ids)
        parked: asyncio.Future[int] = loop.create_future()
        ended: asyncio.Future[Exit] = loop.create_future()
        self._parking[worker_id], self._ending[worker_id] = parked, ended
        try:
            await self._control.send({"op": "park", "id": worker_id, "shape": shape}, fds)
        except EndOfStream:
            self._lose()
        try:
            return Clone(await parked, ended)
        except asyncio.CancelledError:
            if not parked.cancelled() and parked.exception() is None:
                os.close(parked.result())  # it came in the moment in which nobody waited any more
            raise

    async def close_when_unused(self) -> None:
        """Wait until every clone has ended, then end the template."""
        while self._ending:
            await asyncio.wait(list(self._ending.values()))
        await self.close()

    async def close(self) -> None:
        """End the template and with it every clone."""
        self._process.kill()
        self._control.close()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        self._lose()
        await asyncio.to_thread(self._process.wait)
        self._stderr.close()

    async def _listen(self) -> None:
        try:
            while True:
                self._take(await self._control.receive(_JSON_LIMIT, 0))
        except EndOfStream:
            _log.warning("a template process ended: %s", (await self._last_words())[-2000:])
        except SandboxFault as fault:
            _log.warning("a template process is of no use: %s", fault)
        finally:
            self._lose()

    def _take(self, frame: Frame) -> None:
        message = frame.message
        if frame.op == "warm" and self._warm is not None:
            self._warm.set_result(None)
        elif frame.op == "parked":
            parked = self._parking.pop(message["id"])
            if parked.done():  # whoever wanted the clone has gone; it ends with its socket
                os.close(frame.fds[0])
            else:
                parked.set_result(frame.fds[0])
        elif frame.op == "refused":
            self._ending.pop(message["id"])
            fault = SandboxFault("clone-refused", str(message["reason"]))
            self._parking.pop(message["id"]).set_exception(fault)
        elif frame.op == "exited":
            ended = Exit(message["code"], message["signal"], message["cpu_s"])
            _settle(self._ending.pop(message["id"]), ended)
        else:
            raise SandboxFault("template-unfit", str(message.get("reason", f"unexpected {frame.op}")))

    def _lose(self) -> None:
        fault = SandboxFault("template-lost", "the template process ended")
        if self._warm is not None and not self._warm.done():
            self._warm.set_exception(fault)
            self._warm.exception()
        for parked in self._parking.values():
            if not parked.done():
                parked.set_exception(fault)
        for ended in self._ending.values():
            _settle(ended, Exit(None, None, 0.0))
        self._parking.clear()
        self._ending.clear()

    async def _last_words(self) -> str:
        await asyncio.to_thread(self._process.wait)
        self._stderr.seek(0)
        return self._stderr.read(65536).decode(errors="replace").strip()


def binds_of(profile: Profile) -> list[Bind]:
    """Return what a worker of the profile has in its file system.

    Raises:
        ConfigError: If something that the profile names is not installed.
    """
    return binds_for([*_OWN_NEEDS, *profile.distributions])


def _settle(future: asyncio.Future[Exit], value: Exit) -> None:
    if not future.done():
        future.set_result(value)
