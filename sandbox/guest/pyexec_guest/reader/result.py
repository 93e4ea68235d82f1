"""A DuckDB result as one plain Arrow table, cut at the ceilings and written once."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["collect", "plain", "write"]

_WHOLE = {"HUGEINT", "UHUGEINT"}


def collect(
    batches: Iterable[pa.RecordBatch], row_limit: int, byte_limit: int
) -> tuple[list[pa.RecordBatch], bool]:
    """Return what fits under the ceilings, and whether that is everything."""
    kept: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        part = batch.slice(0, row_limit - rows)
        while part.num_rows and size + part.nbytes > byte_limit:
            part = part.slice(0, part.num_rows // 2)
        kept.append(part)
        if part.num_rows < batch.num_rows:
            return kept, False
        rows, size = rows + part.num_rows, size + part.nbytes
    return kept, True


def plain(table: pa.Table, kinds: Sequence[str]) -> pa.Table:
    """Return the table with unique names and types that the host takes, each column in one piece.

    Args:
        kinds: DuckDB's names of the columns' types.
    """
    columns = [_whole(c, kind) if kind in _WHOLE else c for c, kind in zip(table.columns, kinds, strict=True)]
    columns = [c if c.type == (target := _typed(c.type)) else c.cast(target) for c in columns]
    named = pa.table(columns, names=_unique(table.column_names))
    return named.unify_dictionaries().combine_chunks()


def write(table: pa.Table, sink: BinaryIO) -> None:
    """Write the table as an Arrow IPC file."""
    with pa.PythonFile(sink, mode="w") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _whole(values: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    """Return 128-bit integers, which come as numbers of 38 digits, as int64 where all fit (as those of SUM do).

    The largest have 39 digits, and among those the unsigned ones come as negative.
    """
    exact = values.cast(pa.decimal256(39, 0))
    bounds = pc.min_max(exact).as_py()
    low, high = bounds["min"] or 0, bounds["max"] or 0
    if kind == "HUGEINT":
        return exact.cast(pa.int64()) if low >= -(2**63) and high < 2**63 else _decimal(exact, low, high)
    if low < 0:
        wrapped = pc.add(exact, pa.scalar(decimal.Decimal(2**128), exact.type)).cast(exact.type)
        return pc.if_else(pc.less(exact, pa.scalar(decimal.Decimal(0), exact.type)), wrapped, exact)
    return _decimal(exact, low, high)


def _decimal(exact: pa.ChunkedArray, low: Any, high: Any) -> pa.ChunkedArray:
    return exact.cast(pa.decimal128(38, 0)) if low > -(10**38) and high < 10**38 else exact


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


def _unique(names: Iterable[str]) -> list[str]:
    """Return the names with `_2`, `_3`, … behind the second and later use of one."""
    taken: dict[str, None] = {}
    for name in names:
        candidate, number = name, 2
        while candidate in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken[candidate] = None
    return list(taken)
