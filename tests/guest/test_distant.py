"""Dates and moments beyond Python's as text, against DuckDB's own."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyexec_guest.reader.distant import has_distant, written

DAYS = st.one_of(st.integers(-(2**31) + 2, 2**31 - 1), st.integers(-750_000, -700_000)).filter(
    lambda day: day >= -2_147_482_000 or day == -(2**31) + 1
)
MOMENTS = st.one_of(
    st.integers(-(2**62), 2**63 - 1),
    st.sampled_from([2**63 - 1, 1 - 2**63, -62_135_596_800_000_001, 0, 10, 1_000_000, 36_000_000_000]),
)


def said_by_duckdb(values: pa.Array) -> list[str | None]:
    table = pa.table({"v": values})
    found = duckdb.connect().from_arrow(table).query("t", "SELECT CAST(v AS VARCHAR) FROM t").fetchall()
    return [text for (text,) in found]


@given(st.lists(st.one_of(st.none(), DAYS), min_size=1))
def test_dates_are_written_as_duckdb_writes_them(days: list[int | None]) -> None:
    values = pa.array(days, pa.date32())

    assert written(values).to_pylist() == said_by_duckdb(values)


@given(st.lists(st.one_of(st.none(), MOMENTS), min_size=1))
def test_moments_are_written_as_duckdb_writes_them(moments: list[int | None]) -> None:
    for kind in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        values = pa.array(moments, kind)

        assert written(values).to_pylist() == said_by_duckdb(values)


@pytest.mark.parametrize(
    ("kind", "counts", "distant"),
    [
        (pa.date32(), [-719_162, 2_932_896, None], False),
        (pa.date32(), [-719_163], True),
        (pa.date32(), [2_932_897], True),
        (pa.date32(), [None], False),
        (pa.date32(), [], False),
        (pa.timestamp("us"), [-62_135_596_800_000_000, 253_402_300_799_999_999], False),
        (pa.timestamp("us", "UTC"), [253_402_300_800_000_000], True),
        (pa.timestamp("s"), [-62_135_596_801], True),
        (pa.timestamp("ns"), [2**63 - 2, 2 - 2**63], False),
        (pa.timestamp("ns"), [2**63 - 1], True),
        (pa.int64(), [2**63 - 1], False),
    ],
    ids=str,
)
def test_what_python_can_say_is_not_distant(
    kind: pa.DataType, counts: list[int | None], distant: bool
) -> None:
    assert has_distant(pa.array(counts, kind)) == distant
