"""A reader: a jailed process that holds one database file open and answers one query after another.

Its calls block, for the threads that SQL runs in. What it says is bounded and checked for shape here; what it puts
into the memory it is lent is checked by whoever lends it. Messages: `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail.argv import READER
from mcp_pyexec.jail.identity import identity_for
from mcp_pyexec.jail.jailed import Jailed
from mcp_pyexec.jail.line import Answer
from mcp_pyexec.jail.rootfs import Bind, binds_for
from mcp_pyexec.jail.wire import READER_SHAPES
from mcp_pyexec.limits import MIB

__all__ = ["Reader"]

_DISTRIBUTIONS = {"duckdb": ("duckdb", "pyarrow"), "sqlite": ("adbc-driver-sqlite", "pyarrow")}
_FOLDER = PurePosixPath("/data")
_LIBRARIES = 320 * MIB
"""Private memory of Python, the engine and Arrow themselves, thread stacks included."""
_START_S = 60.0


class Reader:
    """One process and the line to it. It dies with the thread that started it."""

    def __init__(self, file: Path, *, engine: str, memory_bytes: int, result_bytes: int) -> None:
        """Start the process and wait until it is confined; the file is not opened yet.

        Args:
            engine: `duckdb` or `sqlite`.
            memory_bytes: Working memory, on top of what a result and libraries take.
            result_bytes: Of the largest memory that it is lent for a result.

        Raises:
            ConfigError: If bubblewrap or the engine is not installed.
            OSError: If the file is not there, or only root may read it.
            SandboxFault: `reader-unfit` if a layer cannot be had, `isolation-failed` if the kernel shows otherwise.
        """
        self.file = _FOLDER / file.name
        self._sending = threading.Lock()
        binds, identity = [*binds_for(_DISTRIBUTIONS[engine]), *_data(file)], identity_for([file])
        self._jailed = Jailed(READER, binds, identity, READER_SHAPES)
        limits = {"memory_bytes": memory_bytes + result_bytes + _LIBRARIES, "result_bytes": result_bytes}
        try:
            with self._jailed.unfit("reader-unfit"):
                self._jailed.confine(self._jailed.line, limits, time.monotonic() + _START_S, namespaces=2)
        except BaseException:
            self.close()
            raise

    def ask(self, message: Mapping[str, Any], until: float, memory: int | None = None) -> Answer:
        """Return the answer to a message.

        Args:
            until: Of the monotonic clock; a reader that is silent beyond is killed.
            memory: Descriptor of memory that it is lent.

        Raises:
            SandboxFault: `reader-lost` if it has ended or is killed, `broken-frame` for an answer that is none.
                It is of no use afterwards.
        """
        with self._killed_by_faults():
            with self._sending:
                self._jailed.line.send(message, until, [] if memory is None else [memory])
            return self._jailed.line.receive(until)

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
        if self._sending.acquire(blocking=False):
            try:
                self._jailed.line.send_at_once({"op": "interrupt"})
            except OSError:  # it does not listen, or has gone
                self.kill()
            finally:
                self._sending.release()

    def kill(self) -> None:
        """End the process; whoever waits for its answer gets `reader-lost`."""
        self._jailed.kill()

    def close(self) -> None:
        """End the process and wait until it has gone, and its lock on the file with it."""
        self._jailed.close()

    @property
    def alive(self) -> bool:
        """Return False once the process has ended, is killed, or speaks without being asked."""
        return self._jailed.alive and not select.select([self._jailed.line], [], [], 0)[0]


def _data(file: Path) -> list[Bind]:
    """Return the binds of the file and of the log that a writer left beside it, where there is one."""
    beside = file.with_name(f"{file.name}.wal")
    return [Bind(path.resolve(), _FOLDER / path.name) for path in (file, beside) if path.exists()]
