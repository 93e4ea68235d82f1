"""Values of MySQL at the ends of their types, and those that come late or computed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import Databases
from sql.servers import mysql_server

Run = Callable[[Any], Any]

TABLES = [
    "SET sql_mode = ''",
    """CREATE TABLE far (id INT, bits BIT(64), eight BIT(8), one BIT, y YEAR, stamp TIMESTAMP NULL, t TIME(6), big
      BIGINT UNSIGNED, d DECIMAL(65, 30), some SET('a', 'b'), kind ENUM('x', 'é', ''), place GEOMETRY, four BINARY(4),
      old VARCHAR(9) CHARACTER SET latin1, wide VARCHAR(9) CHARACTER SET ucs2, address INET6, ratio DOUBLE)""",
    f"""INSERT INTO far VALUES (1, ~0, 129, 1, 1901, '2038-01-19 03:14:07', '-838:59:59.999999', ~0,
      '{"9" * 35}.{"9" * 30}', 'a,b', 'é', ST_GeomFromText('POINT(1 2)'), 'a', 'é', 'é', '::1',
      1.7976931348623157e308)""",
    """INSERT INTO far VALUES (2, 0, 5, 0, 2155, NULL, '838:59:59', 0, '-0.000000000000000000000000000001', '', '',
      NULL, '', '', '', NULL, -1e-308)""",
    """CREATE TABLE late AS SELECT seq AS id, CAST('2024-01-02 03:04:05' AS DATETIME) AS d,
      CAST('2024-01-02 03:04:05.678' AS DATETIME(3)) AS m, CAST('2024-01-02' AS DATE) AS day FROM seq_1_to_3000""",
    "UPDATE late SET d = 0, m = '2024-00-00', day = 0 WHERE id = 3000",
    "CREATE TABLE bits (b BIT(8))",
    "INSERT INTO bits VALUES (5), (7)",
]  # fmt: skip


@pytest.fixture(scope="module")
def opened(run: Run) -> Iterator[Databases]:
    """The tables, as a reader has them."""
    with mysql_server(TABLES) as server:
        databases = Databases([server.reader])
        yield databases
        run(databases.close())


def test_value_at_the_end_of_its_type_arrives_as_it_is(opened: Databases, run: Run) -> None:
    first, second = run(opened.query("SELECT * FROM far ORDER BY id")).table.to_pylist()

    point = bytes(4) + b"\x01" + (1).to_bytes(4, "little") + bytes(6) + b"\xf0?" + bytes(7) + b"@"
    assert first == {
        "id": 1,
        "bits": 2**64 - 1,
        "eight": 129,
        "one": 1,
        "y": 1901,
        "stamp": datetime.datetime(2038, 1, 19, 3, 14, 7, tzinfo=datetime.UTC),
        "t": -datetime.timedelta(hours=838, minutes=59, seconds=59, microseconds=999999),
        "big": 2**64 - 1,
        "d": Decimal("9" * 35 + "." + "9" * 30),
        "some": "a,b",
        "kind": "é",
        "place": point,
        "four": b"a\0\0\0",
        "old": "é",
        "wide": "é",
        "address": "::1",
        "ratio": 1.7976931348623157e308,
    }
    assert [second[name] for name in ("bits", "y", "d", "t", "ratio", "some", "kind")] == [
        0,
        2155,
        Decimal("-1e-30"),
        datetime.timedelta(hours=838, minutes=59, seconds=59),
        -1e-308,
        "",
        "",
    ]


def test_late_value_without_a_form_leaves_the_others_as_the_server_writes_them(
    opened: Databases, run: Run
) -> None:
    table = run(opened.query("SELECT d, m, day FROM late ORDER BY id")).table

    assert table.slice(0, 1).to_pylist() == [
        {"d": "2024-01-02 03:04:05", "m": "2024-01-02 03:04:05.678", "day": "2024-01-02"}
    ]
    assert table.slice(2999).to_pylist() == [
        {"d": "0000-00-00 00:00:00", "m": "2024-00-00 00:00:00.000", "day": "0000-00-00"}
    ]


def test_computed_bits_are_the_number_or_an_error_that_says_how_to_ask(opened: Databases, run: Run) -> None:
    computed = (
        "SELECT MAX(eight) AS a, MAX(bits) AS b, MIN(one) AS c, MAX(NULLIF(eight, eight)) AS d FROM far"
    )
    together = "SELECT eight AS a FROM far UNION SELECT bits FROM far ORDER BY 1"
    found = run(opened.query(computed)).table.to_pylist()
    united = run(opened.query(together)).table["a"].to_pylist()
    asked = run(opened.query("SELECT MAX(b) + 0 AS a FROM bits")).table["a"].to_pylist()
    with pytest.raises(RequestError, match="two ways") as failed:
        run(opened.query("SELECT MAX(b) AS a FROM bits"))

    assert found == [{"a": 129, "b": 2**64 - 1, "c": 0, "d": None}]
    assert (united, asked) == ([0, 5, 129, 2**64 - 1], [7])
    assert failed.value.code == "sql-failed"
