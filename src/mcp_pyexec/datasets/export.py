"""A whole dataset in a file format.

CSV cells that start with `=`, `+`, `-` or `@` are written as they are: they are data, and a spreadsheet that runs
them is the reader's to configure. Nested, binary and interval columns are JSON text in CSV.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from pyarrow import types

from mcp_pyexec.datasets.store import Dataset
from mcp_pyexec.datasets.values import json_value
from mcp_pyexec.errors import RequestError, nearest

__all__ = ["FORMATS", "export"]

FORMATS = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "json": "application/json",
}
"""MIME type by format."""


def export(dataset: Dataset, format: str) -> bytes:
    """Return all rows as `csv` (with a header), `parquet`, `arrow` (IPC file) or `json` (an array of objects).

    Raises:
        RequestError: `unknown-format`, or `dataset-not-exportable` for types that Parquet does not know.
    """
    writers: dict[str, Callable[[pa.Table], bytes]] = {
        "csv": _csv,
        "parquet": _parquet,
        "arrow": _arrow,
        "json": _json,
    }
    if format not in writers:
        raise RequestError("unknown-format", f"There is no format {format!r}.{nearest(format, FORMATS)}")
    return writers[format](dataset.table)


def _csv(table: pa.Table) -> bytes:
    columns = [_flat(column) for column in table.columns]
    sink = io.BytesIO()
    pyarrow.csv.write_csv(pa.table(columns, names=table.column_names), sink)
    return sink.getvalue()


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


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    try:
        pyarrow.parquet.write_table(table, sink)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise RequestError(
            "dataset-not-exportable",
            f"Parquet cannot hold this table: {error}. Take the arrow or json format.",
        ) from None
    return sink.getvalue()


def _arrow(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _json(table: pa.Table) -> bytes:
    columns = [[json_value(scalar) for scalar in column] for column in table.columns]
    rows = [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]
    return json.dumps(rows, ensure_ascii=False, allow_nan=False).encode()
