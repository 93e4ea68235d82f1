"""The processes that convert data files, one for each job: started or cloned, heard and ended.

No file can take the server along, or reach anything but what it is made into; what a converter says is shown and
believed no further. What one is and how it is started comes in through a constructor: this package starts no process.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.limits import MIB

__all__ = [
    "ConversionLimits",
    "Converter",
    "Converters",
    "StartConverter",
    "StartTemplate",
    "Template",
    "no_converter",
]

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


class Template(Protocol):
    """A jailed process that is cloned for one job after another, as `jail.ConverterTemplate` is."""

    @property
    def alive(self) -> bool:
        """False once it can make no clone any more."""

    def clone(
        self, files: Mapping[str, Path], folder: Path, *, memory_bytes: int, file_bytes: int
    ) -> Converter:
        """Return a converter that sees one file, as `StartConverter`; the one before is closed."""

    def close(self) -> None:
        """End the process and its clone."""


class StartTemplate(Protocol):
    """Starts a template for files that may be converted, into folders of one folder; raises as `StartConverter`."""

    def __call__(self, files: Collection[Path], folders: Path) -> Template: ...


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


class Lane:
    """Converters of one thread, one at a time: clones where a template has the file in sight, else started alone."""

    def __init__(
        self, alone: StartConverter, template: StartTemplate | None, files: Collection[Path], folders: Path
    ) -> None:
        self._alone, self._start_template = alone, template
        self._files, self._folders = files, folders
        self._template: Template | None = None

    def start(
        self, files: Mapping[str, Path], folder: Path, *, memory_bytes: int, file_bytes: int
    ) -> Converter:
        """Return a converter, as StartConverter."""
        if len(files) == 1 and (template := self._cloning()):
            try:
                return template.clone(files, folder, memory_bytes=memory_bytes, file_bytes=file_bytes)
            except SandboxFault as fault:
                self._do_without(fault)
        return self._alone(files, folder, memory_bytes=memory_bytes, file_bytes=file_bytes)

    def close(self) -> None:
        """End the template."""
        if self._template is not None:
            self._template.close()

    def _cloning(self) -> Template | None:
        """Return the template, started when it is first of use; none where it cannot be had, or is no more."""
        if self._template is None and self._start_template is not None:
            try:
                self._template = self._start_template(self._files, self._folders)
            except (OSError, SandboxFault) as error:
                self._do_without(error)
        return self._template if self._template is not None and self._template.alive else None

    def _do_without(self, error: Exception) -> None:
        """One file for its owner alone is enough; every converter that is started alone is confined as well."""
        _log.info("--data: each file is converted by a process started for it, which takes longer: %s", error)
        self._start_template = None


class Converters:
    """The converters of all lanes.

    Args:
        file_bytes: Most that one file they write may have.
    """

    def __init__(
        self,
        start: StartConverter,
        limits: ConversionLimits,
        file_bytes: int,
        template: StartTemplate | None = None,
    ) -> None:
        self._start, self._limits, self._file_bytes = start, limits, file_bytes
        self._start_template = template
        self._lock = threading.Lock()
        self._live = set[Converter]()
        self.closed = False

    @property
    def at_once(self) -> int:
        """Lanes of use: one per processor, as long as half of the machine's memory holds what they may take."""
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return max(1, min(os.cpu_count() or 1, memory_bytes // (2 * self._limits.memory_mb * MIB)))

    @contextmanager
    def lane(self, files: Collection[Path] = (), folders: Path = Path()) -> Iterator[Lane]:
        """Give a lane to this thread.

        Args:
            files: That it may convert by themselves, into folders in `folders`.
        """
        with closing(Lane(self._start, self._start_template, files, folders)) as lane:
            yield lane

    def write(
        self, lane: Lane, folder: Path, label: str, files: Mapping[str, Path], job: Mapping[str, Any]
    ) -> None:
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
            converter = lane.start(
                files, folder, memory_bytes=self._limits.memory_mb * MIB, file_bytes=self._file_bytes
            )
            with closing(converter), self._ended_at_close(converter):
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
        """End the converters, and start no other."""
        with self._lock:
            self.closed = True
            for converter in self._live:
                converter.kill()

    @contextmanager
    def _ended_at_close(self, converter: Converter) -> Iterator[None]:
        with self._lock:
            if self.closed:
                raise _unreachable("The server is ending.")
            self._live.add(converter)
        try:
            yield
        finally:
            with self._lock:
                self._live.remove(converter)

    def _reason(self, label: str, ended: Ended) -> str:
        if ended.killed:
            return (
                f"{label} could not be converted within {self._limits.timeout_s:g} s and {self._limits.memory_mb} "
                "MiB of memory. Split it, save it as Parquet, or leave it out."
            )
        return f"Converting {label} failed in a way that was not foreseen; log_level DEBUG shows it."


def _unreachable(message: str) -> RequestError:
    return RequestError("database-unreachable", message)
