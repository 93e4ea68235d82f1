from __future__ import annotations

import errno
import fcntl
import io
import mmap
import os

import pyarrow as pa
import pytest

from mcp_pyexec.datasets import DatasetStore, map_table, seal
from mcp_pyexec.errors import RequestError
from mcp_pyexec.limits import MIB

TABLE = pa.table({"id": [1, 2, None], "name": ["a", "b", "c"]})
WIDE = pa.table({"x": list(range(50_000))})


def _stream(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def test_dataset_gives_back_the_table_and_what_is_known_of_it() -> None:
    store = DatasetStore()
    dataset = store.add(TABLE, origin="SELECT 1", complete=False)
    found = store.get(dataset.handle)

    assert found is dataset
    assert found.handle.startswith("ds_")
    assert (found.row_count, found.origin, found.complete, found.schema) == (
        3,
        "SELECT 1",
        False,
        TABLE.schema,
    )
    assert found.size_bytes == os.fstat(found.fd).st_size
    assert found.table() == TABLE
    assert store.list() == (dataset,)
    store.close()


def test_sealed_memory_can_be_neither_written_nor_resized() -> None:
    descriptor = seal(TABLE)
    attempts = [
        lambda: os.pwrite(descriptor, b"x", 0),
        lambda: os.ftruncate(descriptor, 0),
        lambda: os.ftruncate(descriptor, 1 << 20),
        lambda: mmap.mmap(descriptor, 0, prot=mmap.PROT_READ | mmap.PROT_WRITE),
        lambda: fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE),
    ]
    refused = []
    for attempt in attempts:
        with pytest.raises(OSError) as failed:
            attempt()
        refused.append(failed.value.errno)
    os.close(descriptor)

    assert refused == [errno.EPERM] * 5


def test_table_is_mapped_without_a_copy() -> None:
    descriptor = seal(WIDE)
    before = pa.total_allocated_bytes()
    table = map_table(descriptor)
    os.close(descriptor)

    assert pa.total_allocated_bytes() - before < 10_000
    assert table == WIDE


def test_column_in_many_pieces_becomes_one_that_needs_no_copy() -> None:
    store = DatasetStore()
    column = store.add(pa.concat_tables([WIDE, WIDE]), origin="x").table().column("x")

    assert column.num_chunks == 1
    assert column.chunk(0).to_numpy(zero_copy_only=True).tolist() == [*range(50_000)] * 2
    store.close()


def test_least_recently_used_dataset_makes_room_and_says_how_to_get_it_again() -> None:
    store = DatasetStore(budget_bytes=MIB)
    first = store.add(WIDE, origin="SELECT x FROM first")
    second = store.add(WIDE, origin="SELECT x FROM second")
    store.get(first.handle)
    third = store.add(WIDE, origin="SELECT x FROM third")
    with pytest.raises(RequestError, match="SELECT x FROM second") as evicted:
        store.get(second.handle)

    assert evicted.value.code == "dataset-evicted"
    assert store.list() == (first, third)
    assert second.table() == WIDE
    store.close()


def test_table_above_the_budget_is_refused_and_evicts_nothing() -> None:
    store = DatasetStore(budget_bytes=MIB)
    kept = store.add(TABLE, origin="x")
    with pytest.raises(RequestError) as refused:
        store.add(pa.table({"x": list(range(200_000))}), origin="y")

    assert refused.value.code == "dataset-too-large"
    assert store.list() == (kept,)
    store.close()


def test_unknown_handle_is_told_with_the_nearest() -> None:
    store = DatasetStore()
    handle = store.add(TABLE, origin="x").handle
    with pytest.raises(RequestError, match=f"Did you mean '{handle}'") as failed:
        store.get(handle[:-1])

    assert failed.value.code == "unknown-dataset"
    store.close()


def test_closing_closes_every_descriptor() -> None:
    store = DatasetStore()
    descriptor = store.add(TABLE, origin="x").fd
    store.close()

    with pytest.raises(OSError):
        os.fstat(descriptor)
    assert store.list() == ()


@pytest.mark.parametrize(
    "table", [TABLE, TABLE.slice(0, 0), pa.table({"e": pa.array(["a", "a"]).dictionary_encode()})]
)
def test_every_table_survives_sealing(table: pa.Table) -> None:
    store = DatasetStore()

    assert store.add(table, origin="x").table().to_pydict() == table.to_pydict()
    store.close()


def test_table_of_a_worker_is_taken_when_it_is_plain() -> None:
    store = DatasetStore()
    nested = TABLE.append_column("l", pa.array([[1], [], None]))
    described = nested.replace_schema_metadata({"pandas": '{"index_columns": []}'})

    assert store.add_untrusted(_stream(described), origin="cell 1").table() == nested
    store.close()


def _hostile() -> dict[str, bytes]:
    honest = _stream(WIDE)
    extension = pa.field(
        "x", pa.int64(), metadata={"ARROW:extension:name": "evil", "ARROW:extension:metadata": "x"}
    )
    text = pa.StringArray.from_buffers(
        3, pa.py_buffer(b"\0\0\0\0\xff\xff\xff\x7f\x01\0\0\0\x02\0\0\0"), pa.py_buffer(b"abc")
    )
    invalid = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\x02\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    )
    return {
        "empty": b"",
        "no arrow": b"hello world" * 10,
        "cut": honest[: len(honest) // 2],
        "cut in the schema": honest[:40],
        "file instead of stream": b"ARROW1\0\0" + honest,
        "too large": _stream(pa.table({"x": list(range(200_000))})),
        "dictionary": _stream(pa.table({"x": pa.array(["a"]).dictionary_encode()})),
        "extension": _stream(pa.table([pa.array([1])], schema=pa.schema([extension]))),
        "uuid": _stream(pa.table({"x": pa.array([bytes(16)], pa.uuid())})),
        "union": _stream(
            pa.table({"x": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])})
        ),
        "offsets outside": _stream(pa.table({"x": text})),
        "no utf-8": _stream(pa.table({"x": invalid})),
        "same name twice": _stream(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])),
    }


@pytest.mark.parametrize("kind", sorted(_hostile()))
def test_hostile_table_of_a_worker_is_refused(kind: str) -> None:
    store = DatasetStore(dataset_bytes=MIB)
    with pytest.raises(RequestError) as refused:
        store.add_untrusted(_hostile()[kind], origin="cell 1")

    assert refused.value.code == "dataset-invalid"
    assert store.list() == ()
    store.close()


def test_stream_with_flipped_bytes_never_breaks_the_host() -> None:
    honest = bytearray(_stream(TABLE))
    store = DatasetStore()
    codes = set()
    for position in range(0, len(honest), 3):
        broken = bytearray(honest)
        broken[position] ^= 0xFF
        try:
            store.add_untrusted(bytes(broken), origin="x").table().validate(full=True)
        except RequestError as error:
            codes.add(error.code)
    store.close()

    assert codes == {"dataset-invalid"}
