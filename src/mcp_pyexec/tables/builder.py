"""A sealed table out of record batches: while it grows it exists once, and while it is written it moves.

Each batch is copied into columns that grow in place; at the end one column after the other goes into the sealed
memory and its own is given back behind the writing. So a table of N bytes takes little more than N at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa
from pyarrow import types

from mcp_pyexec.tables.columns import Column, Stream
from mcp_pyexec.tables.sealed import SealedTable, write_sealed

__all__ = ["Settle", "TableBuilder"]

_PENDING_BYTES = 1024 * 1024
_LONGEST = 2**31 - 1

Settle = Callable[[int, Sequence[pa.Array]], pa.ChunkedArray]
"""Makes one column of its pieces, which may differ in type; without rows there are none."""


class TableBuilder:
    """A table under construction.

    Args:
        names: Of the columns; unique.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._columns: list[Column] = []
        self._pending: list[pa.RecordBatch] = []
        self._pending_bytes = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows. The types of a batch may differ from those of the one before."""
        self._pending.append(batch)
        self._pending_bytes += batch.nbytes
        if self._pending_bytes > _PENDING_BYTES:
            self._move()

    def finish(self, settle: Settle) -> SealedTable:
        """Return all rows; nothing can be added from now on."""
        if self._columns:
            self._move()
        behind: dict[int, Stream] = {}
        settled = [self._settled(index, settle, behind) for index in range(len(self._names))]
        batch = pa.RecordBatch.from_arrays(settled, names=self._names)
        batches = [batch] if batch.num_rows else []

        def written(buffer: pa.Buffer, size: int) -> None:
            if buffer.address in behind:
                behind[buffer.address].give_back(size)

        return write_sealed(batch.schema, batches, "dataset", written)

    def _move(self) -> None:
        """Move the pending batches into the columns."""
        self._columns = self._columns or [Column() for _ in self._names]
        for index, column in enumerate(self._columns):
            for piece in _joined([batch.column(index) for batch in self._pending]):
                column.append(piece)
        self._pending, self._pending_bytes = [], 0

    def _settled(self, index: int, settle: Settle, behind: dict[int, Stream]) -> pa.Array:
        """One column in one piece; its streams stay, in `behind`, only if the column lies in them."""
        if not self._columns:
            return _one(settle(index, [batch.column(index) for batch in self._pending]))
        column, self._columns[index] = self._columns[index], Column()
        whole = _one(settle(index, column.arrays()))
        used = {buffer.address for buffer in whole.buffers() if buffer is not None}
        behind.update({s.buffer().address: s for s in column.streams() if s.buffer().address in used})
        return whole


def _joined(pieces: Sequence[pa.Array]) -> list[pa.Array]:
    """Return one array where all have one type that can be joined."""
    kinds = {piece.type for piece in pieces}
    simple = (
        len(kinds) == 1
        and not types.is_nested(kinds.copy().pop())
        and not types.is_dictionary(pieces[0].type)
    )
    return [pa.concat_arrays(pieces)] if simple and len(pieces) > 1 else list(pieces)


def _one(values: pa.ChunkedArray) -> pa.Array:
    """Return the column in one piece; text beyond what 32-bit offsets reach gets 64-bit ones."""
    if values.num_chunks == 1:
        return values.chunk(0)
    wider = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}.get(values.type)
    if wider is not None and values.nbytes > _LONGEST:
        values = values.cast(wider)
    return (
        pa.concat_arrays(values.unify_dictionaries().chunks)
        if values.num_chunks
        else pa.nulls(0, values.type)
    )
