"""A reader: a jailed process that holds one database file open and answers one query after another.

Its calls block, for the threads that SQL runs in. What it sends is bounded and checked for shape here; what it puts
into a result is checked by whoever takes the result. Messages: `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import stat
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail import usage
from mcp_pyexec.jail.argv import READER
from mcp_pyexec.jail.identity import spare_id
from mcp_pyexec.jail.preflight import explain_refusal
from mcp_pyexec.jail.rootfs import Bind, binds_for
from mcp_pyexec.jail.spawn import spawn
from mcp_pyexec.jail.wire import HEADER, READER_SHAPES, checked
from mcp_pyexec.limits import MIB

__all__ = ["Answer", "Reader"]

_DISTRIBUTIONS = ("duckdb", "pyarrow")
_FOLDER = PurePosixPath("/data")
_LIBRARIES = 320 * MIB
"""Private memory of Python, DuckDB and Arrow themselves, thread stacks included."""
_PARTS = 2
"""Parts of a result in the reader's memory at once: as DuckDB gives them, and as they are sent."""
_FRAMING = 16 * MIB
"""Of a part of a result, beside its values."""
_START_S = 60.0
_JSON_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader said, with the bytes that came along."""

    op: str
    message: Mapping[str, Any]
    data: bytearray


class Reader:
    """One process and the socket to it. It dies with the thread that started it."""

    def __init__(self, file: Path, *, memory_bytes: int, part_bytes: int) -> None:
        """Start the process and wait until it is confined; the file is not opened yet.

        Args:
            memory_bytes: Working memory, on top of what rows on their way and libraries take.
            part_bytes: Most of the rows that come in one answer.

        Raises:
            ConfigError: If bubblewrap or DuckDB is not installed.
            OSError: If the file is not there, or only root may read it.
            SandboxFault: `reader-unfit` if a layer cannot be had, `isolation-failed` if the kernel shows otherwise.
        """
        self.file = _FOLDER / file.name
        binds, identity = [*binds_for(_DISTRIBUTIONS), *_data(file)], _identity(file)
        self._part_bytes = part_bytes + _FRAMING
        self._sending = threading.Lock()
        self._killed = False
        self._pidfd: int | None = None  # of the reader itself, which bubblewrap's end does not wait for
        with contextlib.ExitStack() as undo:
            self._stderr = undo.enter_context(tempfile.TemporaryFile())
            self._sock, theirs = socket.socketpair()
            undo.enter_context(self._sock)
            with theirs:
                self._process = spawn(READER, binds, theirs.fileno(), self._stderr, identity)
            undo.pop_all()
        try:
            self._confine(memory_bytes + _PARTS * part_bytes + _LIBRARIES)
        except BaseException:
            self.close()
            raise

    def ask(self, message: Mapping[str, Any], until: float) -> Answer:
        """Return the first answer to a message.

        Args:
            until: Of the monotonic clock; a reader that is silent beyond is killed.

        Raises:
            SandboxFault: `reader-lost` if it has ended or is killed, `broken-frame` for an answer that is none.
                It is of no use afterwards.
        """
        with self._killed_by_faults(), self._sending:
            self._sock.settimeout(_left(until))
            self._sock.sendall(_framed(message))
        return self.receive(until)

    def receive(self, until: float) -> Answer:
        """Return the next answer; arguments and errors are those of `ask`."""
        with self._killed_by_faults():
            json_bytes, data_bytes = HEADER.unpack(self._take(HEADER.size, until))
            if json_bytes > _JSON_LIMIT or data_bytes > self._part_bytes:
                raise SandboxFault("broken-frame", f"{json_bytes} + {data_bytes} bytes is over the limit")
            op, message = checked(bytes(self._take(json_bytes, until)), READER_SHAPES)
            return Answer(op, message, self._take(data_bytes, until))

    @contextlib.contextmanager
    def _killed_by_faults(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError) as error:
            self.kill()
            raise SandboxFault("reader-lost", str(error)) from None
        except SandboxFault:
            self.kill()
            raise

    def interrupt(self) -> None:
        """Ask for the end of the query under way, without waiting; to be repeated, or followed by `kill`."""
        frame = _framed({"op": "interrupt"})
        if self._sending.acquire(blocking=False):
            try:
                if os.write(self._sock.fileno(), frame) < len(frame):
                    self.kill()
            except OSError:  # it does not listen, or has gone
                self.kill()
            finally:
                self._sending.release()

    def kill(self) -> None:
        """End the process; whoever waits for its answer gets `reader-lost`."""
        self._killed = True
        self._process.kill()
        if self._pidfd is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> None:
        """End the process and wait until it has gone, and its lock on the file with it."""
        self.kill()
        self._process.wait()
        if self._pidfd is not None:
            select.select([self._pidfd], [], [])
            os.close(self._pidfd)
        self._sock.close()
        self._stderr.close()

    @property
    def alive(self) -> bool:
        """Return False once the process has ended, is killed, or speaks without being asked."""
        return (
            self._process.poll() is None
            and not self._killed
            and not select.select([self._sock], [], [], 0)[0]
        )

    def _confine(self, memory_bytes: int) -> None:
        until = time.monotonic() + _START_S
        try:
            self.receive(until)
            pid = usage.innermost(self._process.pid)
            self._pidfd = os.pidfd_open(pid)
            usage.kill_first(pid)
            answer = self.ask({"op": "enter", "limits": {"memory_bytes": memory_bytes}}, until)
        except (OSError, SandboxFault) as error:
            raise SandboxFault("reader-unfit", explain_refusal(self._last_words() or str(error))) from None
        if answer.op != "confined":
            raise SandboxFault("reader-unfit", explain_refusal(str(answer.message.get("reason"))))
        usage.verify_confinement(pid, namespaces=2)

    def _take(self, count: int, until: float) -> bytearray:
        taken, filled = bytearray(count), 0
        view = memoryview(taken)
        while filled < count:
            self._sock.settimeout(_left(until))
            got = self._sock.recv_into(view[filled:])
            if not got:
                raise EOFError("it has ended")
            filled += got
        return taken

    def _last_words(self) -> str:
        self.kill()
        self._process.wait()
        self._stderr.seek(0)
        return self._stderr.read(65536).decode(errors="replace").strip()


def _framed(message: Mapping[str, Any]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode()
    return HEADER.pack(len(body), 0) + body


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


def _data(file: Path) -> list[Bind]:
    """Return the binds of the file and of the log that a writer left beside it, where there is one."""
    beside = file.with_name(f"{file.name}.wal")
    return [Bind(path.resolve(), _FOLDER / path.name) for path in (file, beside) if path.exists()]


def _identity(file: Path) -> int | None:
    """Return whose process root's reader is: the file's owner's, never root's. None for an ordinary user's server.

    Raises:
        OSError: If the file is not there, or is for root alone: DuckDB does not run as root.
    """
    spare, status = spare_id(), file.stat()
    if spare is None or status.st_uid != 0:
        return spare and status.st_uid
    if not status.st_mode & stat.S_IROTH:
        raise PermissionError(
            "only root may read it, and DuckDB never runs as root. Make it readable for others (chmod o+r), or run the "
            "server as an ordinary user that owns it"
        )
    return spare
