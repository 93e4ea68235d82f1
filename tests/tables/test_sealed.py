from __future__ import annotations

import errno
import fcntl
import mmap
import os
from collections.abc import Callable

import pyarrow as pa
import pytest

from mcp_pyexec.tables import seal

WIDE = pa.table({"x": list(range(50_000))})


def test_sealed_memory_can_be_neither_written_nor_resized() -> None:
    sealed = seal(WIDE)
    descriptor = sealed.fileno()
    attempts: list[Callable[[], object]] = [
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

    assert refused == [errno.EPERM] * 5


def test_table_is_mapped_without_a_copy() -> None:
    sealed = seal(WIDE)
    before = pa.total_allocated_bytes()
    table = sealed.table

    assert pa.total_allocated_bytes() - before < 10_000
    assert table == WIDE


def test_column_in_many_pieces_becomes_one_that_needs_no_copy() -> None:
    column = seal(pa.concat_tables([WIDE, WIDE])).table.column("x")

    assert column.num_chunks == 1
    assert column.chunk(0).to_numpy(zero_copy_only=True).tolist() == [*range(50_000)] * 2
