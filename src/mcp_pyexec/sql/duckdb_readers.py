"""The processes that read one DuckDB file: one per query at the same time, kept for the next.

A query that takes all of its process's memory, or crashes it, takes nothing else along. What a reader is and how it
is started comes in through a constructor: this package starts no process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.limits import MIB
from mcp_pyexec.sql.results import SqlLimits

__all__ = ["Reader", "Readers", "StartReader", "no_reader"]

_KEPT = 2
"""Readers that may wait for work; each holds on to what it has read, up to its memory limit."""


class Answer(Protocol):
    """What a reader said: `opened`, `failed` with code and text, `rows` with an Arrow IPC stream, or `end`."""

    @property
    def op(self) -> str:
        """Which of these."""

    @property
    def message(self) -> Mapping[str, Any]:
        """Code and text."""

    @property
    def data(self) -> bytearray:
        """The stream."""


class Reader(Protocol):
    """A jailed process with one database file, as `jail.Reader` is."""

    @property
    def file(self) -> PurePosixPath:
        """Where the process sees the file."""

    @property
    def alive(self) -> bool:
        """False once the process has ended."""

    def ask(self, message: Mapping[str, Any], until: float) -> Answer:
        """Return the first answer, or raise SandboxFault if the process has ended or does not say what it should."""

    def receive(self, until: float) -> Answer:
        """Return the next answer, in the same way."""

    def interrupt(self) -> None:
        """Ask for the end of the query under way, without waiting."""

    def kill(self) -> None:
        """End the process, without waiting."""

    def close(self) -> None:
        """End the process."""


class StartReader(Protocol):
    """Starts a reader of a file with so much memory to work with, and for rows on their way.

    Raises:
        OSError: If the file cannot be read.
        SandboxFault: If the process cannot be confined.
    """

    def __call__(self, file: Path, *, memory_bytes: int, part_bytes: int) -> Reader: ...


def no_reader(file: Path, *, memory_bytes: int, part_bytes: int) -> Reader:  # noqa: ARG001 - a StartReader
    """Refuse: for a server without a jail.

    Raises:
        SandboxFault: Always.
    """
    raise SandboxFault("no-jail", f"DuckDB runs in a jail only, and {file.name} was opened without one")


class Readers:
    """The readers of one file.

    Raises:
        RequestError: On construction, `database-unreachable` with DuckDB's words where the file does not open.
        OSError, SandboxFault: As `StartReader`.
    """

    def __init__(self, file: Path, limits: SqlLimits, start: StartReader) -> None:
        self._file, self._limits, self._start = file, limits, start
        self._lock = threading.Lock()
        self._idle: list[tuple[_Version, Reader]] = []
        with self.one():
            pass

    @contextmanager
    def one(self) -> Iterator[Reader]:
        """Give a reader of the file as it is now to one query; one that is dead afterwards is not kept."""
        version = _version(self._file)
        reader = self._kept(version) or self._opened()
        try:
            yield reader
        except BaseException:
            self._release(version, reader)
            raise
        self._release(version, reader)

    def close(self) -> None:
        """End every reader."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, reader in idle:
            reader.close()

    def _kept(self, version: _Version) -> Reader | None:
        """Return a reader that waits, after ending those that died or have another version of the file open."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                opened, reader = self._idle.pop()
            if opened == version and reader.alive:
                return reader
            reader.close()

    def _opened(self) -> Reader:
        limits = self._limits
        reader = self._start(self._file, memory_bytes=limits.memory_mb * MIB, part_bytes=limits.byte_limit)
        message = {"op": "open", "file": str(reader.file), "configuration": _configuration(limits)}
        try:
            answer = reader.ask(message, time.monotonic() + limits.timeout_s)
            if answer.op != "opened":
                raise RequestError("database-unreachable", _words(answer, reader))
        except BaseException:
            reader.close()
            raise
        return reader

    def _release(self, version: _Version, reader: Reader) -> None:
        with self._lock:
            keep = reader.alive and len(self._idle) < _KEPT
            if keep:
                self._idle.append((version, reader))
        if not keep:
            reader.close()


_Version = tuple[int, int]


def _version(file: Path) -> _Version:
    """Return what changes when another file takes the place of this one; nobody writes to a file that is open."""
    status = file.stat()
    return status.st_dev, status.st_ino


def _words(answer: Answer, reader: Reader) -> str:
    return str(answer.message.get("text", "")).replace(str(reader.file), reader.file.name)


def _configuration(limits: SqlLimits) -> dict[str, str]:
    return {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "temp_directory": "",
        "memory_limit": f"{limits.memory_mb}MB",
        "threads": str(limits.threads),
    }
