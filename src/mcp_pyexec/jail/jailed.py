"""A program in a bubblewrap of its own with a line to it: started, confined, watched and ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail import usage
from mcp_pyexec.jail.argv import Program
from mcp_pyexec.jail.line import Line
from mcp_pyexec.jail.preflight import explain_refusal
from mcp_pyexec.jail.rootfs import Bind
from mcp_pyexec.jail.spawn import spawn

__all__ = ["Jailed"]

_WORDS = 1 << 16
_SIGNALLED = 128


class Jailed:
    """One bubblewrap, what it started, and the line to that. It dies with the thread that started it."""

    def __init__(
        self,
        program: Program,
        binds: Sequence[Bind],
        identity: int | None,
        shapes: Mapping[str, Mapping[str, tuple[type, ...]]],
    ) -> None:
        """Start it and return at once.

        Args:
            identity: As `spawn` takes it.
            shapes: Of the messages that it may send.

        Raises:
            ConfigError: If there is no bubblewrap.
        """
        self._ending = threading.Lock()
        self._killed = False
        self._watched: list[int] = []  # pidfds of processes that bubblewrap's end does not wait for
        with contextlib.ExitStack() as undo:
            self._words, words = os.pipe()
            undo.callback(os.close, self._words)
            os.set_blocking(self._words, False)
            os.set_blocking(words, False)  # what is too much is lost
            ours, theirs = socket.socketpair()
            self.line = Line(undo.enter_context(ours), shapes)
            with theirs, open(words, "wb") as stderr:  # noqa: PTH123 - a descriptor
                self._process = spawn(program, binds, theirs.fileno(), stderr, identity)
            undo.pop_all()

    @property
    def alive(self) -> bool:
        """False once it has ended or is killed."""
        return self._process.poll() is None and not self._killed

    @contextlib.contextmanager
    def unfit(self, code: str) -> Iterator[None]:
        """Turn what fails inside into a SandboxFault of this code, with what the program or bubblewrap said of it."""
        try:
            yield
        except (OSError, EOFError, SandboxFault) as error:
            if isinstance(error, SandboxFault) and error.code == "isolation-failed":
                raise
            self.kill()
            self._process.wait()
            raise SandboxFault(code, explain_refusal(self.last_words() or str(error))) from None

    def innermost(self) -> int:
        """Return the process at the end of the line of children, watched until it has gone.

        Raises:
            OSError: If it has gone already.
        """
        pid = usage.innermost(self._process.pid)
        pidfd = os.pidfd_open(pid)
        with self._ending:
            self._watched.append(pidfd)
        return pid

    def confine(self, line: Line, limits: Mapping[str, int], until: float, *, namespaces: int) -> None:
        """Wait until the innermost process, at the other end of a line, has every layer, and check it from outside.

        Raises:
            OSError, EOFError: If it has gone, or is silent.
            SandboxFault: `broken-frame`, `unfit` with its reason, or `isolation-failed`.
        """
        line.receive(until)
        pid = self.innermost()
        usage.kill_first(pid)
        answer = line.ask({"op": "enter", "limits": limits}, until)
        if answer.op != "confined":
            raise SandboxFault("unfit", str(answer.message.get("reason")))
        usage.verify_confinement(pid, namespaces)

    def kill(self) -> None:
        """End all of it, without waiting; from any thread."""
        with self._ending:
            self._killed = True
            self._process.kill()
            self._kill_watched()

    def end_watched(self) -> None:
        """End what is watched, and nothing else, and wait until it has gone."""
        with self._ending:
            self._kill_watched()
            while self._watched:
                _wait_and_close(self._watched.pop())

    def close(self) -> None:
        """End all of it and wait until it has gone."""
        self.kill()
        self._process.wait()
        self.end_watched()
        self.line.close()
        os.close(self._words)

    def _kill_watched(self) -> None:
        for pidfd in self._watched:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def ended_by_signal(self, within_s: float) -> bool:
        """Return whether a signal ended what has hung up, or it goes on for longer than that."""
        try:
            status = self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return True
        return status > _SIGNALLED or status < 0

    def last_words(self) -> str:
        """Return what was written to standard error since the last call."""
        try:
            return os.read(self._words, _WORDS).decode(errors="replace").strip()
        except BlockingIOError:
            return ""


def _wait_and_close(pidfd: int) -> None:
    select.select([pidfd], [], [])
    os.close(pidfd)
