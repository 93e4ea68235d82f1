"""Tables out of the jail that are small as sent and large as read: refused before the host unpacks them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from jailed import run
from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Pool
from mcp_pyexec.limits import MIB
from mcp_pyexec.outcomes import HostReply
from mcp_pyexec.untrusted import read_untrusted


def stream(table: pa.Table, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def nothing_of(kind: pa.DataType, rows: int) -> bytes:
    """Return a table of rows that take no bytes."""
    array = pa.Array.from_buffers(kind, rows, [None] * kind.num_buffers)
    return stream(pa.table({"a": array}))


ZEROS = pa.table({"a": np.zeros(4_000_000, dtype="i8")})

BOMBS = {
    "zstd": stream(ZEROS, compression="zstd"),
    "lz4": stream(ZEROS, compression="lz4"),
    "zstd-in-the-old-format": stream(ZEROS, compression="zstd", metadata_version=pa.ipc.MetadataVersion.V4),
    "a-second-batch-that-is-compressed": stream(pa.table({"a": [1]}))[:-8]
    + stream(ZEROS, compression="zstd"),
    "a-column-of-nothing": nothing_of(pa.null(), 2**31 - 1),
    "lists-of-nothing": stream(
        pa.table({"a": pa.FixedSizeListArray.from_arrays(pa.nulls(2**30), 2**30)}),
    ),
    "a-dictionary": stream(pa.table({"a": pa.array(["x"] * 1000).dictionary_encode()})),
}


@pytest.mark.parametrize("technique", BOMBS)
def test_escape_by_a_table_that_unpacks_is_stopped_before_it_is_read(technique: str) -> None:
    allocated = pa.total_allocated_bytes()
    pool = pa.default_memory_pool()
    before = pool.max_memory()
    with pytest.raises(RequestError) as refused:
        read_untrusted(BOMBS[technique], byte_limit=64 * MIB)
    assert refused.value.code == "dataset-invalid"
    assert (pa.total_allocated_bytes(), pool.max_memory()) == (allocated, before)


@pytest.mark.parametrize(
    "data", [b"", b"\xff" * 64, BOMBS["zstd"][:300], b"\xff\xff\xff\xff\x10\0\0\0" + bytes(64), b"ARROW1\0\0"]
)
def test_stream_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        read_untrusted(data, byte_limit=64 * MIB)
    assert refused.value.code == "dataset-invalid"


def test_honest_table_is_read_as_it_was_written() -> None:
    table = pa.table(
        {"a": [1, None], "b": ["x", "y"], "c": [[1], []], "d": [None, None], "e": [{"k": 1.5}, None]}
    )
    assert read_untrusted(stream(table), byte_limit=MIB).equals(table)


async def test_escape_by_a_table_sent_from_the_jail_reaches_the_check(pool: Pool) -> None:
    received: list[bytes] = []

    async def save(arguments: Mapping[str, Any], data: bytes) -> HostReply:
        received.append(data)
        read_untrusted(data, byte_limit=64 * MIB)
        return HostReply("kept")

    bomb = base64.b64encode(BOMBS["zstd"]).decode()
    forge = (
        "import base64, os, pandas\nfrom pyexec_guest import frames\n"
        f"frames.to_table = lambda df: None\nframes.write_table = lambda table: base64.b64decode({bomb!r})\n"
        "save_dataset(pandas.DataFrame(), 'x')"
    )
    outcome = await run(pool, forge, host={"save_dataset": save})
    assert (outcome.status, received) == ("raised", [BOMBS["zstd"]])
    assert outcome.error is not None
    assert "it is compressed" in outcome.error["message"]
