from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import duckdb
import psycopg
import pymysql
import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import guard
from sql.expressions import ROWS, expression
from sql.servers import Server

COUNT = 2_000
"""Expressions per engine; each takes about a millisecond."""

TABLE = f"""CREATE TABLE p (a INT, b INT, c INT, n DOUBLE PRECISION, s VARCHAR(9), w VARCHAR(9));
INSERT INTO p VALUES {ROWS}"""
Answer = Callable[[str], str]
"""Runs a query and returns its rows as text, "" where the engine refuses it."""


def _answer(run: Callable[[str], Any], errors: type[Exception]) -> Answer:
    def answer(sql: str) -> str:
        try:
            return repr(list(run(sql)))
        except errors:
            return ""

    return answer


@pytest.fixture
def sqlite_answer() -> Iterator[Answer]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLE)
        yield _answer(lambda sql: connection.execute(sql).fetchall(), sqlite3.Error)


@pytest.fixture
def duckdb_answer() -> Iterator[Answer]:
    with closing(duckdb.connect(config={"threads": 1})) as connection:
        connection.execute(TABLE)
        yield _answer(lambda sql: connection.execute(sql).fetchall(), duckdb.Error)


@pytest.fixture
def postgresql_answer(postgresql: Server) -> Iterator[Answer]:
    connection = postgresql.admin
    connection.execute(TABLE.replace("TABLE", "TEMP TABLE"))
    yield _answer(lambda sql: connection.execute(sql).fetchall(), psycopg.Error)
    connection.execute("DROP TABLE p")


@pytest.fixture
def mysql_answer(mysql: Server) -> Iterator[Answer]:
    with mysql.admin.cursor() as cursor:
        for statement in TABLE.split(";"):
            cursor.execute(statement)

        def run(sql: str) -> Any:
            cursor.execute(sql)
            return cursor.fetchall()

        yield _answer(run, pymysql.MySQLError)
        cursor.execute("DROP TABLE p")


@pytest.mark.parametrize(("dialect", "refused_at_most"), [
    ("sqlite", 0.04), ("duckdb", 0.02), ("postgresql", 0.02), ("mysql", 0.12),
])  # fmt: skip
def test_chain_of_operators_keeps_its_value_or_is_refused(
    dialect: str, refused_at_most: float, request: pytest.FixtureRequest
) -> None:
    """What the engine refuses, the guard may refuse too; but a value does not change, and no error becomes a value."""
    answer: Answer = request.getfixturevalue(f"{dialect}_answer")
    changed, counts = [], Counter[str]()
    for seed in range(COUNT):
        sql = f"SELECT {expression(seed, dialect)} AS r FROM p"
        expected = answer(sql)
        try:
            sent = guard(sql, dialect).sql
        except RequestError:
            counts["refused"] += bool(expected)
            continue
        counts["valid"] += bool(expected)
        if answer(sent) != expected:
            changed.append((seed, sql, sent))

    assert changed == []
    assert counts["valid"] > COUNT / 4
    assert counts["refused"] < COUNT * refused_at_most


WRITTEN = [
    ("sqlite", "a = b IS NOT NULL", "(a = b) IS NOT NULL"),
    ("sqlite", "a < b LIKE c", "(a < b) LIKE c"),
    ("sqlite", "NOT a BETWEEN b AND c = 1", "NOT (a BETWEEN b AND c) = 1"),
    ("sqlite", "'b' & NOT 'b' BETWEEN 5 AND 'b'", "'b' & ('b' NOT BETWEEN 5 AND 'b')"),
    ("sqlite", "NOT w ISNULL / 2 <> 3", "NOT (w IS NULL) / 2 <> 3"),
    ("sqlite", "+a = '1'", "+ (a) = '1'"),
    ("duckdb", "@ a - b", "ABS((a - b))"),
    ("duckdb", "a NOT IN (1, 2) = (b > 1)", "(a NOT IN (1, 2)) = (b > 1)"),
    ("duckdb", "coalesce(s -> 'a', w)", "coalesce((s -> 'a'), w)"),
    ("duckdb", "NULL ! IS DISTINCT FROM a", "factorial(NULL) IS DISTINCT FROM a"),
    ("postgresql", "~ a ^ b", "~(POWER(a, b))"),
    ("postgresql", "a ~ b || c", "(a ~ b) || c"),
    ("postgresql", "a = b IS NULL::int", "CAST(((a = b) IS NULL) AS INT)"),
    ("postgresql", "a BETWEEN SYMMETRIC (b + 1) AND c", "a BETWEEN SYMMETRIC (b + 1) AND c"),
    ("mysql", "a = b SOUNDS LIKE c", "a = (SOUNDEX(b) = SOUNDEX(c))"),
    ("mysql", "BINARY s COLLATE utf8mb4_bin", "BINARY(s COLLATE utf8mb4_bin)"),
    ("mysql", "a + 1 IN (2) LIKE b", "(a + 1 IN (2)) LIKE b"),
    ("sqlite", "a + b * c - 1 > 2 AND s NOT LIKE 'x' OR w IS NOT NULL", ""),
    ("duckdb", "a + b * c - 1 > 2 AND s NOT LIKE 'x' OR w IS NOT NULL", ""),
    ("postgresql", "s || '-' || w AS label, -a + 1, a IN (1, 2) AND b BETWEEN 1 AND 2", ""),
    ("mysql", "a = 1 OR NOT b <= 2 AND n / 2 * -3 <> 4", ""),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "written", "sent"), WRITTEN)
def test_brackets_stand_where_the_engine_has_them_and_nowhere_else(
    dialect: str, written: str, sent: str
) -> None:
    text = guard(f"SELECT {written} FROM p", dialect).sql

    assert text == f"SELECT {sent or written} FROM p"


REFUSED = [
    ("duckdb", "s -> 'a' = 'b'", "-> and ="),
    ("duckdb", "a > 1 AND s -> 'a' = 'b'", "-> and AND"),
    ("duckdb", "a = b = c", "= and ="),
    ("postgresql", "a < b < c", "< and <"),
    ("postgresql", "a IS DISTINCT FROM b IS NULL", "DISTINCT and IS"),
    ("mysql", "a BETWEEN 1 AND b LIKE c", "BETWEEN and LIKE"),
    ("mysql", "a LIKE b NOT LIKE c", "LIKE and LIKE"),
    ("mysql", "a = NOT b", "= and NOT"),
    ("sqlite", "a LIKE b ESCAPE '!' || ''", "ESCAPE and ||"),
]


@pytest.mark.parametrize(("dialect", "written", "operators"), REFUSED)
def test_operators_that_the_engine_does_not_read_side_by_side_are_named(
    dialect: str, written: str, operators: str
) -> None:
    with pytest.raises(
        RequestError, match=re.escape(f"{operators} follow each other without brackets")
    ) as refused:
        guard(f"SELECT {written} FROM p", dialect)

    assert refused.value.code == "sql-syntax"
