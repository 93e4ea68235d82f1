"""Converted data files, kept between starts: a folder that only its owner can reach, and what may be trusted in it.

A product is named by its key and its size, appears by a rename, and is used only if it is a plain file of this user,
of that size, that nobody else may touch. So a file torn by a crash, put there by another user or left by another
version is not served; whoever can act as this user can change it, and is not held off.

Servers share the folder: a lock per key makes one of them convert while the others wait, and a product in use is
locked against clean-up.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mcp_pyexec.data_files import DataFile, data_parts
from mcp_pyexec.errors import ConfigError
from mcp_pyexec.limits import MIB

__all__ = ["DataCache", "Product", "data_key"]

_FORMAT = 1
"""Raised whenever the same files would be converted to something else."""

_PRODUCT, _PARTIAL = ".duckdb", ".partial"
_READABLE = 0o644
"""Mode of a product: nobody else gets past the folder, but what reads for root's server does not run as root."""


@dataclass(frozen=True, slots=True)
class Product:
    """A converted database in use; `close` lets clean-up have it."""

    path: Path
    _lock: int

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._lock)


class DataCache:
    """The folder of one user.

    Args:
        budget_mb: Beyond it the products that were not used for longest are deleted.

    Raises:
        ConfigError: The folder cannot be made, is another user's, or others may enter it.
    """

    def __init__(self, folder: Path, budget_mb: int) -> None:
        self.folder = folder.absolute()
        self.budget_bytes = budget_mb * MIB
        _make_private(self.folder)

    def find(self, key: str) -> Product | None:
        """Return the product of a key, or None where there is none that can be trusted."""
        for path in self.folder.glob(f"{key}.*{_PRODUCT}"):
            if (product := _trusted(path)) is not None:
                os.utime(path)
                return product
            with suppress(OSError):
                path.unlink()
        return None

    def make(self, key: str, convert: Callable[[Path], None]) -> Product:
        """Return the product of a key; where there is none, `convert` writes it to the path that it gets.

        Raises:
            OSError: The folder's disk is full or failing.
        """
        with self._locked(key):
            found = self.find(key)
            if found is None:
                found = self._made(key, convert)
                self._clean_up(keep=found.path)
            return found

    def _made(self, key: str, convert: Callable[[Path], None]) -> Product:
        partial = self.folder / (key + _PARTIAL)
        _remove(partial)
        try:
            convert(partial)
            partial.chmod(_READABLE)
            _sync(partial)
            path = self.folder / f"{key}.{partial.stat().st_size}{_PRODUCT}"
            partial.rename(path)
            _sync(self.folder)
        finally:
            _remove(partial)
        product = _trusted(path)
        if product is None:
            raise OSError(f"{path.name} was changed by somebody else")
        return product

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        """Hold the lock that a key shares with a sixteenth of all keys, so that lock files never pile up."""
        lock = os.open(self._lock_path(key), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _lock_path(self, key: str) -> Path:
        return self.folder / f"{key[0]}.lock"

    def _clean_up(self, keep: Path) -> None:
        """Delete what a crash left, and the least recently used products beyond the budget that nobody has open."""
        for partial in self.folder.glob(f"*{_PARTIAL}*"):
            if partial.name[0] != keep.name[0] and self._is_free(self._lock_path(partial.name)):
                _remove(partial)
        products = [(path.stat(), path) for path in self.folder.glob(f"*{_PRODUCT}") if path.is_file()]
        total = sum(status.st_size for status, _ in products)
        for status, path in sorted(products, key=lambda item: item[0].st_mtime_ns):
            if total <= self.budget_bytes:
                break
            if path != keep and self._is_free(path):
                path.unlink(missing_ok=True)
                total -= status.st_size

    def _is_free(self, path: Path) -> bool:
        try:
            lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(lock)


def data_key(files: Sequence[DataFile]) -> str:
    """Return what names these files as they are now: their places, sizes, times and inodes, and who converts them.

    Raises:
        OSError: A file is no longer there.
    """
    told = [[file.table, file.kind, *(_status(path) for path in data_parts(file))] for file in files]
    text = json.dumps([_FORMAT, version("duckdb"), told])
    return hashlib.sha256(text.encode()).hexdigest()


def _status(path: Path) -> tuple[str, int, int, int, int, int]:
    s = path.stat()
    return str(path), s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise ConfigError(
            f"The cache folder {folder} cannot be made ({error.strerror}). Set MCP_PYEXEC_CACHE to a folder of this "
            "user; converted --data files are kept there."
        ) from None
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigError(
            f"The cache folder {folder} belongs to another user or others may enter it. Run: chmod 700 on it, or set "
            "MCP_PYEXEC_CACHE to a folder that only this user can reach."
        )


def _trusted(path: Path) -> Product | None:
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    fcntl.flock(lock, fcntl.LOCK_SH)
    status = os.fstat(lock)
    own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    alone = (
        status.st_nlink == 1 and not status.st_mode & ~_READABLE & 0o777
    )  # no link: clean-up deleted it before the lock
    if own and alone and path.name.split(".")[1] == str(status.st_size):
        return Product(path, lock)
    os.close(lock)
    return None


def _remove(partial: Path) -> None:
    """Delete an unfinished product with the journal and the spilled rows beside it."""
    for path in (partial, Path(f"{partial}.wal")):
        path.unlink(missing_ok=True)
    spilled = Path(f"{partial}.tmp")
    if spilled.is_dir():
        for path in spilled.iterdir():
            path.unlink(missing_ok=True)
        with suppress(OSError):
            spilled.rmdir()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
