"""Calls that make much out of little, through the guard and into a process of DuckDB's own."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Reader
from mcp_pyexec.limits import MIB
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Databases, SqlLimits

Runner = Callable[[Any], Any]
LIMITS = SqlLimits(row_limit=1000, timeout_s=20, memory_mb=128, byte_limit=16 * MIB, threads=2)


@pytest.fixture(scope="module")
def shop(directory: Path, run: Runner) -> Iterator[Databases]:
    """The shop behind the guard, with little memory."""
    source = DatabaseSource("shop", f"duckdb:///{directory}/shop.duckdb")
    opened = Databases([source], limits=LIMITS, start_reader=Reader)
    yield opened
    run(opened.close())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 300000000)",
        "SELECT repeat('x', id * 100000000) FROM sale",
        "SELECT repeat(repeat('x', 100000), 10000)",
        "SELECT lpad(product, 300000000, 'x') FROM sale",
        "SELECT 'x'.repeat(300000000)",
        "SELECT list_resize([1], 100000000, 0) FROM sale",
        "SELECT range(100000000) FROM sale",
        "SELECT unnest(generate_series(1, 100000000))",
        "SELECT [x FOR x IN range(100000000)] FROM sale",
        "SELECT list_transform(range(100000000), lambda x: x)",
        "SELECT bitstring('1', 300000000)",
        "SELECT printf('%300000000d', 1)",
        "SELECT printf('%*d', 300000000, 1)",
        "SELECT format('{:>{}}', 1, 300000000)",
        "WITH a AS (SELECT repeat('x', 10000000) AS s) SELECT length(s || s || s || s || s || s || s || s) AS n "
        "FROM a, range(100)",
    ],
)
def test_query_that_makes_much_out_of_little_is_told_of_its_memory_and_the_next_works(
    shop: Databases, run: Runner, sql: str
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RequestError, match="needs more memory than the 128 MiB") as failed:
        run(shop.query(sql))
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    assert failed.value.code == "sql-failed"
    assert grown_mb < 32
    assert run(shop.query("SELECT count(*) AS n FROM sale")).table.to_pylist() == [{"n": 5}]


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT repeat('#', id) AS a FROM sale ORDER BY id LIMIT 3", ["#", "##", "###"]),
        ("SELECT repeat('#', round(amount / 2)::INT) AS a FROM sale ORDER BY id LIMIT 2", ["##", "#"]),
        ("SELECT rpad(product, id + 3, '.') AS a FROM sale ORDER BY id LIMIT 2", ["tea.", "jam.."]),
        ("SELECT range(id) AS a FROM sale ORDER BY id LIMIT 2", [[0], [0, 1]]),
        ("SELECT unnest(generate_series(1, (SELECT count(*) FROM customer))) AS a", [1, 2, 3]),
        ("SELECT sum(x) AS a FROM (SELECT unnest(range(200000)) AS x)", [19999900000]),
        ("SELECT list_sum([x * x FOR x IN range(1, max(id) + 1)]) AS a FROM sale", [55]),
        ("SELECT array_resize([1], id, 0) AS a FROM sale ORDER BY id LIMIT 2", [[1], [1, 0]]),
        ("SELECT length(repeat('x', 1000000)) AS a", [1000000]),
        ("SELECT printf(region || '-%d', id) AS a FROM customer WHERE id = 1", ["north-1"]),
        ("SELECT format('{:>{}}', product, 5) AS a FROM sale WHERE id = 1", ["  tea"]),
        ("SELECT count(*) AS a FROM range(100000000)", [100000000]),
    ],
)
def test_count_that_comes_from_the_data_is_no_reason_to_refuse(
    shop: Databases, run: Runner, sql: str, value: list[Any]
) -> None:
    assert run(shop.query(sql)).table.column("a").to_pylist() == value
