"""What the parser would write in another way than it was asked for."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import guard

THREE = ["sqlite", "mariadb", "postgresql"]


@pytest.mark.parametrize(
    ("dialects", "sql", "says"),
    [
        (["mariadb"], "SELECT sum(s.id) FROM sale s FULL OUTER JOIN customer c ON s.id = c.id", "UNION ALL"),
        (["mariadb"], "SELECT 1 FROM sale NATURAL FULL JOIN customer", "UNION ALL"),
        (THREE, "SELECT id FROM sale SEMI JOIN customer ON sale.id = customer.id", "WHERE EXISTS"),
        (THREE, "SELECT id FROM sale LEFT ANTI JOIN customer USING (id)", "NOT EXISTS"),
        (THREE, "SELECT id, row_number() OVER (ORDER BY id) AS n FROM sale QUALIFY n = 1", "WHERE"),
        (THREE, "SELECT TRY_CAST(product AS INTEGER) FROM sale", "CASE WHEN"),
        (["sqlite", "mariadb"], "SELECT DISTINCT ON (product) * FROM sale", "row_number()"),
        (["sqlite"], "SELECT 7 DIV 2", "by /"),
        (["duckdb"], "SELECT (42,), ((1, 2))", "row(x)"),
        (["duckdb"], "SELECT list(id) EXPORT_STATE FROM sale", "behind AS"),
    ],
)
def test_what_the_engine_does_not_have_is_refused_with_what_to_write(
    dialects: list[str], sql: str, says: str
) -> None:
    for dialect in dialects:
        with pytest.raises(RequestError) as refused:
            guard(sql, dialect)

        assert refused.value.code == "sql-syntax"
        assert says in refused.value.message


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        (
            "duckdb",
            "SELECT TRY_CAST(x AS INT), 7 // 2 FROM a ANTI JOIN b USING (x) QUALIFY row_number() OVER () = 1",
        ),
        ("postgresql", "SELECT DISTINCT ON (x) y FROM a FULL JOIN b ON a.x = b.x"),
        ("mariadb", "SELECT 7 DIV 2 FROM a, b"),
        ("sqlite", "SELECT a.x FROM a FULL JOIN b ON a.x = b.x"),
    ],
)
def test_what_it_has_is_as_it_was_written(dialect: str, sql: str) -> None:
    assert guard(sql, dialect).sql == sql


@pytest.mark.parametrize("join", [", ", " CROSS JOIN ", " JOIN ", " NATURAL JOIN "])
def test_sqlite_may_read_tables_behind_commas_in_the_order_that_is_best(join: str) -> None:
    tables = join.join(["large AS a", "large AS b", "small AS c"])
    sql = f"SELECT count(*) FROM {tables} WHERE a.k = c.k AND b.k = a.k + 1 AND c.v = 7"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE TABLE large (k INTEGER PRIMARY KEY); CREATE TABLE small (k INTEGER, v INTEGER PRIMARY KEY)"
        )
        asked, sent = (
            list(connection.execute(f"EXPLAIN QUERY PLAN {text}")) for text in (sql, guard(sql, "sqlite").sql)
        )

    assert sent == asked
    assert ("SCAN" in asked[0][3]) == (join == " CROSS JOIN ")
