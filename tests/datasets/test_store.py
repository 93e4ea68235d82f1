from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest

from mcp_pyexec.datasets import LOCAL, DatasetStore
from mcp_pyexec.errors import RequestError
from mcp_pyexec.limits import MIB
from mcp_pyexec.tables import seal

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
    assert (found.row_count, found.origin, found.complete, found.owner) == (3, "SELECT 1", False, LOCAL)
    assert found.size_bytes == os.fstat(found.memory.fileno()).st_size
    assert found.table == TABLE
    assert store.list() == (dataset,)


def test_sealed_table_is_kept_as_it_is() -> None:
    memory = seal(TABLE)

    assert DatasetStore().add(memory, origin="x").memory is memory


def test_equal_tables_have_equal_content_hashes() -> None:
    store = DatasetStore()
    first, same, other = (store.add(t, origin="x").content_hash() for t in (TABLE, TABLE.slice(0), WIDE))

    assert first == same
    assert len({first, other}) == 2


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
    assert second.table == WIDE


def test_table_above_the_budget_is_refused_and_evicts_nothing() -> None:
    store = DatasetStore(budget_bytes=MIB)
    kept = store.add(TABLE, origin="x")
    with pytest.raises(RequestError) as refused:
        store.add(pa.table({"x": list(range(200_000))}), origin="y")

    assert refused.value.code == "dataset-too-large"
    assert store.list() == (kept,)


def test_unknown_handle_is_told_with_the_nearest() -> None:
    store = DatasetStore()
    handle = store.add(TABLE, origin="x").handle
    with pytest.raises(RequestError, match=f"Did you mean '{handle}'") as failed:
        store.get(handle[:-1])

    assert failed.value.code == "unknown-dataset"


def test_handle_of_another_owner_is_unknown_and_never_named() -> None:
    store = DatasetStore()
    theirs = store.add(TABLE, origin="SELECT secret", owner="other")
    mine = store.add(TABLE, origin="x", owner="me")
    with pytest.raises(RequestError) as foreign:
        store.get(theirs.handle, owner="me")
    with pytest.raises(RequestError) as missing:
        store.get("ds_0", owner="me")

    assert [error.value.code for error in (foreign, missing)] == ["unknown-dataset"] * 2
    assert mine.handle in missing.value.message
    assert theirs.handle not in missing.value.message
    assert "secret" not in foreign.value.message
    assert store.list(owner="me") == (mine,)


def test_evicted_handle_of_another_owner_tells_nothing_of_its_origin() -> None:
    store = DatasetStore(budget_bytes=MIB)
    theirs = store.add(WIDE, origin="SELECT secret", owner="other")
    for _ in range(3):
        store.add(WIDE, origin="x", owner="me")
    with pytest.raises(RequestError, match="There is no dataset"):
        store.get(theirs.handle, owner="me")
    with pytest.raises(RequestError, match="SELECT secret"):
        store.get(theirs.handle, owner="other")


def test_dataset_expires_when_unused_and_says_how_to_get_it_again() -> None:
    now = [0.0]
    store = DatasetStore(idle_s=60, clock=lambda: now[0])
    used, unused = store.add(TABLE, origin="SELECT used"), store.add(TABLE, origin="SELECT unused")
    now[0] = 50
    store.get(used.handle)
    now[0] = 100
    with pytest.raises(RequestError, match=r"60 s without use\. It came from: SELECT unused") as expired:
        store.get(unused.handle)

    assert expired.value.code == "dataset-expired"
    assert store.list() == (used,)


def test_closing_gives_the_memory_back_once_nobody_holds_it() -> None:
    store = DatasetStore()
    held = store.add(TABLE, origin="x").memory
    left = os.fstat(store.add(TABLE, origin="x").memory.fileno()).st_ino
    store.close()

    assert held.table == TABLE
    assert store.list() == ()
    assert left not in _open_files()


def test_table_outlives_its_dataset_and_its_descriptor() -> None:
    table = DatasetStore().add(WIDE, origin="x").table

    assert table == WIDE


@pytest.mark.parametrize(
    "table", [TABLE, TABLE.slice(0, 0), pa.table({"e": pa.array(["a", "a"]).dictionary_encode()})]
)
def test_every_table_survives_sealing(table: pa.Table) -> None:
    assert DatasetStore().add(table, origin="x").table.to_pydict() == table.to_pydict()


def _open_files() -> set[int]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(link.stat().st_ino)
    return found


def test_table_of_a_worker_is_taken_when_it_is_plain() -> None:
    store = DatasetStore()
    nested = TABLE.append_column("l", pa.array([[1], [], None]))
    described = nested.replace_schema_metadata({"pandas": '{"index_columns": []}'})

    assert store.add_untrusted(_stream(described), origin="cell 1").table == nested


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


def test_stream_with_flipped_bytes_never_breaks_the_host() -> None:
    honest = bytearray(_stream(TABLE))
    store = DatasetStore()
    codes = set()
    for position in range(0, len(honest), 3):
        broken = bytearray(honest)
        broken[position] ^= 0xFF
        try:
            store.add_untrusted(bytes(broken), origin="x").table.validate(full=True)
        except RequestError as error:
            codes.add(error.code)
    store.close()

    assert codes == {"dataset-invalid"}
