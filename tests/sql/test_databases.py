from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mcp_pyexec.data_cache import DataCache
from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.jail import Reader
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Column, Database, Databases, DataConversion, Description, SqlLimits, Table

Run = Callable[[Any], Any]

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "duckdb": "SELECT count(*) FROM range(1000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3",
}
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {n}) SELECT i FROM n",
    "duckdb": "SELECT range + 1 AS i FROM range({n})",
}


def _code(run: Run, coroutine: Any) -> str:
    with pytest.raises(RequestError) as failed:
        run(coroutine)
    return failed.value.code


def test_result_carries_types_and_says_what_ran(databases: Databases, run: Run) -> None:
    result = run(
        databases.query("select id, amount, product from sale -- all\n where id < 3", database="sqlite")
    )

    assert result.table == pa.table({"id": [1, 2], "amount": [3.5, 2.0], "product": ["tea", "jam"]})
    assert (result.complete, result.database) == (True, "sqlite")
    assert result.sql_executed == "SELECT id, amount, product FROM sale WHERE id < 3"


@pytest.mark.parametrize(
    ("rows", "kept", "complete"), [(999, 999, True), (1000, 1000, True), (1001, 1000, False)]
)
def test_complete_is_exact_at_the_row_limit(
    databases: Databases, run: Run, dialect: str, rows: int, kept: int, complete: bool
) -> None:
    result = run(databases.query(NUMBERS[dialect].format(n=rows), database=dialect))

    assert (result.table.column("i").to_pylist(), result.complete) == (list(range(1, kept + 1)), complete)


def test_byte_ceiling_cuts_the_result_and_says_so(directory: Path, run: Run, dialect: str) -> None:
    suffix = {"sqlite": "db", "duckdb": "duckdb"}[dialect]
    limits = SqlLimits(byte_limit=100_000, timeout_s=5, memory_mb=256, threads=2)
    source = DatabaseSource("shop", f"{dialect}:///{directory}/shop.{suffix}")
    opened = Databases([source], limits=limits, start_reader=Reader)
    result = run(opened.query(NUMBERS[dialect].format(n=100_000)))
    run(opened.close())

    assert not result.complete
    assert 0 < result.table.nbytes <= 100_000
    assert result.table.column("i").to_pylist() == list(range(1, result.table.num_rows + 1))


@pytest.mark.parametrize("comment", ["-- limit 10", "/* limit 10 */", "LIMIT 99999999 --"])
def test_limit_in_the_statement_or_a_comment_does_not_lift_the_ceiling(
    databases: Databases, run: Run, dialect: str, comment: str
) -> None:
    result = run(databases.query(f"{NUMBERS[dialect].format(n=5000)} {comment}", database=dialect))

    assert (result.table.num_rows, result.complete) == (1000, False)


def test_one_large_value_is_read_whole(databases: Databases, run: Run) -> None:
    result = run(databases.query("SELECT zeroblob(1000000) AS b, 'x' AS t", database="sqlite"))

    assert result.table.to_pylist() == [{"b": bytes(1_000_000), "t": "x"}]


def test_value_above_the_ceiling_is_an_error_with_a_remedy(databases: Databases, run: Run) -> None:
    with pytest.raises(RequestError, match="substr") as failed:
        run(databases.query("SELECT zeroblob(500000000)", database="sqlite"))

    assert failed.value.code == "sql-failed"


def test_time_limit_stops_the_query_and_keeps_the_database(
    databases: Databases, run: Run, dialect: str
) -> None:
    assert _code(run, databases.query(ENDLESS[dialect], database=dialect, timeout_s=0.2)) == "sql-timeout"
    assert run(databases.query("SELECT 1 AS a", database=dialect)).table.to_pylist() == [{"a": 1}]


def test_cancellation_stops_the_query_in_the_engine(databases: Databases, run: Run, dialect: str) -> None:
    async def cancelled() -> list[str]:
        task = asyncio.ensure_future(databases.query(ENDLESS[dialect], database=dialect))
        done, _ = await asyncio.wait({task}, timeout=0.2)
        assert not done
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        queries = [databases.query("SELECT 1 AS a", database=dialect) for _ in range(4)]
        return [str(r.table.to_pylist()) for r in await asyncio.gather(*queries)]

    assert run(cancelled()) == ["[{'a': 1}]"] * 4


def test_queries_run_at_the_same_time(databases: Databases, run: Run, dialect: str) -> None:
    async def many() -> list[int]:
        sql = NUMBERS[dialect].format(n=500)
        results = await asyncio.gather(*(databases.query(sql, database=dialect) for _ in range(12)))
        return [r.table.num_rows for r in results]

    assert run(many()) == [500] * 12


def test_query_waiting_for_its_turn_ends_at_its_own_time(directory: Path, run: Run) -> None:
    limits = SqlLimits(timeout_s=5, concurrent=1, memory_mb=256)
    opened = Databases([DatabaseSource("shop", f"sqlite:///{directory}/shop.db")], limits=limits)

    async def both() -> list[str]:
        first = asyncio.ensure_future(opened.query(ENDLESS["sqlite"]))
        await asyncio.wait({first}, timeout=0.1)
        with pytest.raises(RequestError) as waited:
            await opened.query("SELECT 1", timeout_s=0.1)
        running = not first.done()
        await opened.close()
        with pytest.raises(RequestError) as closed:
            await first
        return [waited.value.code, closed.value.code, str(running)]

    assert run(both()) == ["sql-timeout", "sql-timeout", "True"]


def test_bound_parameters_are_values_never_sql(databases: Databases, run: Run, dialect: str) -> None:
    sql = "SELECT id FROM sale WHERE note = :note AND amount > :least ORDER BY id"
    parameters = {"note": "; drop table sale", "least": 1.5}

    assert run(databases.query(sql, database=dialect, parameters=parameters)).table.to_pylist() == [{"id": 4}]


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("SELECT :a", {}),
        ("SELECT :a", {"a": 1, "b": 2}),
        ("SELECT :a", {"a": [1, 2]}),
        ("SELECT ?", {}),
        ("SELECT 1", {"a": 1}),
    ],
)
def test_parameters_that_do_not_fit_the_statement_are_refused(
    databases: Databases, run: Run, dialect: str, sql: str, parameters: dict[str, Any]
) -> None:
    assert _code(run, databases.query(sql, database=dialect, parameters=parameters)) == "sql-parameters"


@pytest.mark.parametrize(
    ("sql", "code", "hint"),
    [
        ("SELECT * FROM sales", "sql-failed", "Did you mean 'sale'?"),
        ("SELECT amoun FROM sale", "sql-failed", "Did you mean 'amount'?"),
        ("SELECT s.amoun FROM sale s", "sql-failed", "Did you mean 'amount'?"),
        ("SELECT rond(amount) FROM sale", "sql-not-read-only", "Did you mean 'round'?"),
        ("SELEC 1", "sql-syntax", "valid"),
        (".tables", "sql-not-read-only", "describe_database"),
        ("\\d sale", "sql-not-read-only", "describe_database"),
        ("DESCRIBE", "sql-not-read-only", "describe_database"),
        ("SHOW", "sql-not-read-only", "describe_database"),
        ("SHOW DATABASES", "sql-not-read-only", "describe_database"),
        ("SELECT * FROM pragma_database_list()", "sql-not-read-only", "describe_database"),
        ("PRAGMA table_info(sale); DELETE FROM sale", "sql-not-read-only", "describe_database"),
        ("PRAGMA query_only(0)", "sql-not-read-only", "describe_database"),
        ("EXPLAIN PRAGMA table_info(sale)", "sql-not-read-only", "describe_database"),
        ("SELECT (1", "sql-syntax", "valid"),
        ("SELECT 'x", "sql-syntax", "quotes"),
        ("", "sql-not-single-statement", "one statement"),
    ],
)
def test_mistake_is_told_with_the_nearest_name(
    databases: Databases, run: Run, dialect: str, sql: str, code: str, hint: str
) -> None:
    with pytest.raises(RequestError) as failed:
        run(databases.query(sql, database=dialect))

    assert failed.value.code == code
    assert hint in failed.value.message


def test_database_has_to_be_named_where_there_are_several(databases: Databases, run: Run) -> None:
    assert _code(run, databases.query("SELECT 1")) == "database-required"
    assert _code(run, databases.query("SELECT 1", database="sqlit")) == "unknown-database"


def test_no_database_is_told_with_the_remedy(run: Run) -> None:
    empty = Databases()
    with pytest.raises(RequestError, match="--data FILE") as failed:
        run(empty.query("SELECT 1"))
    run(empty.close())

    assert failed.value.code == "no-database"


@pytest.mark.parametrize("timeout_s", [0, -1, 99, float("nan"), float("inf")])
def test_time_above_the_ceiling_is_refused(databases: Databases, run: Run, timeout_s: float) -> None:
    query = databases.query("SELECT 1", database="sqlite", timeout_s=timeout_s)

    assert _code(run, query) == "limit-not-allowed"


@pytest.mark.parametrize("dialect_suffix", [("sqlite", "db"), ("duckdb", "duckdb")])
def test_unreadable_database_is_told_without_its_path(
    tmp_path: Path, run: Run, dialect_suffix: tuple[str, str]
) -> None:
    dialect, suffix = dialect_suffix
    (tmp_path / f"broken.{suffix}").write_bytes(b"not a database at all " * 100)
    opened = Databases(
        [DatabaseSource("broken", f"{dialect}:///{tmp_path}/broken.{suffix}")], start_reader=Reader
    )
    with pytest.raises(RequestError) as failed:
        run(opened.query("SELECT 1"))
    run(opened.close())

    assert failed.value.code == "database-unreachable"
    assert str(tmp_path) not in str(failed.value)


def test_url_is_in_no_repr_and_two_databases_of_one_name_are_refused(tmp_path: Path) -> None:
    source = DatabaseSource("shop", "sqlite:////secret/place.db")

    assert "secret" not in repr(source)
    with pytest.raises(ConfigError, match="same name"):
        Databases([source, source])
    with pytest.raises(ConfigError, match="same name"):
        Databases(
            [DatabaseSource("data", "sqlite:///x.db")], DataConversion((), DataCache(tmp_path / "cache", 16))
        )


def test_sqlite_columns_keep_every_value_in_one_type(databases: Databases, run: Run) -> None:
    sql = """SELECT * FROM (VALUES (1, 1, 'x', x'00', NULL, 9007199254740993, 1),
                                   (2, 1.5, 3, 'a', NULL, 0.5, 2))"""
    table = run(databases.query(sql, database="sqlite")).table

    assert [str(t) for t in table.schema.types] == [
        "int64",
        "double",
        "string",
        "binary",
        "string",
        "string",
        "int64",
    ]
    assert list(zip(*(c.to_pylist() for c in table.columns), strict=True)) == [
        (1, 1.0, "x", b"\0", None, "9007199254740993", 1),
        (2, 1.5, "3", b"a", None, "0.5", 2),
    ]


def test_type_is_chosen_over_all_batches(databases: Databases, run: Run) -> None:
    sql = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)
             SELECT CASE WHEN i = 1000 THEN 'last' ELSE i END AS a, CASE WHEN i = 999 THEN 0.5 ELSE i END AS b,
                    1 AS c1, 1 AS c2, 1 AS c3, 1 AS c4, 1 AS c5, 1 AS c6, 1 AS c7, 1 AS c8 FROM n"""
    table = run(databases.query(sql, database="sqlite")).table

    assert table.column("a").to_pylist() == [str(i) for i in range(1, 1000)] + ["last"]
    assert table.column("b").to_pylist() == [0.5 if i == 999 else float(i) for i in range(1, 1001)]


def test_duckdb_types_arrive_as_they_are(databases: Databases, run: Run) -> None:
    sql = """SELECT 1.25::DECIMAL(10, 2) AS d, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS t, {'a': [1]} AS s,
             sum(i) AS n, '\\xAA'::BLOB AS b, DATE '2024-01-01' AS day, '{}'::JSON AS j FROM range(3) AS r(i)"""
    table = run(databases.query(sql, database="duckdb")).table

    assert [str(t) for t in table.schema.types] == [
        "decimal128(10, 2)",
        "timestamp[us, tz=Etc/UTC]",
        "struct<a: list<l: int32>>",
        "int64",
        "binary",
        "date32[day]",
        "string",
    ]
    assert table.column("n").to_pylist() == [3]


def test_duplicate_column_names_are_made_unique(databases: Databases, run: Run, dialect: str) -> None:
    result = run(databases.query("SELECT 1 AS a, 2 AS a, 3 AS a_2", database=dialect))

    assert result.table.column_names == ["a", "a_2", "a_2_2"]


def test_python_variables_are_no_tables(databases: Databases, run: Run) -> None:
    frame = pa.table({"a": [1]})

    assert _code(run, databases.query("SELECT * FROM frame", database="duckdb")) == "sql-failed"
    assert frame.num_rows == 1


def test_description_without_arguments_names_every_table_only(databases: Databases, run: Run) -> None:
    description = run(databases.describe())

    assert [(d.name, d.dialect, d.description) for d in description.databases] == [
        ("sqlite", "sqlite", "A shop"),
        ("duckdb", "duckdb", "The same shop"),
    ]
    assert description.databases[1].tables == (
        Table("customer", "table", 3),
        Table("sale", "table", 5),
        Table("update", "table", 1),
    )
    assert {t.name for t in description.databases[0].tables} >= {"customer", "sale", "update", "note"}


def test_description_of_a_table_has_keys_comments_and_samples(tmp_path: Path, run: Run) -> None:
    with closing(sqlite3.connect(tmp_path / "c.db")) as connection:
        connection.executescript(
            """CREATE TABLE kind (id INTEGER PRIMARY KEY);
            CREATE TABLE "my thing" ( -- Things we have
              id INTEGER PRIMARY KEY, -- the number
              "full name" TEXT NOT NULL, -- first and last
              kind_id INTEGER REFERENCES kind (id),
              data BLOB);
            INSERT INTO "my thing" VALUES (1, 'a', NULL, x'ff'), (2, 'a', NULL, NULL), (3, 'b', NULL, NULL);"""
        )
    opened = Databases([DatabaseSource("c", f"sqlite:///{tmp_path}/c.db")])
    description = run(opened.describe("c", "MY THING", samples=2))
    run(opened.close())

    columns = (
        Column("id", "INTEGER", True, True, None, "the number", (1, 2)),
        Column("full name", "TEXT", False, False, None, "first and last", ("a", "b")),
        Column("kind_id", "INTEGER", True, False, "kind.id"),
        Column("data", "BLOB", True, samples=("ff",)),
    )
    things = Table("my thing", "table", 3, "Things we have", columns)
    assert description == Description((Database("c", "sqlite", "", (things,), 1),))


def test_unknown_table_is_told_with_the_nearest(databases: Databases, run: Run, dialect: str) -> None:
    with pytest.raises(RequestError, match="Did you mean 'sale'") as failed:
        run(databases.describe(dialect, "sales"))

    assert failed.value.code == "unknown-table"


def test_closing_leaves_no_thread(directory: Path, run: Run) -> None:
    opened = Databases([DatabaseSource("shop", f"sqlite:///{directory}/shop.db")])
    run(opened.query("SELECT 1"))
    before = {t for t in threading.enumerate() if t.name.startswith("sql")}
    run(opened.close())

    assert any(not thread.is_alive() for thread in before)
