"""Batches of a database engine as one table in lent memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyexec_guest.reader.table import TooSmall, write_table
from tables.test_builder import TYPES


@pytest.fixture
def memory() -> Iterator[int]:
    descriptor = _memory(1 << 20)
    yield descriptor
    os.close(descriptor)


def _memory(size: int) -> int:
    descriptor = os.memfd_create("lent")
    os.ftruncate(descriptor, size)
    return descriptor


def _read(memory: int, size: int) -> pa.Table:
    table = pa.ipc.open_file(pa.BufferReader(os.pread(memory, size, 0))).read_all()
    table.validate(full=True)
    return table


@pytest.mark.parametrize("kind", list(TYPES), ids=str)
def test_every_type_arrives_as_it_was(kind: pa.DataType, memory: int) -> None:
    whole = pa.array(TYPES[kind] * 7, kind)
    columns = [whole, whole.slice(0, len(whole))]
    batches = [
        pa.RecordBatch.from_arrays([column.slice(at, rows) for column in columns], names=["x", "y"])
        for at, rows in ((0, 5), (5, 1), (6, len(whole) - 6))
    ]
    table = _read(memory, write_table(memory, batches[0].schema, batches))

    assert table.schema.types == [kind, kind]
    assert [column.to_pylist() for column in table.columns] == [whole.to_pylist()] * 2
    assert batches == []


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.text(max_size=5)), min_size=1, max_size=40), min_size=1, max_size=8
    ),
    st.integers(0, 5),
)
def test_text_in_any_pieces_is_joined(pieces: list[list[str | None]], skipped: int) -> None:
    memory = _memory(1 << 20)
    sliced: list[Any] = [pa.array(["…"] * skipped + piece, pa.string()).slice(skipped) for piece in pieces]
    batches = [pa.RecordBatch.from_arrays([piece], names=["x"]) for piece in sliced]
    table = _read(memory, write_table(memory, batches[0].schema, batches))
    os.close(memory)

    assert table.column("x").to_pylist() == [value for piece in pieces for value in piece]
    assert table.column("x").num_chunks == 1


def test_table_without_rows_keeps_its_types(memory: int) -> None:
    schema = pa.schema(list(zip("abcdefghijklmnopqrstuvwxyz", TYPES, strict=False)))

    assert _read(memory, write_table(memory, schema, [])).schema == schema


@pytest.mark.parametrize(
    "column", [pa.array(range(1000)), pa.array(["x" * 100] * 100), pa.array([True] * 90_000)]
)
def test_table_that_does_not_fit_is_refused(column: pa.Array) -> None:
    memory = _memory(4096)
    batch = pa.RecordBatch.from_arrays([column], names=["x"])
    with pytest.raises(TooSmall):
        write_table(memory, batch.schema, [batch])
    os.close(memory)
