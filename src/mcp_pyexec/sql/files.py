"""The `--data` files as one DuckDB file: taken from the cache, or converted by a child process.

Nothing waits for it but a query on that database. The child has limits on memory, file size and time, so that no
file can take the server along; what it says is shown and believed no further.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_pyexec.data_cache import DataCache, Product, data_key
from mcp_pyexec.data_files import DataFile, data_parts
from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.limits import MIB

__all__ = ["ConversionLimits", "DataConversion"]

_log = logging.getLogger(__name__)
_PROGRAM = ("-I", "-m", "mcp_pyexec.conversion")
_LINE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ConversionLimits:
    """Ceilings of one conversion of all files."""

    memory_mb: int = 2048
    timeout_s: float = 900.0


class DataConversion:
    """One conversion at a time of the files as they are; done again only after a failure and a change of the files."""

    def __init__(
        self, files: Sequence[DataFile], cache: DataCache, limits: ConversionLimits | None = None
    ) -> None:
        self.files = tuple(files)
        self._cache = cache
        self._limits = limits or ConversionLimits()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._reading = ""
        self._key = ""
        self._future: Future[Product] | None = None

    def start(self) -> Future[Product]:
        """Begin, unless it has begun; returns at once."""
        with self._lock:
            if self._future is None or self._may_retry(self._future):
                self._future = Future()
                self._future.set_running_or_notify_cancel()  # from here on nobody who waits can cancel it
                threading.Thread(
                    target=self._run, args=(self._future,), name="data-conversion", daemon=True
                ).start()
            return self._future

    async def wait(self, timeout_s: float) -> None:
        """Return once it came to an end, or after `timeout_s`."""
        with suppress(TimeoutError, RequestError):
            await asyncio.wait_for(asyncio.wrap_future(self.start()), timeout_s)

    @property
    def path(self) -> Path:
        """The converted file.

        Raises:
            RequestError: `database-preparing`, or `database-unreachable` with the file that failed.
        """
        future = self.start()
        if not future.done():
            raise RequestError(
                "database-preparing",
                f"The data files are still being converted, which is done once ({self._progress()}). "
                "Try again in a minute.",
            )
        return future.result().path

    def close(self) -> None:
        """End a conversion that is under way, and let go of the file."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()
            future = self._future
        if future is not None:
            future.add_done_callback(_let_go)

    def _may_retry(self, future: Future[Product]) -> bool:
        if self._closed or not future.done() or future.exception() is None:
            return False
        try:
            return data_key(self.files) != self._key
        except (OSError, ConfigError):
            return False

    def _run(self, future: Future[Product]) -> None:
        try:
            self._key = data_key(self.files)
            future.set_result(self._cache.find(self._key) or self._cache.make(self._key, self._convert))
        except (RequestError, OSError, ConfigError) as error:
            failed = error if isinstance(error, RequestError) else _unreachable(_plain(error))
            _log.error("--data: %s", failed.message)
            future.set_exception(failed)
        except BaseException as error:
            future.set_exception(error)
            raise

    def _convert(self, target: Path) -> None:
        """Have the child write the target; what libraries say on its stderr is for a log of level DEBUG.

        Raises:
            RequestError: `database-unreachable`, with the file and what was wrong with it.
        """
        with self._lock:
            if self._closed:
                raise _unreachable("The server is ending.")
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *_PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if _log.isEnabledFor(logging.DEBUG) else subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
        late = threading.Timer(self._limits.timeout_s, self._child.kill)
        late.start()
        try:
            self._follow(self._child, target)
        finally:
            late.cancel()
            self._child.kill()
            self._child.communicate()

    def _follow(self, child: subprocess.Popen[bytes], target: Path) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(self._request(target)).encode() + b"\n")
            child.stdin.flush()
        except BrokenPipeError:
            pass  # it ended before it read, which its reports will show
        while line := child.stdout.readline(_LINE_BYTES):
            report = _report(line)
            if isinstance(failed := report.get("failed"), str):
                raise _unreachable(failed[:1_000])
            if isinstance(report.get("tables"), int):
                return
            self._reading = str(report.get("reading"))[:200]
        raise _unreachable(self._ended(child.wait()))

    def _ended(self, status: int) -> str:
        reading = self._reading or self.files[0].label
        if status < 0:
            return (
                f"{reading} could not be converted within {self._limits.timeout_s:g} s and {self._limits.memory_mb} "
                "MiB of memory. Split it, save it as Parquet, or leave it out."
            )
        return f"Converting {reading} failed in a way that was not foreseen; log_level DEBUG shows it."

    def _request(self, target: Path) -> dict[str, Any]:
        return {
            "target": str(target),
            "spill": f"{target}.tmp",
            "memory_mb": self._limits.memory_mb,
            "file_mb": self._cache.budget_bytes // MIB,
            "files": [
                {
                    "path": str(file.path),
                    "label": file.label,
                    "table": file.table,
                    "kind": file.kind,
                    "parts": [str(path) for path in data_parts(file)],
                }
                for file in self.files
            ],
        }

    def _progress(self) -> str:
        number = next((n for n, file in enumerate(self.files, 1) if file.label == self._reading), 1)
        return f"file {number} of {len(self.files)}: {self.files[number - 1].label}"


def _let_go(future: Future[Product]) -> None:
    if future.exception() is None:
        future.result().close()


def _report(line: bytes) -> dict[str, Any]:
    try:
        report = json.loads(line)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _unreachable(message: str) -> RequestError:
    return RequestError("database-unreachable", message)


def _plain(error: Exception) -> str:
    """Return what happened without the path that an OSError carries."""
    if isinstance(error, OSError) and error.strerror:
        name = Path(str(error.filename)).name if error.filename else "a file"
        return f"{name}: {error.strerror}. Check that the data files are there and that the cache's disk has room."
    return str(error)
