"""A result as one table in memory that the host lends: a value goes from the engine's batch to its place, once.

Arrow lays the table out: it is given columns whose large buffers are stand-ins without content, and says where each of
them belongs. Then the batches are written there one after the other, and each is freed behind the writing, so that a
result of N bytes takes little more than N at any time.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

__all__ = ["TooSmall", "write_table"]

_TRIM_BYTES = 2 << 20
_MOST_CHARACTERS = 2**31 - 1
_WIDER = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}
_TEXT = {*_WIDER, *_WIDER.values()}


class TooSmall(Exception):
    """The memory cannot hold the table."""


def write_table(memory: int, schema: pa.Schema, batches: list[pa.RecordBatch]) -> int:
    """Write an Arrow IPC file of at most one batch and return its bytes.

    Args:
        memory: Its descriptor; of a fixed size.
        schema: Of every batch, in which text may get 64-bit offsets on the way.
        batches: None of them empty; taken out of the list one by one.

    Raises:
        TooSmall: If the memory cannot hold it.
    """
    layout = _Layout(memory)
    columns = [_column(layout, kind, [b.column(i) for b in batches]) for i, kind in enumerate(schema.types)]
    whole = pa.RecordBatch.from_arrays([column.array() for column in columns], names=schema.names)
    with pa.PythonFile(layout, mode="w") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        if batches:
            writer.write_batch(whole)
    freed = 0
    while batches:
        freed += batches[0].nbytes
        for column, piece in zip(columns, batches.pop(0).columns, strict=True):
            column.fill(piece)
        if freed > _TRIM_BYTES:
            _return_memory()
            freed = 0
    _return_memory()
    return layout.used


class _Place:
    """Where one buffer of the table goes; filled piece by piece."""

    def __init__(self, memory: int, stand_in: pa.Buffer, at: int) -> None:
        self.stand_in = stand_in
        self.at = at
        self._memory = memory

    def put(self, data: pa.Buffer) -> None:
        _write(self._memory, memoryview(data), self.at)
        self.at += data.size


class _Layout:
    """The file that Arrow writes to: tells each place where it is, and writes what is not one."""

    closed = False

    def __init__(self, memory: int) -> None:
        self.used = 0
        self._memory, self._size = memory, os.fstat(memory).st_size
        self._nowhere = mmap.mmap(-1, self._size)  # shared: what is never touched is not this process's own
        self._reserved = 0
        self._places: dict[int, _Place] = {}

    def place(self, size: int, *, skipped: int = 0, end: bytes = b"") -> _Place:
        """Return a place of so many bytes.

        Args:
            skipped: Bytes at its start that stay zero.
            end: The last bytes, which Arrow wants to see before they are put there.
        """
        start, self._reserved = self._reserved, self._reserved + size
        self._check(self._reserved)
        self._nowhere[self._reserved - len(end) : self._reserved] = end
        place = _Place(self._memory, pa.py_buffer(self._nowhere).slice(start, size), skipped)
        if size:
            self._places[place.stand_in.address] = place
        return place

    def write(self, data: bytes | pa.Buffer) -> int:
        size = len(data)
        self._check(self.used + size)
        if size and isinstance(data, pa.Buffer) and data.address in self._places:
            self._places[data.address].at += self.used
        else:
            _write(self._memory, memoryview(data), self.used)
        self.used += size
        return size

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The memory is the host's."""

    def _check(self, size: int) -> None:
        if size > self._size:
            raise TooSmall


class _Joined:
    """A column of truth values, of a type with parts, or of nothing: written with the layout."""

    def __init__(self, kind: pa.DataType, pieces: Sequence[pa.Array]) -> None:
        chunks = pa.chunked_array(pieces, kind).unify_dictionaries().chunks
        self._array = pa.concat_arrays(chunks) if chunks else pa.nulls(0, kind)

    def array(self) -> pa.Array:
        return self._array

    def fill(self, piece: pa.Array) -> None:
        """It is in its place already."""


class _Flat:
    """A column whose values have one width."""

    def __init__(self, layout: _Layout, kind: pa.DataType, pieces: Sequence[pa.Array]) -> None:
        self._kind = kind
        self._width = kind.bit_width // 8
        self._valid = _Valid(pieces)
        self._values = layout.place(self._valid.rows * self._width)

    def array(self) -> pa.Array:
        return self._valid.array(self._kind, self._values)

    def fill(self, piece: pa.Array) -> None:
        self._values.put(piece.buffers()[1].slice(piece.offset * self._width, len(piece) * self._width))


class _Text:
    """A column of text or bytes: where each value ends, and the characters."""

    def __init__(self, layout: _Layout, kind: pa.DataType, pieces: Sequence[pa.Array]) -> None:
        total = sum(offsets[-1].as_py() - offsets[0].as_py() for offsets in map(_offsets, pieces))
        self._kind = _WIDER.get(kind, kind) if total > _MOST_CHARACTERS else kind
        self._offset = pa.int32() if self._kind in _WIDER else pa.int64()
        width = self._offset.bit_width // 8
        self._valid = _Valid(pieces)
        last = total.to_bytes(width, "little")
        self._ends = layout.place((self._valid.rows + 1) * width, skipped=width, end=last)
        self._characters = layout.place(total)
        self._written = 0

    def array(self) -> pa.Array:
        return self._valid.array(self._kind, self._ends, self._characters)

    def fill(self, piece: pa.Array) -> None:
        offsets = _offsets(piece)
        first, size = offsets[0].as_py(), offsets[-1].as_py() - offsets[0].as_py()
        ends = pc.add(offsets[1:].cast(self._offset), pa.scalar(self._written - first, self._offset))
        self._ends.put(ends.buffers()[1].slice(0, len(piece) * self._offset.bit_width // 8))
        if size:
            self._characters.put(piece.buffers()[2].slice(first, size))
        self._written += size


class _Valid:
    """Which values of a column are there, a bit each."""

    def __init__(self, pieces: Sequence[pa.Array]) -> None:
        self.rows = sum(map(len, pieces))
        self._nulls = sum(piece.null_count for piece in pieces)
        valid = pa.concat_arrays([piece.is_valid() for piece in pieces]) if self._nulls else None
        self._bitmap = None if valid is None else valid.buffers()[1]

    def array(self, kind: pa.DataType, *places: _Place) -> pa.Array:
        buffers = [self._bitmap, *(place.stand_in for place in places)]
        return pa.Array.from_buffers(kind, self.rows, buffers, self._nulls)


def _return_memory() -> None:
    """Have the C library return freed memory to the kernel, where it knows how to (glibc does)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _write(memory: int, data: memoryview, at: int) -> None:
    """Write all of it; through a mapping, each new page would be a fault, which takes three times as long."""
    written = 0
    while written < len(data):
        written += os.pwrite(memory, data[written:], at + written)


def _offsets(piece: pa.Array) -> pa.Array:
    """Return where each value begins, and where the last one ends."""
    kind = pa.int32() if piece.type in _WIDER else pa.int64()
    return pa.Array.from_buffers(kind, len(piece) + 1, [None, piece.buffers()[1]], offset=piece.offset)


def _column(layout: _Layout, kind: pa.DataType, pieces: Sequence[pa.Array]) -> _Joined | _Flat | _Text:
    if pieces and kind in _TEXT:
        return _Text(layout, kind, pieces)
    flat = types.is_primitive(kind) or types.is_decimal(kind) or types.is_fixed_size_binary(kind)
    if pieces and flat and not types.is_boolean(kind):
        return _Flat(layout, kind, pieces)
    return _Joined(kind, pieces)
