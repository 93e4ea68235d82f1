"""One line on each column, for a reader who must not see the rows."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["ColumnSummary", "summarise"]

_SAMPLE_ROWS = 10_000
_COMMON = 4
_VALUE_CHARS = 40


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """A column: Arrow type, missing values in the whole table, and a line made from its first 10,000 rows."""

    name: str
    type: str
    nulls: int
    summary: str


def summarise(table: pa.Table) -> list[ColumnSummary]:
    """Return a summary of every column, in their order."""
    sample = table.slice(0, _SAMPLE_ROWS)
    return [
        ColumnSummary(field.name, str(field.type), whole.null_count, _line(part))
        for field, whole, part in zip(table.schema, table.columns, sample.columns, strict=True)
    ]


def _line(column: pa.ChunkedArray) -> str:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind):
        bounds = pc.min_max(column)
        return f"{bounds['min']} to {bounds['max']}"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind):
        counts = sorted(pc.value_counts(column).to_pylist(), key=lambda c: -c["counts"])
        common = ", ".join(repr(str(c["values"])[:_VALUE_CHARS]) for c in counts[:_COMMON])
        return f"{len(counts)} distinct, such as {common}"
    return ""
