"""A converter's template: a jailed process that has loaded DuckDB and is cloned for each data file.

So a file costs neither a start of bubblewrap nor of Python. The template has all the files in sight and opens none. A
clone is as far from the others as a converter that was started by itself: it has namespaces of its own, and in them
its one file and its one folder, before it hears of a job. Messages: `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail.argv import CONVERTER_TEMPLATE, Program
from mcp_pyexec.jail.converter import Ended, converter_binds, have_done, log_last_words
from mcp_pyexec.jail.identity import identity_for
from mcp_pyexec.jail.jailed import Jailed
from mcp_pyexec.jail.line import Line
from mcp_pyexec.jail.rootfs import Bind
from mcp_pyexec.jail.wire import CONVERTER_SHAPES, CONVERTER_TEMPLATE_SHAPES

__all__ = ["ConverterTemplate"]

_FILES, _FOLDERS = PurePosixPath("/files"), "/folders"
_START_S = 60.0
_END_S = 2.0


class ConverterTemplate:
    """The template, and the clone it has out: one at a time. It dies with the thread that started it."""

    program: ClassVar[Program] = CONVERTER_TEMPLATE

    def __init__(self, files: Collection[Path], folders: Path) -> None:
        """Start the process and wait until DuckDB is loaded.

        Args:
            files: That clones may be given; links lead where they lead here.
            folders: Holds the folders that clones may be given to write to.

        Raises:
            ConfigError: If bubblewrap or DuckDB is not installed.
            OSError: If a file is not there, or the files have no one who may read them all and is not root.
            SandboxFault: `converter-unfit` if it does not start.
        """
        self._numbers = {file: number for number, file in enumerate(files)}
        self._identity = identity_for(files)
        data = [Bind(file.resolve(strict=True), _FILES / str(n)) for file, n in self._numbers.items()]
        program = replace(self.program, mounts=("--bind", str(folders), _FOLDERS))
        self._jailed = Jailed(program, [*converter_binds(), *data], self._identity, CONVERTER_TEMPLATE_SHAPES)
        try:
            with self._jailed.unfit("converter-unfit"):
                self._jailed.line.receive(time.monotonic() + _START_S)
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """False once it can make no clone any more."""
        return self._jailed.alive

    def clone(self, files: Mapping[str, Path], folder: Path, *, memory_bytes: int, file_bytes: int) -> _Clone:
        """Return a converter, confined, that has opened no file yet; the one before must be closed.

        Args:
            files: Just one of the template's, by the name that the converter finds it under.
            folder: Where it may write, an empty one in `folders`. Root's becomes that of another identity.
            memory_bytes, file_bytes: As of `Converter`.

        Raises:
            SandboxFault: As of `Converter`. The template is of no use afterwards.
        """
        ((name, file),) = files.items()
        if self._identity is not None:
            os.chown(folder, self._identity, self._identity)
        message = {"op": "clone", "file": self._numbers[file], "name": name, "folder": folder.name}
        return _Clone(self._jailed, message, {"memory_bytes": memory_bytes, "file_bytes": file_bytes})

    def close(self) -> None:
        """End the process and what it has out, and wait until they have gone."""
        self._jailed.close()


class _Clone:
    """A converter for one job, as `Converter` is."""

    def __init__(self, template: Jailed, message: Mapping[str, Any], limits: Mapping[str, int]) -> None:
        self._template = template
        self._by_signal: bool | None = None
        until = time.monotonic() + _START_S
        ours, theirs = socket.socketpair()
        self._line = Line(ours, CONVERTER_SHAPES)
        try:
            with theirs, template.unfit("converter-unfit"):
                template.line.send(message, until, [theirs.fileno()])
                theirs.close()
                template.confine(self._line, limits, until, namespaces=3)
        except BaseException:
            self._line.close()
            template.kill()
            raise

    def convert(self, job: Mapping[str, Any], within_s: float) -> Ended:
        """Have the job done, as `Converter.convert`."""
        return have_done(job, self._line, within_s) or Ended(killed=self._ended_by_signal())

    def kill(self) -> None:
        """End the process and its template, from any thread."""
        self._template.kill()

    def close(self) -> None:
        """End the process and wait until it has gone, so that nobody writes to the folder any more."""
        self._line.close()
        self._template.end_watched()
        if self._by_signal is None:
            self._ended_by_signal()
        if self._by_signal is None:
            self._template.kill()
        log_last_words(self._template)

    def _ended_by_signal(self) -> bool:
        """Return whether a signal ended what has hung up, or it goes on for longer than that."""
        try:
            ended = self._template.line.receive(time.monotonic() + _END_S)
        except (OSError, EOFError, SandboxFault):
            return True
        self._by_signal = bool(ended.message.get("by_signal"))
        return self._by_signal
