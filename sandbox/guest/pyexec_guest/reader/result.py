"""The rows that a database engine gives: up to the ceilings, with plain types, written into memory of the host's."""

from __future__ import annotations

import contextlib
import decimal
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pyexec_guest.reader.distant import has_distant, written
from pyexec_guest.reader.table import write_table
from pyexec_guest.unique import unique_names

__all__ = ["LongRow", "Rows"]

_EXACT = pa.decimal256(39, 0)
"""Of every whole number that DuckDB has."""
_WHOLE = {"HUGEINT": pa.int64(), "UHUGEINT": _EXACT}
"""The types of 128-bit integers that most batches have."""


class LongRow(Exception):
    """A row that is larger than a whole result may be; its argument is its bytes."""


class Rows:
    """The rows of one result.

    Args:
        schema: Of the engine's batches; names may repeat.
        kinds: The engine's own names of the columns' types.
        row_limit: Most rows.
        byte_limit: Most bytes, as Arrow has them.

    Attributes:
        complete: False exactly if a ceiling cut the rows.
    """

    def __init__(self, schema: pa.Schema, kinds: Sequence[str], *, row_limit: int, byte_limit: int) -> None:
        self.complete = True
        self._kinds = kinds
        self._names = unique_names(schema.names)
        self._types = [_WHOLE.get(kind) or _typed(t) for kind, t in zip(kinds, schema.types, strict=True)]
        self._batches: list[pa.RecordBatch] = []
        self._row_limit, self._byte_limit = row_limit, byte_limit
        self._rows = self._bytes = 0

    def add(self, batch: pa.RecordBatch) -> bool:
        """Keep what fits of the batch and return whether more may come.

        Raises:
            LongRow: If the first row that does not fit has more bytes than all may have.
        """
        kept = self._plain(batch.slice(0, self._row_limit - self._rows))
        while kept.num_rows and self._bytes + kept.nbytes > self._byte_limit:
            kept = kept.slice(0, kept.num_rows // 2)
        self.complete = kept.num_rows == batch.num_rows
        if not self.complete and (size := batch.slice(kept.num_rows, 1).nbytes) > self._byte_limit:
            raise LongRow(size)
        self._rows += kept.num_rows
        self._bytes += kept.nbytes
        if kept.num_rows:
            self._batches.append(kept)
        return self.complete

    def retype_empty_columns(self, kind: pa.DataType) -> None:
        """Give the columns that have no value this type."""
        for index, name in enumerate(self._names):
            if all(batch.column(index).null_count == batch.num_rows for batch in self._batches):
                self._types[index] = kind
                self._batches = [b.set_column(index, name, pa.nulls(b.num_rows, kind)) for b in self._batches]

    def write(self, memory: int) -> int:
        """Write the rows as one Arrow IPC file and return its bytes; there are none left afterwards.

        Args:
            memory: Its descriptor; of a fixed size.

        Raises:
            TooSmall: If the memory cannot hold them.
        """
        for index in range(len(self._types)):
            self._settle(index)
            if any(has_distant(batch.column(index)) for batch in self._batches):
                texts = [written(batch.column(index)) for batch in self._batches]
                self._replace(index, pa.chunked_array(texts))
        schema = pa.schema(zip(self._names, self._types, strict=True))
        self._batches = [pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in self._batches]
        return write_table(memory, schema, self._batches)

    def _plain(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = []
        for column, kind, target in zip(batch.columns, self._kinds, self._types, strict=True):
            if kind in _WHOLE:
                columns.append(_whole(column, kind))
            else:
                columns.append(column if column.type == target else column.cast(target))
        return pa.RecordBatch.from_arrays(columns, names=self._names)

    def _settle(self, index: int) -> None:
        """Give 128-bit integers, some of which did not fit into 64 bits, the narrowest type that has them all."""
        if {self._types[index], *(batch.column(index).type for batch in self._batches)}.isdisjoint({_EXACT}):
            return
        exact = pa.chunked_array([batch.column(index).cast(_EXACT) for batch in self._batches], _EXACT)
        with contextlib.suppress(pa.ArrowInvalid):  # the largest have 39 digits
            exact = exact.cast(pa.decimal128(38, 0))
        self._replace(index, exact)

    def _replace(self, index: int, column: pa.ChunkedArray) -> None:
        """Put this in the place of a column, a chunk for each batch."""
        self._types[index] = column.type
        self._batches = [
            batch.set_column(index, self._names[index], piece)
            for batch, piece in zip(self._batches, column.chunks, strict=True)
        ]


def _whole(values: pa.Array, kind: str) -> pa.Array:
    """Return 128-bit integers, which come as numbers of 38 digits, as int64 where all fit (as those of SUM do).

    The largest have 39 digits, and among those the unsigned ones come as negative.
    """
    exact = values.cast(_EXACT)
    bounds = pc.min_max(exact).as_py()
    low, high = bounds["min"] or 0, bounds["max"] or 0
    if kind == "HUGEINT":
        return exact.cast(pa.int64()) if low >= -(2**63) and high < 2**63 else exact
    if low < 0:
        wrapped = pc.add(exact, pa.scalar(decimal.Decimal(2**128), exact.type)).cast(exact.type)
        return pc.if_else(pc.less(exact, pa.scalar(decimal.Decimal(0), exact.type)), wrapped, exact)
    return exact


def _typed(kind: pa.DataType, inside: bool = False) -> pa.DataType:
    """Return the type with text inside lists and structs in the place of enumerations, and of nothing as in `[]`."""
    if inside and (pa.types.is_null(kind) or pa.types.is_dictionary(kind)):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_typed(kind.value_type, True)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_typed(field.type, True)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(_typed(kind.key_type, True), _typed(kind.item_type, True))
    return kind
