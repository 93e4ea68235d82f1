"""The processes that read one database file: one per query at the same time, kept for the next.

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

__all__ = ["FileVersion", "Reader", "Readers", "StartReader", "file_version", "no_reader", "result_bytes"]

_KEPT = 2
"""Readers that may wait for work; each holds on to what it has read, up to its memory limit."""
_FRAMING = 16 * MIB
"""Of a result, beside its values."""

FileVersion = tuple[int, int]


class Answer(Protocol):
    """What a reader said: `opened`, `failed` with code and text, or `result` with bytes and whether it is complete."""

    @property
    def op(self) -> str:
        """Which of these."""

    @property
    def message(self) -> Mapping[str, Any]:
        """The rest of it."""


class Reader(Protocol):
    """A jailed process with one database file, as `jail.Reader` is."""

    @property
    def file(self) -> PurePosixPath:
        """Where the process sees the file."""

    @property
    def alive(self) -> bool:
        """False once the process has ended."""

    def ask(self, message: Mapping[str, Any], until: float, memory: int | None = None) -> Answer:
        """Return the answer, or raise SandboxFault if the process has ended or does not say what it should."""

    def interrupt(self) -> None:
        """Ask for the end of the query under way, without waiting."""

    def kill(self) -> None:
        """End the process, without waiting."""

    def close(self) -> None:
        """End the process."""


class StartReader(Protocol):
    """Starts what reads a file of the engine `duckdb` or `sqlite`, with so much memory to work with and for a result.

    Raises:
        ConfigError: If what reads such files is not installed.
        OSError: If the file cannot be read.
        SandboxFault: If the process cannot be confined.
    """

    def __call__(self, file: Path, *, engine: str, memory_bytes: int, result_bytes: int) -> Reader: ...


def no_reader(file: Path, *, engine: str, memory_bytes: int, result_bytes: int) -> Reader:  # noqa: ARG001
    """Refuse, as a StartReader of a server without a jail.

    Raises:
        SandboxFault: Always.
    """
    raise SandboxFault("no-jail", f"{engine} runs in a jail only, and {file.name} was opened without one")


def result_bytes(limits: SqlLimits) -> int:
    """Return the size of the memory that a reader is lent for a result, with room for types that take more."""
    return 2 * limits.byte_limit + _FRAMING


def file_version(file: Path) -> FileVersion:
    """Return what changes when another file takes the place of this one."""
    status = file.stat()
    return status.st_dev, status.st_ino


class Readers:
    """The readers of one file.

    Args:
        engine: As `StartReader` wants it.
        configuration: Settings of the engine.
    """

    def __init__(
        self, file: Path, engine: str, configuration: Mapping[str, str], limits: SqlLimits, start: StartReader
    ) -> None:
        self._file, self._engine, self._configuration = file, engine, dict(configuration)
        self._limits, self._start = limits, start
        self._lock = threading.Lock()
        self._idle: list[tuple[FileVersion, Reader]] = []

    @contextmanager
    def one(self, version: FileVersion | None = None) -> Iterator[Reader]:
        """Give a reader of the file to one query; one that is dead afterwards is not kept.

        Args:
            version: Of the file that is meant; left out, it is the one that is there now.

        Raises:
            RequestError: `database-unreachable` with the engine's words where the file does not open, or if another
                file has taken its place.
            ConfigError, OSError, SandboxFault: As `StartReader`.
        """
        version = version or file_version(self._file)
        reader = self._kept(version) or self._opened(version)
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

    def _kept(self, version: FileVersion) -> Reader | None:
        """Return a reader that waits, after ending those that died or have another version of the file open."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                opened, reader = self._idle.pop()
            if opened == version and reader.alive:
                return reader
            reader.close()

    def _opened(self, version: FileVersion) -> Reader:
        limits = self._limits
        reader = self._start(
            self._file,
            engine=self._engine,
            memory_bytes=limits.memory_mb * MIB,
            result_bytes=result_bytes(limits),
        )
        message = {
            "op": "open",
            "engine": self._engine,
            "file": str(reader.file),
            "configuration": self._configuration,
        }
        try:
            answer = reader.ask(message, time.monotonic() + limits.timeout_s)
            if answer.op != "opened":
                raise RequestError("database-unreachable", _words(answer, reader))
            if file_version(self._file) != version:
                raise RequestError(
                    "database-unreachable", "Another file has just taken its place. Try again."
                )
        except BaseException:
            reader.close()
            raise
        return reader

    def _release(self, version: FileVersion, reader: Reader) -> None:
        with self._lock:
            keep = reader.alive and len(self._idle) < _KEPT
            if keep:
                self._idle.append((version, reader))
        if not keep:
            reader.close()


def _words(answer: Answer, reader: Reader) -> str:
    return str(answer.message.get("text", "")).replace(str(reader.file), reader.file.name)
