"""Arrow tables in sealed memory: written once, then nobody can change or shrink them, in any process.

Invariant: a descriptor from here holds one Arrow IPC *file* of at most one record batch and carries all four seals,
so that a reader may map it without copying, without fear of SIGBUS, and find each column in one piece.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import weakref
from collections.abc import Callable
from functools import cached_property

import pyarrow as pa

__all__ = ["SEALS", "LentMemory", "SealedTable", "Written", "seal", "write_sealed"]

SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL

_PIECE_BYTES = 4 * 1024 * 1024

Read = Callable[[pa.Buffer], pa.Table]
"""Reads a table over its bytes."""

Written = Callable[[pa.Buffer, int], None]
"""Told, while a buffer is written, how many of its first bytes will not be read again."""


class SealedTable:
    """A table over a sealed memfd.

    The memory is given back once neither this object, nor `table` or a part of it, nor another process has it.

    Attributes:
        size_bytes: Of the sealed memory.
        table: Over the sealed memory, without a copy.
    """

    def __init__(self, fd: int, read: Read | None = None) -> None:
        """Map the descriptor, which belongs to this object from now on.

        Args:
            read: Checks bytes that another process wrote; what it raises is passed on.
        """
        weakref.finalize(self, os.close, fd)
        self._fd = fd
        self.size_bytes = os.fstat(fd).st_size
        self._mapped = pa.py_buffer(mmap.mmap(fd, 0, prot=mmap.PROT_READ))
        self.table: pa.Table = (read or _own)(self._mapped)

    def fileno(self) -> int:
        """Return the descriptor of the Arrow IPC file; it is closed with this object."""
        return self._fd

    @cached_property
    def sha256(self) -> str:
        """Of the sealed bytes, in hexadecimal digits; the first time it reads all of them."""
        return hashlib.sha256(self._mapped).hexdigest()


class LentMemory:
    """Memory that another process writes a table into, and that nobody can change once it is sealed.

    The kernel refuses the seals while that process could still write; what it wrote is read only after that.
    """

    def __init__(self, size_bytes: int) -> None:
        """Make room for so many bytes, which take up memory as they are written."""
        self._fd = os.memfd_create("lent", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self._fd, size_bytes)
        fcntl.fcntl(self._fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW)

    def fileno(self) -> int:
        """Return the descriptor to lend."""
        return self._fd

    def sealed(self, size_bytes: int, read: Read) -> SealedTable:
        """Return the table in the first bytes; what `read` raises is passed on.

        Raises:
            OSError: The other process still has the memory mapped, or made it smaller.
        """
        os.ftruncate(self._fd, size_bytes)
        fcntl.fcntl(self._fd, fcntl.F_ADD_SEALS, SEALS)
        return SealedTable(fcntl.fcntl(self._fd, fcntl.F_DUPFD_CLOEXEC, 0), read)

    def close(self) -> None:
        """Let go of the memory; a sealed table keeps it."""
        os.close(self._fd)


def seal(table: pa.Table, name: str = "dataset") -> SealedTable:
    """Return the table in sealed memory, each column in one piece.

    Args:
        name: Shown in /proc only.
    """
    batches = table.combine_chunks().to_batches()
    return write_sealed(table.schema, batches, name)


def write_sealed(
    schema: pa.Schema,
    batches: list[pa.RecordBatch],
    name: str,
    written: Written = lambda _buffer, _size: None,
) -> SealedTable:
    """Return at most one batch in sealed memory, telling `written` of its buffers as they are done with."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with (
            pa.PythonFile(_Sink(descriptor, written), mode="w") as sink,
            pa.ipc.new_file(sink, schema) as writer,
        ):
            for batch in batches:
                writer.write_batch(batch)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
    except BaseException:
        os.close(descriptor)
        raise
    return SealedTable(descriptor)


class _Sink:
    """The file that Arrow writes to; buffers come as they are, without a copy, and go out in pieces."""

    closed = False

    def __init__(self, descriptor: int, written: Written) -> None:
        self._descriptor = descriptor
        self._written = written

    def write(self, data: bytes | pa.Buffer) -> int:
        view, at = memoryview(data), 0
        while at < len(view):
            at += os.write(self._descriptor, view[at : at + _PIECE_BYTES])
            if isinstance(data, pa.Buffer):
                self._written(data, at)
        return len(view)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The descriptor is the caller's."""


def _own(data: pa.Buffer) -> pa.Table:
    return pa.ipc.open_file(data).read_all()
