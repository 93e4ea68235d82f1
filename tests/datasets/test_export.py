from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet
import pytest

from mcp_pyexec.datasets import DatasetStore, export
from mcp_pyexec.errors import RequestError

TABLE = pa.table(
    {"id": [1, None], "text": ["=1+1", 'a,"b"\nc'], "raw": [b"\xff", None], "list": [[1, 2], None]}
)


def _export(table: pa.Table, format: str) -> bytes:
    store = DatasetStore()
    data = export(store.add(table, origin="x"), format)
    store.close()
    return data


def test_csv_has_a_header_and_keeps_every_cell_as_data() -> None:
    rows = list(csv.reader(io.StringIO(_export(TABLE, "csv").decode())))

    assert rows == [["id", "text", "raw", "list"], ["1", "=1+1", "/w==", "[1, 2]"], ["", 'a,"b"\nc', "", ""]]


def test_parquet_and_arrow_hold_the_same_table() -> None:
    assert pyarrow.parquet.read_table(io.BytesIO(_export(TABLE, "parquet"))).to_pydict() == TABLE.to_pydict()
    assert pa.ipc.open_file(_export(TABLE, "arrow")).read_all() == TABLE


def test_json_is_an_array_of_objects() -> None:
    assert json.loads(_export(TABLE, "json")) == [
        {"id": 1, "text": "=1+1", "raw": "/w==", "list": [1, 2]},
        {"id": None, "text": 'a,"b"\nc', "raw": None, "list": None},
    ]


def test_unknown_format_is_told_with_the_nearest() -> None:
    with pytest.raises(RequestError, match="Did you mean 'parquet'") as refused:
        _export(TABLE, "parket")

    assert refused.value.code == "unknown-format"


@pytest.mark.parametrize("format", ["csv", "arrow", "json"])
def test_types_that_parquet_lacks_still_leave_in_other_formats(format: str) -> None:
    table = pa.table({"i": pa.array([(1, 2, 3)], pa.month_day_nano_interval()), "n": pa.nulls(1)})

    assert _export(table, format)
    with pytest.raises(RequestError) as refused:
        _export(table, "parquet")
    assert refused.value.code == "dataset-not-exportable"
