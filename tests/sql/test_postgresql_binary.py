"""Bytes of a server that lies: they are refused or are values, and never reach beyond themselves."""

from __future__ import annotations

import struct
from contextlib import suppress

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.postgresql_binary import Unfit, decode
from mcp_pyexec.sql.postgresql_types import Kind

KINDS = [Kind("int4"), Kind("text"), Kind("numeric", 9, 2), Kind("timestamptz"), Kind("bytea")]
VALUES = [
    struct.pack(">i", 7),
    "é".encode(),
    struct.pack(">hhHhhh", 2, 0, 0, 2, 1, 2500),
    struct.pack(">q", 0),
    b"\xff",
]
ROW = struct.pack(">h", len(VALUES)) + b"".join(struct.pack(">i", len(v)) + v for v in VALUES)
EMPTY = struct.pack(">h", len(VALUES)) + struct.pack(">i", -1) * len(VALUES)


def test_rows_are_read_column_by_column() -> None:
    columns = decode(ROW + EMPTY + ROW, [len(ROW), len(EMPTY), len(ROW)], KINDS)

    assert [str(column[0]) for column in columns] == [
        "7",
        "é",
        "1.25",
        "2000-01-01 00:00:00+00:00",
        "b'\\xff'",
    ]
    assert [column.is_valid().to_pylist() for column in columns] == [[True, False, True]] * 5


@pytest.mark.parametrize("length", [2**31 - 1, 5, 0, -1])
def test_length_that_leads_elsewhere_is_refused(length: int) -> None:
    lying = ROW[:-5] + struct.pack(">i", length) + ROW[-1:]

    with pytest.raises(RequestError, match="not in the form"):
        decode(lying, [len(lying)], KINDS)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 3 * len(ROW) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_rows_with_wrong_bytes_are_refused_or_valid(changes: list[tuple[int, int]]) -> None:
    data = bytearray(ROW * 3)
    for place, byte in changes:
        data[place] = byte
    columns: list[pa.Array] = []
    with suppress(RequestError, Unfit):
        columns = decode(bytes(data), [len(ROW)] * 3, KINDS)

    for column in columns:
        if not pa.types.is_decimal(
            column.type
        ):  # digits beyond what the column declares are the server's lie
            column.validate(full=True)
