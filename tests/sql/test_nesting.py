from __future__ import annotations

import threading
from typing import Any

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import guard

HALF = ["SELECT 'x' ->>", "SELECT * FROM a WHERE ->> ~ x OFFSET ->> ~ x", "SELECT LAMBDA<>->>LAMBDA<>->>"]
DEEP = {
    "brackets": "SELECT " + "(" * 30_000 + "1" + ")" * 30_000,
    "calls": "SELECT " + "abs(" * 15_000 + "1" + ")" * 15_000,
    "cases": "SELECT " + "CASE WHEN 1 = 1 THEN " * 3_000 + "1" + " END" * 3_000,
    "subqueries": "SELECT * FROM " + "(SELECT * FROM " * 3_000 + "sale" + ") AS x" * 3_000,
    "subscripts": "SELECT a" + "[1]" * 30_000,
    "negations": "SELECT " + "NOT " * 20_000 + "1",
    "joins": "SELECT * FROM " + "a JOIN " * 6_000 + "a" + " ON 1 = 1" * 6_000,
    "types": "SELECT CAST(1 AS " + "STRUCT(a " * 5_000 + "INT" + ")" * 5_000 + ")",
    "from": "FROM " * 15_000 + "sale",
}


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb", "postgresql", "mysql"])
@pytest.mark.parametrize("kind", DEEP)
@pytest.mark.usefixtures("databases")
def test_statement_nested_to_break_the_parser_is_refused_and_the_process_lives(
    kind: str, dialect: str
) -> None:
    """In a thread, as the server does: a parser in compiled code would end the process, not raise."""
    raised: list[Any] = []

    def check() -> None:
        try:
            guard(DEEP[kind], dialect)
        except RequestError as error:
            raised.append(error.code)

    thread = threading.Thread(target=check)
    thread.start()
    thread.join()

    assert raised == ["sql-syntax"]


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb", "postgresql", "mysql"])
@pytest.mark.parametrize("part", [" + 1", " AND 1", " UNION SELECT 1", ", 1"])
def test_statement_that_is_long_but_flat_passes(part: str, dialect: str) -> None:
    assert guard("SELECT 1" + part * 2_000, dialect).tables == ()


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb", "postgresql", "mysql"])
@pytest.mark.parametrize("sql", HALF)
def test_operator_without_an_operand_is_a_mistake_in_the_sql(sql: str, dialect: str) -> None:
    with pytest.raises(RequestError) as refused:
        guard(sql, dialect)

    assert refused.value.code in {"sql-syntax", "sql-not-read-only"}
