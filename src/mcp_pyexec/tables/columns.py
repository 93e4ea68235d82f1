"""Columns that grow by pieces and exist once: memory of their own that never moves bytes to become larger.

Numbers, times, decimals, truth values, text and bytes grow in place. Other types (lists, structs, dictionaries) are
kept as the pieces they came in and copied together at the end.
"""

from __future__ import annotations

import mmap

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

__all__ = ["Column", "Stream"]

_FIRST_BYTES = 64 * 1024
_OFFSETS = {
    pa.string(): (pa.int32(), 2**31 - 1),
    pa.binary(): (pa.int32(), 2**31 - 1),
    pa.large_string(): (pa.int64(), 2**63 - 1),
    pa.large_binary(): (pa.int64(), 2**63 - 1),
}
"""Type of the offsets and most characters of a column, by its type."""


class Stream:
    """Bytes in one anonymous mapping; growing remaps pages, giving back drops them."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _FIRST_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.used = 0

    def append(self, data: pa.Buffer) -> None:
        end = self.used + data.size
        if end > len(self._memory):
            self._memory.resize(max(2 * len(self._memory), -(-end // mmap.PAGESIZE) * mmap.PAGESIZE))
        self._memory[self.used : end] = memoryview(data)
        self.used = end

    def buffer(self) -> pa.Buffer:
        """Return the bytes where they lie; nothing can be appended from now on."""
        return pa.py_buffer(self._memory).slice(0, self.used)

    def give_back(self, size: int) -> None:
        """Drop the memory of the first bytes, which read as zero afterwards."""
        whole = size // mmap.PAGESIZE * mmap.PAGESIZE
        if whole:
            self._memory.madvise(mmap.MADV_DONTNEED, 0, whole)


class Column:
    """One column of a table under construction; where the type changes, a new run of values begins."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._leading_nulls = 0

    def append(self, piece: pa.Array) -> None:
        """Add values; missing ones of no type take that of their neighbours."""
        if types.is_null(piece.type):
            if not self._runs:
                self._leading_nulls += len(piece)
                return
            piece = pa.nulls(len(piece), self._runs[-1].type)
        if not self._runs or not self._runs[-1].takes(piece):
            self._runs.append(_run(piece.type))
            self._runs[-1].append(pa.nulls(self._leading_nulls, piece.type))
            self._leading_nulls = 0
        self._runs[-1].append(piece)

    def arrays(self) -> list[pa.Array]:
        """Return what was appended, one array a run; nothing can be appended from now on."""
        return [run.array() for run in self._runs] or [pa.nulls(self._leading_nulls)]

    def streams(self) -> list[Stream]:
        """Return the memory that the arrays lie in."""
        return [stream for run in self._runs for stream in run.streams]


def _run(kind: pa.DataType) -> _Run:
    if kind in _OFFSETS:
        return _Text(kind)
    if types.is_boolean(kind) or not (types.is_primitive(kind) or types.is_decimal(kind)):
        return _Run(kind)
    return _Flat(kind)


class _Run:
    """Values of one type, kept as the pieces they came in and copied together at the end."""

    def __init__(self, kind: pa.DataType) -> None:
        self.type = kind
        self.streams: tuple[Stream, ...] = ()
        self._pieces: list[pa.Array] = []

    def takes(self, piece: pa.Array) -> bool:
        return bool(piece.type == self.type)

    def append(self, piece: pa.Array) -> None:
        self._pieces.append(piece)

    def array(self) -> pa.Array:
        return pa.concat_arrays(pa.chunked_array(self._pieces, self.type).unify_dictionaries().chunks)


class _Flat(_Run):
    """Values of one width in a stream; which of them are missing is kept by pieces, a bit each."""

    def __init__(self, kind: pa.DataType, width: int = 0) -> None:
        super().__init__(kind)
        self._width = width or kind.bit_width // 8
        self._values = Stream()
        self._valid: list[pa.Array] = []
        self._nulls = 0
        self.streams = (self._values,)

    def append(self, piece: pa.Array) -> None:
        if len(piece):
            self._nulls += piece.null_count
            self._valid.append(piece.is_valid())
            self._append(piece)

    def array(self) -> pa.Array:
        valid = pa.concat_arrays(self._valid) if self._valid else pa.array([], pa.bool_())
        buffers = [valid.buffers()[1] if self._nulls else None, *(s.buffer() for s in self.streams)]
        return pa.Array.from_buffers(self.type, len(valid), buffers, self._nulls)

    def _append(self, piece: pa.Array) -> None:
        self._values.append(piece.buffers()[1].slice(piece.offset * self._width, len(piece) * self._width))


class _Text(_Flat):
    """Text or bytes: where each value ends in one stream, the characters in another."""

    def __init__(self, kind: pa.DataType) -> None:
        self._offset_type, self._most = _OFFSETS[kind]
        super().__init__(kind, self._offset_type.bit_width // 8)
        self._values.append(pa.array([0], self._offset_type).buffers()[1])
        self._characters = Stream()
        self.streams = (self._values, self._characters)

    def takes(self, piece: pa.Array) -> bool:
        return super().takes(piece) and self._characters.used + piece.nbytes <= self._most

    def _append(self, piece: pa.Array) -> None:
        _, ends, characters = piece.buffers()
        offsets = pa.Array.from_buffers(self._offset_type, len(piece) + 1, [None, ends], offset=piece.offset)
        first, last = offsets[0].as_py(), offsets[-1].as_py()
        shifted = pc.add(offsets[1:], pa.scalar(self._characters.used - first, self._offset_type))
        self._values.append(shifted.buffers()[1].slice(0, len(piece) * self._width))
        if last > first:
            self._characters.append(characters.slice(first, last - first))
