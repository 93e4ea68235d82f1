"""A DuckDB result as parts: Arrow IPC streams of plain columns, each complete in itself."""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["LongRow", "parts"]

_PART_BYTES = 4 << 20
_WHOLE = {"HUGEINT", "UHUGEINT"}


class LongRow(Exception):
    """A row that is larger than a whole result may be; its argument is its bytes."""


def parts(reader: pa.RecordBatchReader, kinds: Sequence[str], row_bytes: int) -> Iterator[list[memoryview]]:
    """Yield the rows in parts of a few MiB at most, each as the pieces of a stream; without rows, a part that has none.

    The type of a column of 128-bit integers may differ between parts.

    Args:
        kinds: DuckDB's names of the columns' types.
        row_bytes: Most of one row.

    Raises:
        LongRow: If one has more.
    """
    none = True
    for batch in chain.from_iterable(_halves(batch, row_bytes) for batch in reader):
        none = False
        yield _part(batch, kinds)
    if none:
        yield _part(
            pa.RecordBatch.from_arrays([pa.nulls(0, k) for k in reader.schema.types], schema=reader.schema),
            kinds,
        )


def _halves(batch: pa.RecordBatch, row_bytes: int) -> Iterator[pa.RecordBatch]:
    """Yield the batch in pieces that are not too large."""
    if batch.nbytes <= _PART_BYTES or batch.num_rows == 1:
        if batch.nbytes > row_bytes:
            raise LongRow(batch.nbytes)
        yield batch
        return
    middle = batch.num_rows // 2
    yield from _halves(batch.slice(0, middle), row_bytes)
    yield from _halves(batch.slice(middle), row_bytes)


def _part(batch: pa.RecordBatch, kinds: Sequence[str]) -> list[memoryview]:
    columns = [_whole(c, kind) if kind in _WHOLE else c for c, kind in zip(batch.columns, kinds, strict=True)]
    columns = [c if c.type == (target := _typed(c.type)) else c.cast(target) for c in columns]
    plain = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    pieces = _Pieces()
    with pa.PythonFile(pieces, mode="w") as sink, pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_batch(plain)
    return pieces.written


class _Pieces:
    """The file that Arrow writes to; buffers are kept as they come, without a copy."""

    closed = False

    def __init__(self) -> None:
        self.written: list[memoryview] = []

    def write(self, data: bytes | pa.Buffer) -> int:
        self.written.append(memoryview(data))
        return len(self.written[-1])

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The pieces stay."""


def _whole(values: pa.Array, kind: str) -> pa.Array:
    """Return 128-bit integers, which come as numbers of 38 digits, as int64 where all fit (as those of SUM do).

    The largest have 39 digits, and among those the unsigned ones come as negative.
    """
    exact = values.cast(pa.decimal256(39, 0))
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
