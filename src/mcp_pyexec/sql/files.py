"""The `--data` files as one DuckDB file: each converted by itself, as many at once as is of use, and kept in the cache,
then put together.

So a change converts that file alone, and one that cannot be read leaves the others usable. Nothing waits for it but
a query on that database.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from mcp_pyexec.data_cache import DataCache, Product, data_key, whole_key
from mcp_pyexec.data_files import DataFile, plain_names
from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.sql.converters import (
    ConversionLimits,
    Converters,
    Lane,
    StartConverter,
    StartTemplate,
    no_converter,
)

__all__ = ["ConversionLimits", "DataConversion", "FailedFile", "reason_for", "told"]

_log = logging.getLogger(__name__)
_TOLD = 3
"""Failed files that one message tells of."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that is not served.

    Attributes:
        reason: Which, why, and what to do, in sentences.
    """

    file: DataFile
    reason: str


def told(failed: Sequence[FailedFile]) -> str:
    """Return sentences on the files that are not served while others are; nothing if there are none."""
    if not failed:
        return ""
    return f"Not all data files are served. {_reasons(failed)} The server sees a correction when it is started again."


def reason_for(table: str | None, failed: Sequence[FailedFile]) -> str:
    """Return why a table is missing if, by its name, it is of a file that is not served; with a space in front."""
    for one in failed:
        own = one.file.table
        if table is not None and (table.lower() == own or table.lower().startswith(f"{own}_")):
            return f" {one.reason}"
    return ""


@dataclass(frozen=True, slots=True)
class _Converted:
    product: Product
    failed: tuple[FailedFile, ...]


class DataConversion:
    """The files as they are at the start; looked at again only if none could be converted and one has changed since."""

    def __init__(
        self,
        files: Sequence[DataFile],
        cache: DataCache,
        limits: ConversionLimits | None = None,
        start_converter: StartConverter = no_converter,
        start_template: StartTemplate | None = None,
        *,
        tell_every_s: float = 5.0,
    ) -> None:
        """Begin nothing yet.

        Args:
            tell_every_s: How often the log says how far the files are.
        """
        self.files = tuple(files)
        self._cache = cache
        self._converters = Converters(
            start_converter, limits or ConversionLimits(), cache.budget_bytes, start_template
        )
        self._lock = threading.Lock()
        self._tell_every_s = tell_every_s
        self._progress = ""
        self._keys: dict[DataFile, str] = {}
        self._future: Future[_Converted] | None = None

    def start(self) -> Future[_Converted]:
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
            RequestError: `database-preparing`, or `database-unreachable` with the files that failed.
        """
        future = self.start()
        if not future.done():
            raise RequestError(
                "database-preparing",
                f"The data files are still being converted, which is done once ({self._progress}). "
                "Try again in a minute.",
            )
        return future.result().product.path

    @property
    def failed(self) -> tuple[FailedFile, ...]:
        """The files that are not served while others are."""
        future = self._future
        done = future is not None and future.done() and future.exception() is None
        return future.result().failed if future is not None and done else ()

    def close(self) -> None:
        """End a conversion that is under way, and let go of the file."""
        self._converters.close()
        with self._lock:
            future = self._future
        if future is not None:
            future.add_done_callback(_let_go)

    def _may_retry(self, future: Future[_Converted]) -> bool:
        if self._converters.closed or not future.done() or future.exception() is None:
            return False
        return _keys(self.files)[0] != self._keys

    def _run(self, future: Future[_Converted]) -> None:
        try:
            future.set_result(self._converted())
        except (RequestError, OSError, ConfigError) as error:
            failed = _unreachable(_plain(error))
            _log.error("--data: %s", failed.message)
            future.set_exception(failed)
        except BaseException as error:
            future.set_exception(error)
            raise

    def _converted(self) -> _Converted:
        """Return the files as one product, from the cache where it has it.

        Raises:
            RequestError: `database-unreachable`, if no file can be converted or two have tables of one name.
        """
        self._keys, failed = _keys(self.files)
        if not failed and (found := self._cache.find(whole_key(self._keys))):
            return _Converted(found, ())
        with self._cache.in_use():
            became = self._own_products()
            paths = {file: one for file in self._keys if isinstance(one := became.get(file), Path)}
            failed += [one for file in self._keys if isinstance(one := became.get(file), FailedFile)]
            if self._converters.closed or not paths:
                raise _unreachable("The server is ending." if self._converters.closed else _reasons(failed))
            product = self._together(paths)
        for one in failed:
            _log.error("--data: %s", one.reason)
        return _Converted(product, tuple(failed))

    def _own_products(self) -> dict[DataFile, Path | FailedFile]:
        """Return what became of each file, in any order; not of all if the server is ending."""
        became = dict[DataFile, Path | FailedFile]()
        waiting = SimpleQueue[tuple[int, DataFile]]()
        for numbered in enumerate(self._keys, 1):
            waiting.put(numbered)
        lanes = min(self._converters.at_once, len(self._keys))
        running = [_begin(lambda: self._convert_next(waiting, became)) for _ in range(lanes)]
        while wait(running, self._tell_every_s).not_done:
            _log.info("--data: %d of %d files converted", len(became), len(self._keys))
        for lane in running:
            lane.result()
        return became

    def _convert_next(
        self, waiting: SimpleQueue[tuple[int, DataFile]], became: dict[DataFile, Path | FailedFile]
    ) -> None:
        """Convert one file after another of those that wait, beside other threads."""
        paths = [file.path for file in self._keys]
        with self._converters.lane(paths, self._cache.folder) as lane, suppress(Empty):
            while not self._converters.closed:
                number, file = waiting.get_nowait()
                self._progress = f"file {number} of {len(self.files)}: {file.label}"
                try:
                    became[file] = self._own_product(lane, file, self._keys[file])
                except (RequestError, OSError, ConfigError) as error:
                    became[file] = FailedFile(file, _plain(error))

    def _own_product(self, lane: Lane, file: DataFile, key: str) -> Path:
        """Return the product of one file; it stays while the cache is in use."""
        names = plain_names(file)
        job = {"file": {"table": file.table, "kind": file.kind, "path": names.path, "parts": names.parts}}
        product = self._cache.make(
            key, lambda folder: self._converters.write(lane, folder, file.label, names.files, job)
        )
        product.close()
        return product.path

    def _together(self, paths: Mapping[DataFile, Path]) -> Product:
        """Return the one product of all that could be converted."""
        keys = {file: self._keys[file] for file in paths}
        seen = {keys[file]: path for file, path in paths.items()}
        products = [{"key": key, "bytes": path.stat().st_size} for key, path in seen.items()]
        self._progress = "putting the tables together"

        def assemble(folder: Path) -> None:
            _log.info("--data: putting the tables of %d files together", len(products))
            with ExitStack() as former_in_use, self._converters.lane() as lane:
                former = self._cache.find_former(whole_key(keys))
                if former:
                    former_in_use.callback(former.close)
                files = {**seen, "former": former.path} if former else seen
                job = {"products": products, "former": former is not None}
                self._converters.write(lane, folder, "The whole of the files", files, job)

        return self._cache.make(whole_key(keys), assemble)


def _begin(work: Callable[[], None]) -> Future[None]:
    """Return the future of work in a thread that does not keep the server from ending."""
    future = Future[None]()

    def run() -> None:
        try:
            work()
        except BaseException as error:
            future.set_exception(error)
            raise
        future.set_result(None)

    threading.Thread(target=run, name="data-conversion", daemon=True).start()
    return future


def _keys(files: Iterable[DataFile]) -> tuple[dict[DataFile, str], list[FailedFile]]:
    """Return the keys of the files as they are, and those that are not there any more."""
    keys, failed = {}, []
    for file in files:
        try:
            keys[file] = data_key(file)
        except (OSError, ConfigError) as error:
            failed.append(FailedFile(file, _plain(error)))
    return keys, failed


def _let_go(future: Future[_Converted]) -> None:
    if future.exception() is None:
        future.result().product.close()


def _reasons(failed: Sequence[FailedFile]) -> str:
    more = f" {len(failed) - _TOLD} more files could not be converted." if len(failed) > _TOLD else ""
    return " ".join(one.reason for one in failed[:_TOLD]) + more


def _unreachable(message: str) -> RequestError:
    return RequestError("database-unreachable", message)


def _plain(error: Exception) -> str:
    """Return what happened without the path that an OSError carries."""
    if isinstance(error, RequestError):
        return error.message
    if isinstance(error, OSError) and error.strerror:
        name = Path(str(error.filename)).name if error.filename else "a file"
        return f"{name}: {error.strerror}. Check that the data files are there and that the cache's disk has room."
    return str(error)
