"""A converter: a jailed process that makes one database file of data files, for one job.

It sees those files and one folder to write to. Its calls block. What it says is bounded and checked for shape here;
what it writes is for whoever gave the folder to check. Messages: `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail.argv import CONVERTER, Program
from mcp_pyexec.jail.identity import identity_for
from mcp_pyexec.jail.jailed import Jailed
from mcp_pyexec.jail.line import Line
from mcp_pyexec.jail.rootfs import Bind, binds_for
from mcp_pyexec.jail.wire import CONVERTER_SHAPES

__all__ = ["Converter", "Ended", "converter_binds", "have_done", "log_last_words"]

_log = logging.getLogger(__name__)
_FILES = PurePosixPath("/data")
_FOLDER = "/out"
_START_S = 60.0
_END_S = 2.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a job.

    Attributes:
        tables: In the file that was made; None if there is none.
        text: Why there is none, in the converter's words; empty if it ended without any.
        killed: Whether it was ended, by the kernel or at the end of its time.
    """

    tables: int | None = None
    text: str = ""
    killed: bool = False


class Converter:
    """One process and the socket to it. It dies with the thread that started it."""

    program: ClassVar[Program] = CONVERTER

    def __init__(
        self, files: Mapping[str, Path], folder: Path, *, memory_bytes: int, file_bytes: int
    ) -> None:
        """Start the process and wait until it is confined; no file is opened yet.

        Args:
            files: By the names that it finds them under, which may be folders; links lead where they lead here.
            folder: Where it may write, an empty one. Root's becomes that of another identity.
            memory_bytes: Working memory, on top of what libraries take.
            file_bytes: Of the largest file that it may write.

        Raises:
            ConfigError: If bubblewrap or DuckDB is not installed.
            OSError: If a file is not there, or only root may read it.
            SandboxFault: `converter-unfit` if a layer cannot be had, `isolation-failed` if the kernel shows otherwise.
        """
        identity = identity_for(files.values())
        if identity is not None:
            os.chown(folder, identity, identity)
        binds = [*converter_binds(), *_data(files)]
        program = replace(self.program, mounts=("--bind", str(folder), _FOLDER))
        limits = {"memory_bytes": memory_bytes, "file_bytes": file_bytes}
        self._jailed = Jailed(program, binds, identity, CONVERTER_SHAPES)
        try:
            with self._jailed.unfit("converter-unfit"):
                self._jailed.confine(self._jailed.line, limits, time.monotonic() + _START_S, namespaces=2)
        except BaseException:
            self.close()
            raise

    def convert(self, job: Mapping[str, Any], within_s: float) -> Ended:
        """Have the job done; the process is of no use afterwards.

        Args:
            job: As `pyexec_guest.conversion` takes it.

        Raises:
            SandboxFault: `broken-frame` for an answer that is none.
        """
        ended = have_done(job, self._jailed.line, within_s)
        return ended or Ended(killed=self._jailed.ended_by_signal(_END_S))

    def kill(self) -> None:
        """End the process, from any thread."""
        self._jailed.kill()

    def close(self) -> None:
        """End the process and wait until it has gone, so that nobody writes to the folder any more."""
        log_last_words(self._jailed)
        self._jailed.close()


def have_done(job: Mapping[str, Any], line: Line, within_s: float) -> Ended | None:
    """Return what a converter makes of a job, or None if it has hung up without a word.

    Raises:
        SandboxFault: `broken-frame` for an answer that is none.
    """
    try:
        answer = line.ask({"op": "convert", "job": job}, time.monotonic() + within_s)
    except TimeoutError:
        return Ended(killed=True)
    except (OSError, EOFError):
        return None
    if answer.op == "converted":
        return Ended(tables=answer.message["tables"])
    if answer.op != "failed":
        raise SandboxFault("broken-frame", f"{answer.op} is no answer to a job")
    return Ended(text=answer.message["text"])


def log_last_words(jailed: Jailed) -> None:
    """Log what a converter wrote to standard error, for who looks for what went wrong."""
    if words := jailed.last_words():
        _log.debug("A converter's last words: %s", words)


def converter_binds() -> list[Bind]:
    """Return what every converter has in its jail beside data."""
    excel = ("python-calamine",) if importlib.util.find_spec("python_calamine") else ()
    return binds_for(("duckdb", "pyarrow", *excel))


def _data(files: Mapping[str, Path]) -> list[Bind]:
    return [Bind(path.resolve(strict=True), _FILES / name) for name, path in files.items()]
