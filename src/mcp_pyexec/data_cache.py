"""Converted data files, kept between starts: a folder that only its owner can reach, and what may be trusted in it.

A product is named by its key and its size, appears by a rename, and is used only if it is a plain file of this user,
of that size, that nobody else may touch. So a file torn by a crash, put there by another user or left by another
version is not served; whoever can act as this user can change it, and is not held off.

Servers share the folder: a lock per key makes one of them convert while the others wait, a product in use is locked
against clean-up, and nothing is cleaned up while any of them converts.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mcp_pyexec.data_files import DataFile, data_parts
from mcp_pyexec.errors import ConfigError
from mcp_pyexec.limits import MIB

__all__ = ["MADE", "DataCache", "Product", "data_key", "whole_key"]

_FORMAT = 2
"""Raised whenever the same files would be converted to something else."""

MADE = "product"
"""Name that a product is made by."""
_PRODUCT, _PARTIAL = ".duckdb", ".partial"
_PLACE = 32
"""Digits of a whole product's key that are alike for all sets of files below one folder."""
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

    def find_former(self, key: str) -> Product | None:
        """Return the whole product that was used last of files at the place that a whole product's key names."""
        found = [(path.stat().st_mtime_ns, path) for path in self.folder.glob(f"{key[:_PLACE]}*{_PRODUCT}")]
        trusted = (_trusted(path) for _, path in sorted(found, reverse=True))
        return next(filter(None, trusted), None)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep every product from clean-up, and clean up afterwards unless another server still uses the folder."""
        with _lock(self.folder / "use.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            try:
                yield
            finally:
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._clean_up()

    def make(self, key: str, convert: Callable[[Path], None]) -> Product:
        """Return the product of a key; where there is none, `convert` writes it as `MADE` into the folder that it gets.

        To be called while `in_use`.

        Raises:
            OSError: The folder's disk is full or failing.
        """
        # A lock is shared by a sixteenth of all keys, so that lock files never pile up.
        with _lock(self.folder / f"{key[0]}.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self.find(key) or self._made(key, convert)

    def _made(self, key: str, convert: Callable[[Path], None]) -> Product:
        partial = self.folder / (key + _PARTIAL)
        _remove(partial)
        partial.mkdir(mode=0o700)
        try:
            convert(partial)
            path = self._kept(key, partial / MADE)
        finally:
            _remove(partial)
        product = _trusted(path)
        if product is None:
            raise OSError(f"{path.name} was changed by somebody else")
        return product

    def _kept(self, key: str, made: Path) -> Path:
        """Return the product's place, after whatever was made there proved a plain file and is this user's alone.

        Raises:
            OSError: It is a link, a pipe or something else.
        """
        handle = os.open(made, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                raise OSError("what was converted is not a plain file")
            os.fchown(handle, os.geteuid(), os.getegid())
            os.fchmod(handle, _READABLE)
            os.fsync(handle)
        finally:
            os.close(handle)
        path = self.folder / f"{key}.{status.st_size}{_PRODUCT}"
        made.rename(path)
        _sync(self.folder)
        return path

    def _clean_up(self) -> None:
        """Delete what a crash left, and the least recently used products beyond the budget that nobody has open."""
        for partial in self.folder.glob(f"*{_PARTIAL}*"):
            _remove(partial)
        products = [(path.stat(), path) for path in self.folder.glob(f"*{_PRODUCT}") if path.is_file()]
        total = sum(status.st_size for status, _ in products)
        for status, path in sorted(products, key=lambda item: item[0].st_mtime_ns):
            if total <= self.budget_bytes:
                break
            if self._is_free(path):
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


def data_key(file: DataFile) -> str:
    """Return what names a file as it is now: its places, sizes, times and inodes, its table, and who converts it.

    Raises:
        OSError: The file is no longer there.
    """
    told = [file.label, file.table, file.kind, *(_status(path) for path in data_parts(file))]
    return _digest([_FORMAT, version("duckdb"), told])


def whole_key(keys: Mapping[DataFile, str]) -> str:
    """Return what names the product of all: the folder that they are below with their own keys, or that of just one."""
    if len(keys) == 1:
        return next(iter(keys.values()))
    place = os.path.commonpath([file.path.parent for file in keys])
    return _digest([_FORMAT, place])[:_PLACE] + _digest(list(keys.values()))[_PLACE:]


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@contextmanager
def _lock(path: Path) -> Iterator[int]:
    """Give the descriptor of a file to lock; the lock ends with it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield lock
    finally:
        os.close(lock)


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
    """Delete the folder of an unfinished product, however deep and closed a hostile file made what is in it."""
    waiting, lifted = [partial], 0
    with suppress(OSError):
        partial.chmod(0o700)
        while waiting:
            folder = waiting.pop()
            for path in list(folder.iterdir()):
                if path.is_dir() and not path.is_symlink():
                    lifted += 1
                    path.chmod(0o700)
                    waiting.append(path.rename(f"{partial}.{lifted}"))
                else:
                    path.unlink()
            folder.rmdir()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
