"""The processes that convert data files, one for each job: started, heard and ended.

No file can take the server along, or reach anything but what it is made into; what a converter says is shown and
believed no further. What one is and how it is started comes in through a constructor: this package starts no process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.limits import MIB

__all__ = ["ConversionLimits", "Converter", "Converters", "StartConverter", "no_converter"]

_log = logging.getLogger(__name__)
_TOLD = 1_000


@dataclass(frozen=True, slots=True)
class ConversionLimits:
    """Ceilings of the conversion of one file."""

    memory_mb: int = 2048
    timeout_s: float = 900.0


class Ended(Protocol):
    """What became of a job."""

    @property
    def tables(self) -> int | None:
        """In the file that was made; None if there is none."""

    @property
    def text(self) -> str:
        """Why there is none, or nothing."""

    @property
    def killed(self) -> bool:
        """Whether its time or memory ended it."""


class Converter(Protocol):
    """A jailed process for one job, as `jail.Converter` is."""

    def convert(self, job: Mapping[str, Any], within_s: float) -> Ended:
        """Have the job done, or raise SandboxFault if the process does not say what it should."""

    def kill(self) -> None:
        """End the process, without waiting; from any thread."""

    def close(self) -> None:
        """End the process."""


class StartConverter(Protocol):
    """Starts a converter that sees some files, by name, and may write to one folder.

    Raises:
        OSError: If a file cannot be read.
        SandboxFault: If the process cannot be confined.
    """

    def __call__(
        self, files: Mapping[str, Path], folder: Path, *, memory_bytes: int, file_bytes: int
    ) -> Converter: ...


def no_converter(
    files: Mapping[str, Path],  # noqa: ARG001 - a StartConverter
    folder: Path,  # noqa: ARG001
    *,
    memory_bytes: int,  # noqa: ARG001
    file_bytes: int,  # noqa: ARG001
) -> Converter:
    """Refuse: for a server without a jail.

    Raises:
        SandboxFault: Always.
    """
    raise SandboxFault("no-jail", "data files are converted in a jail only, and this server has none")


class Converters:
    """One converter at a time.

    Args:
        file_bytes: Most that one file it writes may have.
    """

    def __init__(self, start: StartConverter, limits: ConversionLimits, file_bytes: int) -> None:
        self._start, self._limits, self._file_bytes = start, limits, file_bytes
        self._lock = threading.Lock()
        self._converter: Converter | None = None
        self.closed = False

    def write(self, folder: Path, label: str, files: Mapping[str, Path], job: Mapping[str, Any]) -> None:
        """Have a converter make a database file in the folder.

        Args:
            label: What is converted, for messages.
            files: What it sees, by name.
            job: What the guest's `conversion` takes beside the label.

        Raises:
            RequestError: `database-unreachable`, with what was wrong.
            OSError, ConfigError: As `StartConverter`.
        """
        try:
            converter = self._start(
                files, folder, memory_bytes=self._limits.memory_mb * MIB, file_bytes=self._file_bytes
            )
            with closing(converter):
                self._let(converter)
                ended = converter.convert({"label": label, **job}, self._limits.timeout_s)
        except SandboxFault as fault:
            _log.error("--data: %s: %s", label, fault.detail)
            raise _unreachable(
                f"{label} could not be converted: its jail failed ({fault.code}). The server's log says why."
            ) from None
        except PermissionError as error:
            raise _unreachable(f"{label} cannot be read: {error.strerror or error}.") from None
        if ended.tables is None:
            raise _unreachable(ended.text[:_TOLD] or self._reason(label, ended))

    def close(self) -> None:
        """End the converter, and start no other."""
        with self._lock:
            self.closed = True
            if self._converter is not None:
                self._converter.kill()

    def _let(self, converter: Converter) -> None:
        with self._lock:
            if self.closed:
                raise _unreachable("The server is ending.")
            self._converter = converter

    def _reason(self, label: str, ended: Ended) -> str:
        if ended.killed:
            return (
                f"{label} could not be converted within {self._limits.timeout_s:g} s and {self._limits.memory_mb} "
                "MiB of memory. Split it, save it as Parquet, or leave it out."
            )
        return f"Converting {label} failed in a way that was not foreseen; log_level DEBUG shows it."


def _unreachable(message: str) -> RequestError:
    return RequestError("database-unreachable", message)
