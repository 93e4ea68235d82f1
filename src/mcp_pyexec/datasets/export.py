"""A whole dataset in a file format, as long as it is not too long for one message.

Rows are written by pieces, so that a dataset beyond the bound costs no more than the bound.

CSV cells that start with `=`, `+`, `-` or `@` are written as they are: they are data, and a spreadsheet that runs
them is the reader's to configure. Nested, binary and interval columns are JSON text in CSV.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from pyarrow import types

from mcp_pyexec.datasets.store import Dataset
from mcp_pyexec.datasets.values import json_value
from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.limits import MIB

__all__ = ["FORMATS", "export"]

FORMATS = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "json": "application/json",
    "info": "application/json",
}
"""MIME type by format."""

_PIECE_ROWS = 10_000


def export(dataset: Dataset, format: str, most_bytes: int = 32 * MIB) -> bytes:
    """Return all rows as `csv` (with a header), `parquet`, `arrow` (IPC file) or `json` (an array of objects).

    `info` is not the rows but what is known of them, with the hash of their sealed bytes.

    Raises:
        RequestError: `unknown-format`, `dataset-too-large-to-read` beyond `most_bytes`, or `dataset-not-exportable`
            for types that Parquet does not know.
    """
    writers: dict[str, Callable[[Dataset, io.BytesIO], None]] = {
        "csv": _csv,
        "parquet": _parquet,
        "arrow": _arrow,
        "json": _json,
        "info": _info,
    }
    if format not in writers:
        raise RequestError("unknown-format", f"There is no format {format!r}.{nearest(format, FORMATS)}")
    sink = _Bounded(format, most_bytes)
    writers[format](dataset, sink)
    return sink.getvalue()


class _Bounded(io.BytesIO):
    """Bytes up to a bound."""

    def __init__(self, format: str, most_bytes: int) -> None:
        super().__init__()
        self._format, self._most = format, most_bytes

    def write(self, data: bytes) -> int:  # type: ignore[override]  # Arrow and we give bytes only
        if self.tell() + len(data) > self._most:
            raise RequestError(
                "dataset-too-large-to-read",
                f"As {self._format} this dataset has more than the {self._most // MIB} MiB that one message may have. "
                "Page through it with read_dataset, select less with SQL, or let execute_code work on it where it is.",
            )
        return super().write(data)


def _csv(dataset: Dataset, sink: io.BytesIO) -> None:
    pieces = iter(_pieces(dataset.table))
    first = _flat_piece(next(pieces))
    with pyarrow.csv.CSVWriter(sink, first.schema) as writer:
        writer.write_table(first)
        for piece in pieces:
            writer.write_table(_flat_piece(piece))


def _pieces(table: pa.Table) -> list[pa.Table]:
    """Return the rows by pieces, at least one."""
    return [table.slice(start, _PIECE_ROWS) for start in range(0, max(1, table.num_rows), _PIECE_ROWS)]


def _flat_piece(piece: pa.Table) -> pa.Table:
    return pa.table([_flat(column) for column in piece.columns], names=piece.column_names)


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if types.is_dictionary(kind):
        return column.cast(kind.value_type)
    if types.is_nested(kind) or types.is_interval(kind) or types.is_duration(kind) or _is_bytes(kind):
        texts = [_cell(json_value(scalar)) for scalar in column]
        return pa.chunked_array([pa.array(texts, pa.large_string())])
    return column


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _cell(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parquet(dataset: Dataset, sink: io.BytesIO) -> None:
    try:
        pyarrow.parquet.write_table(dataset.table, sink, row_group_size=_PIECE_ROWS * 10)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise RequestError(
            "dataset-not-exportable",
            f"Parquet cannot hold this table: {error}. Take the arrow or json format.",
        ) from None


def _arrow(dataset: Dataset, sink: io.BytesIO) -> None:
    at = 0
    while at < dataset.size_bytes:
        at += sink.write(os.pread(dataset.memory.fileno(), MIB, at))


def _json(dataset: Dataset, sink: io.BytesIO) -> None:
    before = b"["
    for piece in _pieces(dataset.table):
        columns = [[json_value(scalar) for scalar in column] for column in piece.columns]
        for row in zip(*columns, strict=True):
            named = dict(zip(piece.column_names, row, strict=True))
            sink.write(before + json.dumps(named, ensure_ascii=False, allow_nan=False).encode())
            before = b", "
    sink.write(b"]" if before == b", " else b"[]")


def _info(dataset: Dataset, sink: io.BytesIO) -> None:
    columns = zip(dataset.table.schema, dataset.table.columns, strict=True)
    known = {
        "dataset": dataset.handle,
        "origin": dataset.origin,
        "row_count": dataset.row_count,
        "complete": dataset.complete,
        "bytes": dataset.size_bytes,
        "sha256": dataset.content_hash(),
        "columns": [{"name": f.name, "type": str(f.type), "nulls": c.null_count} for f, c in columns],
    }
    sink.write(json.dumps(known, ensure_ascii=False).encode())
