from __future__ import annotations

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import guard


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 10000000) FROM sale",
        "SELECT repeat('x', id * 1000000) FROM sale",
        "SELECT repeat('x', 5000 * 5000) FROM sale",
        "SELECT repeat('x', (SELECT 10000000)) FROM sale",
        "SELECT repeat(repeat('x', 10000), 10000)",
        "SELECT lpad(product, 10000000, 'x') FROM sale",
        "SELECT rpad(product, id, 'x') FROM sale",
        "SELECT 'x'.repeat(10000000)",
        "SELECT \"repeat\"('x', 10000000)",
        "SELECT list_resize([1], 100000000, 0) FROM sale",
        "SELECT array_resize([1], id) FROM sale",
        "SELECT range(100000000) FROM sale",
        "SELECT range(id) FROM sale",
        "SELECT unnest(generate_series(1, 100000000))",
        "SELECT generate_series(-100000000, 1) FROM sale",
        "SELECT [x FOR x IN range(100000000)] FROM sale",
        "SELECT list_transform(range(100000000), lambda x: x)",
        "SELECT bitstring('1', 100000000)",
        "SELECT printf('%100000000d', 1)",
        "SELECT printf('%*d', 100000000, 1)",
        "SELECT format('{:>100000000}', 1)",
        "SELECT format('{:>{}}', 1, 100000000)",
        "SELECT printf(note, 1) FROM sale",
    ],
)
def test_call_that_makes_much_out_of_little_is_refused_in_the_servers_own_process(sql: str) -> None:
    with pytest.raises(RequestError) as refused:
        guard(sql, "duckdb")

    assert refused.value.code == "sql-not-read-only"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('#', 20)",
        "SELECT repeat('#', least(id, 50)) FROM sale",
        "SELECT lpad(product, 10, ' '), rpad(product, 10, '.') FROM sale",
        "SELECT unnest(range(12))",
        "SELECT unnest(generate_series(1, 100))",
        "SELECT unnest(generate_series(min(day), max(day), INTERVAL 1 DAY)) FROM sale",
        "SELECT count(*) FROM range(100000000)",
        "SELECT g.i FROM customer, generate_series(1, 1000000) AS g(i)",
        "SELECT printf('%05.2f', amount), format('{:,} of {}', id, 5) FROM sale",
    ],
)
def test_small_or_streamed_series_pass(sql: str) -> None:
    assert guard(sql, "duckdb").dialect == "duckdb"
