from __future__ import annotations

import datetime
import decimal
import json
from typing import Any

import pyarrow as pa
import pytest

from mcp_pyexec.datasets import Column, Preview, preview
from mcp_pyexec.errors import RequestError

TABLE = pa.table({"id": [1, 2, 3], "name": ["a", None, "c"]})


def test_page_has_rows_columns_and_where_the_next_one_starts() -> None:
    assert preview(TABLE, offset=1, limit=1) == Preview(
        columns=(Column("id", "int64", 0), Column("name", "string", 1)),
        rows=[[2, None]],
        next_offset=2,
        row_count=3,
    )


def test_last_page_and_a_page_beyond_have_no_next() -> None:
    assert preview(TABLE, offset=2).next_offset is None
    assert preview(TABLE, offset=9) == Preview(preview(TABLE).columns, [], None, 3)
    assert preview(TABLE, limit=0).rows == []


def test_columns_come_in_the_order_asked_for() -> None:
    assert preview(TABLE, limit=1, columns=["name", "id"]).rows == [["a", 1]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"offset": -1}, "bad-range"),
        ({"limit": -1}, "bad-range"),
        ({"columns": ["nam"]}, "unknown-column"),
    ],
)
def test_wrong_page_is_refused(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as refused:
        preview(TABLE, **arguments)

    assert refused.value.code == code


MOMENT = datetime.datetime(2024, 7, 1, 12, 0, 0, 250_000)


@pytest.mark.parametrize(
    ("array", "shown"),
    [
        (pa.array([2**53, 2**53 + 1, -(2**63)]), [2**53, "9007199254740993", "-9223372036854775808"]),
        (
            pa.array([1.5, float("nan"), float("inf"), float("-inf"), None]),
            [1.5, "NaN", "Infinity", "-Infinity", None],
        ),
        (
            pa.array([decimal.Decimal("1.10"), decimal.Decimal("1E+3")], pa.decimal128(20, 2)),
            ["1.10", "1000.00"],
        ),
        (pa.array([MOMENT]), ["2024-07-01T12:00:00.25"]),
        (pa.array([MOMENT], pa.timestamp("us", tz="Europe/Berlin")), ["2024-07-01T14:00:00.25+02:00"]),
        (pa.array([1_700_000_000_123_456_789], pa.timestamp("ns")), ["2023-11-14T22:13:20.123456789"]),
        (pa.array([-1], pa.timestamp("ms")), ["1969-12-31T23:59:59.999"]),
        (pa.array([2**62], pa.timestamp("s")), ["4611686018427387904 s since 1970-01-01"]),
        (pa.array([2**62], pa.timestamp("s", tz="UTC")), ["4611686018427387904 s since 1970-01-01"]),
        (pa.array([datetime.date(2024, 1, 2)]), ["2024-01-02"]),
        (
            pa.array([6_585_000, -800_000, 10**8, 2**31 - 1, 1 - 2**31], pa.date32()),
            ["19999-02-13", "-0221-09-04", "100000000 day since 1970-01-01", "infinity", "-infinity"],
        ),
        (pa.array([568_944_000_000_000], pa.date64()), ["19999-02-13"]),
        (
            pa.array([568_971_820_800_000_001, 2**63 - 1, 1 - 2**63], pa.timestamp("us")),
            ["20000-01-01T00:00:00.000001", "infinity", "-infinity"],
        ),
        (pa.array([568_971_820_800], pa.timestamp("s", tz="Asia/Tokyo")), ["20000-01-01T00:00:00+00:00"]),
        (pa.array([3_661_000_000_001], pa.time64("ns")), ["01:01:01.000000001"]),
        (pa.array([-1500], pa.duration("ms")), ["-PT1.5S"]),
        (pa.array([(1, 2, 3_000_000_000)], pa.month_day_nano_interval()), ["P1M2DT3S"]),
        (pa.array([b"\xff\0"]), ["/wA="]),
        (pa.array([[1, None], []]), [[1, None], []]),
        (pa.array([{"a": decimal.Decimal("1.5")}]), [{"a": "1.5"}]),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), [[["k", 1]]]),
        (pa.array(["x", "x"]).dictionary_encode(), ["x", "x"]),
        (pa.array([True, None]), [True, None]),
        (pa.nulls(1), [None]),
    ],
    ids=str,
)
def test_value_is_shown_without_loss(array: pa.Array, shown: list[Any]) -> None:
    rows = preview(pa.table({"v": array})).rows

    assert [row[0] for row in rows] == shown
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


def test_page_of_a_large_table_touches_only_its_rows() -> None:
    table = pa.table({"x": pa.array(range(1_000_000))})
    before = pa.total_allocated_bytes()
    page = preview(table, offset=999_999, limit=5)

    assert page.rows == [[999_999]]
    assert pa.total_allocated_bytes() - before < 100_000
