from __future__ import annotations

import datetime
import decimal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_pyexec.tables import SealedTable, TableBuilder

BIG = 3 * 1024 * 1024
"""More than a builder leaves where it is."""

TYPES: dict[pa.DataType, list[Any]] = {
    pa.bool_(): [True, False, None],
    pa.int8(): [1, None, -128],
    pa.uint64(): [2**64 - 1, None],
    pa.float32(): [0.5, None],
    pa.float64(): [float("inf"), None, 1.5],
    pa.decimal128(20, 3): [decimal.Decimal("1.125"), None],
    pa.decimal256(50, 3): [decimal.Decimal("1.125"), None],
    pa.date32(): [datetime.date(2024, 1, 2), None],
    pa.timestamp("us", tz="UTC"): [datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC), None],
    pa.time64("us"): [datetime.time(1, 2, 3), None],
    pa.month_day_nano_interval(): [pa.MonthDayNano([1, 2, 3]), None],
    pa.string(): ["", None, "é" * 3],
    pa.large_string(): ["", None, "é" * 3],
    pa.binary(): [b"", None, b"\x00\xff"],
    pa.binary(2): [b"ab", None],
    pa.list_(pa.string()): [[], None, ["a", None]],
    pa.struct([("a", pa.int64())]): [{"a": 1}, None],
    pa.dictionary(pa.int32(), pa.string()): ["a", None, "b"],
    pa.null(): [None],
}


def _joined(_: int, pieces: Any) -> pa.ChunkedArray:
    return pa.chunked_array(pieces)


def _built(batches: list[pa.RecordBatch], filler: bool) -> SealedTable:
    """The batches through a builder, with so much besides that it has to move them, or not."""
    builder = TableBuilder(["x", "filler"])
    for batch in batches:
        size = BIG // batch.num_rows + 1 if filler and batch.num_rows else 0
        beside = pa.array([b"x" * size] * batch.num_rows, pa.binary())
        builder.add(pa.RecordBatch.from_arrays([batch.column(0), beside], names=["x", "filler"]))
    return builder.finish(_joined)


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("kind", list(TYPES), ids=str)
def test_every_type_arrives_as_it_was(kind: pa.DataType, moved: bool) -> None:
    whole = pa.array(TYPES[kind] * 7, kind)
    pieces = [whole.slice(0, 5), whole.slice(5, 0), whole.slice(5, 1), whole.slice(6)]
    batches = [pa.RecordBatch.from_arrays([piece], names=["x"]) for piece in pieces]
    column = _built(batches, moved).table.column("x")

    column.validate(full=True)
    assert (column.type, column.num_chunks) == (kind, 1)
    assert column.to_pylist() == whole.to_pylist()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.text(max_size=5)), max_size=40), min_size=1, max_size=8),
    st.integers(0, 5),
)
def test_text_in_any_pieces_is_joined(pieces: list[list[str | None]], skipped: int) -> None:
    sliced = [pa.array(["…"] * skipped + piece, pa.string()).slice(skipped) for piece in pieces]
    batches = [pa.RecordBatch.from_arrays([piece], names=["x"]) for piece in sliced]
    rows = [value for piece in pieces for value in piece]

    assert _built(batches, True).table.column("x").to_pylist() == rows


def test_missing_values_of_no_type_take_that_of_their_neighbours() -> None:
    pieces = [pa.nulls(2), pa.array([1, None]), pa.nulls(1), pa.array([2])]
    batches = [pa.RecordBatch.from_arrays([piece], names=["x"]) for piece in pieces]

    assert _built(batches, True).table.column("x") == pa.chunked_array([[None, None, 1, None, None, 2]])


def test_column_that_changes_its_type_is_settled_over_all_of_its_rows() -> None:
    builder = TableBuilder(["x"])
    rows = BIG // 8
    for piece in (pa.array(range(rows)), pa.array(["a"] * rows), pa.array(range(rows))):
        builder.add(pa.RecordBatch.from_arrays([piece], names=["x"]))
    table = builder.finish(lambda _, pieces: pa.chunked_array([p.cast(pa.string()) for p in pieces])).table

    assert table.column("x").num_chunks == 1
    assert table.column("x").to_pylist() == [*map(str, range(rows)), *["a"] * rows, *map(str, range(rows))]


def test_result_without_batches_has_the_types_that_settle_gives() -> None:
    table = TableBuilder(["x"]).finish(lambda _, pieces: pa.chunked_array(pieces, pa.date32())).table

    assert table.schema == pa.schema([("x", pa.date32())])
    assert table.num_rows == 0


def test_result_takes_little_more_memory_than_its_bytes_at_any_time() -> None:
    """In a process of its own, so that nothing else is measured."""
    child = subprocess.run(
        [sys.executable, Path(__file__).with_name("memory.py")], capture_output=True, check=True
    )
    grown, size = map(int, child.stdout.split())

    assert size > 150_000_000
    assert grown < 1.25 * size
