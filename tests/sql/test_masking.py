"""Sensitive columns against whoever may write any SELECT: on real engines, and the same attacks without rules leak."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.jail import Reader
from mcp_pyexec.sensitive import SensitiveColumns
from mcp_pyexec.sources import DatabaseSource, default_schema
from mcp_pyexec.sql import Databases, SqlLimits
from sql.masking_attacks import ATTACKS
from sql.servers import mysql_server, postgresql_server

Run = Callable[[Awaitable[Any]], Any]
Served = tuple[Databases, Databases, DatabaseSource]

RULES = {"mask": ["x.customer.email", "*.one.word", "*.*.child.email"], "hide": ["x.*.ssn"]}

SCHEMA = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(40), name VARCHAR(40), ssn VARCHAR(40),
  region VARCHAR(40));
INSERT INTO customer VALUES (1, 'zx81-ada', 'Ada', 'zx81-111', 'n'), (2, 'zx81-bob', 'Bo', NULL, 's'),
  (3, NULL, 'Cy', 'zx81-333', NULL);
CREATE INDEX customer_email ON customer (email);
CREATE TABLE orders (id INTEGER, product VARCHAR(40));
INSERT INTO orders VALUES (1, 'tea'), (2, 'jam');
CREATE TABLE one (word VARCHAR(40));
INSERT INTO one VALUES ('zx81-ada');
CREATE VIEW shown AS SELECT id, email FROM customer;
CREATE VIEW hidden_by_view AS SELECT upper(ssn) AS x, lower(email) AS y FROM customer;
CREATE VIEW twice AS SELECT y AS x FROM hidden_by_view;
CREATE VIEW with_cte AS WITH customer AS (SELECT * FROM customer) SELECT email FROM customer;
CREATE VIEW honest AS SELECT product, count(*) AS n FROM orders GROUP BY product;
"""
PLAIN_CTE = SCHEMA.replace(
    "WITH customer AS (SELECT * FROM customer) SELECT email FROM customer",
    "WITH c AS (SELECT * FROM customer) SELECT email FROM c",
)
ONLY_SQLITE = """
CREATE VIRTUAL TABLE search USING fts5(body, content='customer', content_rowid='id');
INSERT INTO search(rowid, body) SELECT id, email FROM customer;
ANALYZE;
"""
ONLY_POSTGRESQL = """
CREATE TABLE parent (id int, email text); CREATE TABLE child () INHERITS (parent);
INSERT INTO child VALUES (1, 'zx81-child');
CREATE TABLE part (id int, ssn text) PARTITION BY LIST (id); CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
INSERT INTO part VALUES (1, 'zx81-part');
CREATE MATERIALIZED VIEW stored AS SELECT email FROM customer;
CREATE FUNCTION reader() RETURNS SETOF text LANGUAGE sql AS 'SELECT email FROM public.customer';
CREATE VIEW by_function AS SELECT reader() AS x;
CREATE VIEW by_statistics AS SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'child';
CREATE SCHEMA other; CREATE VIEW other.same AS SELECT * FROM customer;
CREATE TABLE other.plain (id int); INSERT INTO other.plain VALUES (7);
GRANT USAGE ON SCHEMA other TO public; GRANT SELECT ON ALL TABLES IN SCHEMA other TO public;
"""
ONLY_MYSQL = [
    "CREATE FUNCTION reader() RETURNS TEXT READS SQL DATA RETURN (SELECT max(email) FROM customer)",
    "CREATE VIEW by_function AS SELECT reader() AS x",
    "ANALYZE TABLE customer PERSISTENT FOR ALL",
]


@contextmanager
def _sqlite(place: Path) -> Iterator[DatabaseSource]:
    with closing(sqlite3.connect(place / "protected.db")) as connection:
        connection.executescript(PLAIN_CTE + ONLY_SQLITE)
    yield DatabaseSource("x", f"sqlite:///{place}/protected.db")


@contextmanager
def _duckdb(place: Path) -> Iterator[DatabaseSource]:
    with closing(duckdb.connect(str(place / "protected.duckdb"))) as connection:
        connection.execute(PLAIN_CTE)
    yield DatabaseSource("x", f"duckdb:///{place}/protected.duckdb")


@contextmanager
def _postgresql(place: Path) -> Iterator[DatabaseSource]:
    with postgresql_server(SCHEMA + ONLY_POSTGRESQL) as server:
        yield DatabaseSource("x", server.reader.url)


@contextmanager
def _mysql(place: Path) -> Iterator[DatabaseSource]:
    statements = [part for part in PLAIN_CTE.split(";\n") if part.strip()]
    with mysql_server([*statements, *ONLY_MYSQL]) as server:
        with server.admin.cursor() as cursor:
            user = default_schema(server.reader)
            cursor.execute(f"GRANT SHOW VIEW ON {user}.* TO {user}")
        yield DatabaseSource("x", server.reader.url)


OPENERS = {"sqlite": _sqlite, "duckdb": _duckdb, "postgresql": _postgresql, "mysql": _mysql}


@pytest.fixture(scope="module", params=OPENERS)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, run: Run
) -> Iterator[Served]:
    """The same database with rules and without, and its source."""
    with OPENERS[request.param](tmp_path_factory.mktemp("masking")) as source:
        limits = SqlLimits(timeout_s=10)
        kept = Databases(
            [source], limits=limits, sensitive=SensitiveColumns(databases=["x"], **RULES), start_reader=Reader
        )
        bare = Databases([source], limits=limits, start_reader=Reader)
        yield kept, bare, source
        run(kept.close())
        run(bare.close())


def told(databases: Databases, sql: str, run: Run) -> str:
    """Whatever comes back of a statement: names and rows, or the error."""
    try:
        table = run(databases.query(sql)).table
    except RequestError as error:
        return error.message.replace(sql, "")
    return f"{table.column_names} {table.to_pylist()}"


def learned(text: str) -> bool:
    lowered = text.lower()
    return "zx81-" in lowered or "LEAK" in text.replace("'LEAK' AS", "").replace("THEN 'LEAK'", "")


def test_no_attack_learns_a_protected_value_and_most_would_without_rules(served: Served, run: Run) -> None:
    kept, bare, source = served
    attacks = [a.replace("{database}", default_schema(source)) for a in ATTACKS[source.dialect]]

    leaked = [attack for attack in attacks if learned(told(kept, attack, run))]
    would = [attack for attack in attacks if learned(told(bare, attack, run))]

    assert leaked == []
    assert len(would) > 0.65 * len(attacks)


HONEST = [
    ("SELECT id, name FROM customer ORDER BY id", [(1, "Ada"), (2, "Bo"), (3, "Cy")]),
    ("SELECT email FROM customer ORDER BY id", [("***",), ("***",), (None,)]),
    ("SELECT count(email) AS n, count(*) AS m FROM customer", [(2, 3)]),
    ("SELECT * FROM customer AS c WHERE c.id = 1", [(1, "***", "Ada", "n")]),
    ("SELECT c.name, product FROM customer c JOIN orders o ON o.id = c.id ORDER BY 1", [("Ada", "tea"), ("Bo", "jam")]),
    ("WITH c AS (SELECT id FROM customer), d AS (SELECT id FROM c) SELECT count(*) AS n FROM d", [(3,)]),
    ("WITH customer AS (SELECT 1 AS ssn) SELECT ssn FROM customer", [(1,)]),
    ("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT max(n) AS n FROM r", [(3,)]),
    ("SELECT region, count(*) AS n FROM customer WHERE id < 3 GROUP BY region ORDER BY 1", [("n", 1), ("s", 1)]),
    ("SELECT * FROM honest ORDER BY 1", [("jam", 1), ("tea", 1)]),
    ("SELECT x.name FROM (SELECT name, id FROM customer) AS x WHERE x.id = (SELECT max(id) FROM customer)", [("Cy",)]),
    ("SELECT name FROM customer WHERE id = :id", [("Bo",)]),
]  # fmt: skip


def test_row_ids_of_a_protected_table_are_refused_not_null(served: Served, run: Run) -> None:
    kept, _, _ = served
    for sql in ("SELECT rowid FROM customer", "SELECT c._rowid_ FROM customer c", "SELECT OID FROM customer"):
        with pytest.raises(RequestError):
            run(kept.query(sql))


MORE: dict[str, list[tuple[str, list[Any]]]] = {
    "sqlite": [("SELECT rowid AS n FROM orders ORDER BY 1", [(1,), (2,)])],
    "postgresql": [
        ("SELECT id FROM other.plain", [(7,)]),
        ("SELECT count(*) AS n FROM information_schema.tables WHERE table_name = 'plain'", [(1,)]),
    ],
    "mysql": [
        (
            "SELECT o.product, c.email FROM orders o STRAIGHT_JOIN customer c ON c.id = o.id ORDER BY 1",
            [("jam", "***"), ("tea", "***")],
        ),
    ],
}


def test_everything_else_of_the_tables_is_given(served: Served, run: Run) -> None:
    kept, _, source = served
    for sql, rows in HONEST + MORE.get(source.dialect, []):
        parameters = {"id": 2} if ":id" in sql else None
        table = run(kept.query(sql, parameters=parameters)).table
        assert [tuple(row.values()) for row in table.to_pylist()] == rows, sql


def test_description_shows_no_hidden_column_no_protected_sample_and_no_view_on_them(
    served: Served, run: Run
) -> None:
    kept, _, _ = served
    everything = str(run(kept.describe("x")))
    (customer,) = run(kept.describe("x", "customer", samples=5)).databases[0].tables
    names = {table.name for table in run(kept.describe()).databases[0].tables}

    assert "ssn" not in everything
    assert "zx81" not in everything + str(customer)
    assert [(c.name, c.masked, bool(c.samples)) for c in customer.columns] == [
        ("id", False, True),
        ("email", True, False),
        ("name", False, True),
        ("region", False, True),
    ]
    assert {"customer", "orders", "one", "honest"} <= names
    assert not names & {
        "shown",
        "hidden_by_view",
        "twice",
        "with_cte",
        "search",
        "stored",
        "by_function",
        "parent",
    }


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM shown", "'shown', which leads to columns that this server protects"),
        ("SELECT * FROM custommer", "does not list.*Did you mean 'customer'"),
        ("SELECT sn FROM customer", "sn"),
    ],
)
def test_refusal_says_why_and_names_no_hidden_column(served: Served, run: Run, sql: str, says: str) -> None:
    with pytest.raises(RequestError, match=says) as refused:
        run(served[0].query(sql))

    assert "ssn" not in refused.value.message


@pytest.mark.parametrize("rule", ["x.customer.emial", "x.custmer.email", "x.nowhere.customer.email"])
def test_rule_that_protects_nothing_keeps_the_database_shut(served: Served, run: Run, rule: str) -> None:
    databases = Databases([served[2]], sensitive=SensitiveColumns([rule], [], ["x"]), start_reader=Reader)
    with pytest.raises(RequestError, match="protects nothing") as refused:
        run(databases.query("SELECT 1"))
    run(databases.close())

    assert refused.value.code == "database-unreachable"


@pytest.mark.parametrize(
    ("rule", "says"),
    [("email", "expected DATABASE.TABLE.COLUMN"), ("x.customer", "expected"), ("x..email", "expected"),
     ("y.a.b", "no database is called 'y'")],
)  # fmt: skip
def test_rule_that_is_none_ends_the_start(rule: str, says: str) -> None:
    for mask, hide in (([rule], []), ([], [rule])):
        with pytest.raises(ConfigError, match=says):
            SensitiveColumns(mask, hide, ["x"])
