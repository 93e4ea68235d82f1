"""Descriptions of databases that change, and of databases with more tables than an answer holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Reader
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Database, Databases, Table
from mcp_pyexec.sql.postgresql_catalog import read_columns, read_tables
from mcp_pyexec.tools.describe_database import Description, as_text
from sql.servers import mysql_server, postgresql_server

Run = Callable[[Awaitable[Any]], Any]
Execute = Callable[[str], object]

COLUMNS = "(id int PRIMARY KEY, name varchar(20), a int, b int, c int, d int, e int, f int, g int, h int, i int, j int)"
SCHEMAS, TABLES = 30, 10


@contextmanager
def opened(source: DatabaseSource, run: Run) -> Iterator[Databases]:
    databases = Databases([source], start_reader=Reader)
    try:
        yield databases
    finally:
        run(databases.close())


def described(databases: Databases, run: Run, **asked: Any) -> Database:
    (database,) = run(databases.describe(**asked)).databases
    return database


def names(databases: Databases, run: Run, **asked: Any) -> set[str]:
    return {table.name for table in described(databases, run, **asked).tables}


def column_names(databases: Databases, run: Run, table: str) -> list[str]:
    return [c.name for c in described(databases, run, database="x", table=table).tables[0].columns]


@pytest.fixture(params=["rollback", "wal"])
def sqlite_file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[DatabaseSource, Execute]]:
    """A SQLite file that a writer has open, in both ways that SQLite writes."""
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as writer:
        writer.execute(f"PRAGMA journal_mode = {'wal' if request.param == 'wal' else 'delete'}")
        writer.execute("CREATE TABLE first (a)")
        yield DatabaseSource("x", f"sqlite:///{tmp_path}/x.db"), writer.execute


def test_change_of_a_sqlite_file_is_described_at_once(
    sqlite_file: tuple[DatabaseSource, Execute], run: Run
) -> None:
    source, execute = sqlite_file
    with opened(source, run) as databases:
        assert names(databases, run) == {"first"}
        assert column_names(databases, run, "first") == ["a"]
        execute("CREATE TABLE second (b)")
        execute("ALTER TABLE first ADD COLUMN c")
        assert names(databases, run) == {"first", "second"}
        assert column_names(databases, run, "first") == ["a", "c"]
        execute("INSERT INTO second VALUES (1), (2)")
        (second,) = described(databases, run, database="x", table="second").tables
        assert second.rows_estimate == 2


def test_replaced_sqlite_file_is_described_anew(tmp_path: Path, run: Run) -> None:
    for name in ("old", "new"):
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as connection:
            connection.execute(f"CREATE TABLE {name} (a)")
    with opened(DatabaseSource("x", f"sqlite:///{tmp_path}/old.db"), run) as databases:
        assert names(databases, run) == {"old"}
        (tmp_path / "new.db").replace(tmp_path / "old.db")
        assert names(databases, run) == {"new"}


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[DatabaseSource, Execute]]:
    """A database of its own on a server, and something that changes it."""
    if request.param == "postgresql":
        with postgresql_server("CREATE TABLE first (a int)") as found:
            found.admin.execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO public")
            yield DatabaseSource("x", found.reader.url), found.admin.execute
    else:
        with mysql_server(["CREATE TABLE first (a int)"]) as found, found.admin.cursor() as cursor:
            yield DatabaseSource("x", found.reader.url), cursor.execute


def test_table_that_is_asked_for_by_name_is_found_although_it_is_new(
    server: tuple[DatabaseSource, Execute], run: Run
) -> None:
    source, execute = server
    with opened(source, run) as databases:
        assert names(databases, run) == {"first"}
        execute("CREATE TABLE second (b int)")
        assert column_names(databases, run, "second") == ["b"]
        assert names(databases, run) == {"first", "second"}


def test_change_of_a_servers_catalogue_is_described_at_once(
    server: tuple[DatabaseSource, Execute], run: Run
) -> None:
    source, execute = server
    mysql = source.dialect == "mysql"
    with opened(source, run) as databases:
        assert names(databases, run) == {"first"}
        assert column_names(databases, run, "first") == ["a"]
        execute("CREATE TABLE second (b int)")
        assert names(databases, run) == {"first", "second"}
        execute("ALTER TABLE first ADD COLUMN c int")
        assert column_names(databases, run, "first") == ["a", "c"]
        execute("ALTER TABLE first RENAME COLUMN c TO d")
        assert column_names(databases, run, "first") == ["a", "d"]
        execute("ALTER TABLE first COMMENT 'told'" if mysql else "COMMENT ON TABLE first IS 'told'")
        assert {table.comment for table in described(databases, run).tables} == {"told", ""}
        execute("DROP TABLE second")
        execute("CREATE VIEW third AS SELECT a FROM first")
        assert names(databases, run) == {"first", "third"}


def test_query_that_finds_no_such_column_ends_what_was_remembered(
    server: tuple[DatabaseSource, Execute], run: Run
) -> None:
    source, execute = server
    with opened(source, run) as databases:
        assert column_names(databases, run, "first") == ["a"]
        execute("ALTER TABLE first ADD COLUMN amount int")
        execute("CREATE TABLE second (b int)")
        with pytest.raises(RequestError, match="Did you mean 'amount'"):
            run(databases.query("SELECT amoun FROM first"))
        assert column_names(databases, run, "first") == ["a", "amount"]
        assert names(databases, run) == {"first", "second"}


@pytest.fixture(scope="module", params=["sqlite", "duckdb", "postgresql", "mysql"])
def large(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DatabaseSource]:
    """300 tables of 12 columns, in 30 schemas where the engine has schemas."""
    place = tmp_path_factory.mktemp("large")
    flat = [f"CREATE TABLE s{s}_t{t} {COLUMNS}" for s in range(SCHEMAS) for t in range(TABLES)]
    deep = [
        part
        for s in range(SCHEMAS)
        for part in (f"CREATE SCHEMA s{s}", *(f"CREATE TABLE s{s}.t{t} {COLUMNS}" for t in range(TABLES)))
    ]
    if request.param == "sqlite":
        with closing(sqlite3.connect(place / "x.db")) as connection:
            connection.executescript(f"BEGIN; {';'.join(flat)}; COMMIT")
        yield DatabaseSource("x", f"sqlite:///{place}/x.db")
    elif request.param == "duckdb":
        with closing(duckdb.connect(str(place / "x.duckdb"))) as connection:
            connection.execute(";".join(deep))
        yield DatabaseSource("x", f"duckdb:///{place}/x.duckdb")
    elif request.param == "postgresql":
        with postgresql_server(";".join(deep)) as found:
            for s in range(SCHEMAS):
                found.admin.execute(
                    f"GRANT USAGE ON SCHEMA s{s} TO public; GRANT SELECT ON ALL TABLES IN SCHEMA s{s} TO public"
                )
            yield DatabaseSource("x", found.reader.url)
    else:
        with mysql_server(flat) as found:
            yield DatabaseSource("x", found.reader.url)


def full(tables: tuple[Table, ...]) -> int:
    return sum(bool(table.columns) for table in tables)


def test_many_tables_are_named_as_far_as_an_answer_holds_with_every_schema(
    large: DatabaseSource, run: Run
) -> None:
    with opened(large, run) as databases:
        listed = described(databases, run)
        whole = described(databases, run, database="x")

    assert (len(listed.tables), listed.tables_total, full(listed.tables)) == (200, 300, 0)
    assert sum(schema.tables for schema in listed.schemas) == 300
    assert len(listed.schemas) == (SCHEMAS if "." in listed.tables[0].name else 1)
    assert [t.name for t in whole.tables] == [t.name for t in listed.tables]
    assert full(whole.tables) == full(whole.tables[:50]) == 50  # 600 columns
    assert whole.tables_total == 300


@pytest.mark.parametrize(
    ("pattern", "count"), [("S7?t*", 10), ("*t3", 30), ("s1?t1", 1), ("s2[01]?t[0-4]", 10)]
)
def test_pattern_narrows_the_description(large: DatabaseSource, run: Run, pattern: str, count: int) -> None:
    with opened(large, run) as databases:
        found = described(databases, run, database="x", table=pattern)

    assert (len(found.tables), full(found.tables), found.tables_total, found.schemas) == (
        count,
        count,
        count,
        (),
    )
    assert all(len(table.columns) == 12 for table in found.tables)


def test_pattern_that_matches_nothing_is_unknown(large: DatabaseSource, run: Run) -> None:
    with opened(large, run) as databases, pytest.raises(RequestError, match="no table 'x\\*'") as failed:
        described(databases, run, database="x", table="x*")

    assert failed.value.code == "unknown-table"


def test_columns_of_many_tables_take_as_many_statements_as_those_of_one() -> None:
    schema = ";".join(f"CREATE SCHEMA s{s}; CREATE TABLE s{s}.t {COLUMNS}" for s in range(60))
    with postgresql_server(schema) as found, psycopg.connect(found.superuser.url) as connection:
        sent: list[str] = []

        def rows(sql: str) -> list[tuple[Any, ...]]:
            sent.append(sql)
            return [
                tuple(None if v is None else str(v) for v in row) for row in connection.execute(sql.encode())
            ]

        tables = read_tables(rows)
        before = len(sent)
        read_columns(rows, tables[:1])
        for_one = len(sent) - before
        assert [len(t.columns) for t in read_columns(rows, tables)] == [12] * 60

    assert len(sent) - before == 2 * for_one


def test_text_of_a_large_description_stays_short_and_says_how_to_narrow(
    large: DatabaseSource, run: Run
) -> None:
    with opened(large, run) as databases:
        texts = [
            as_text(Description.model_validate(asdict(run(databases.describe(**asked)))))
            for asked in ({}, {"database": "x"})
        ]

    assert all("200 of 300 tables are named" in text and "table='*WORD*'" in text for text in texts)
    assert all(len(text) < 40_000 for text in texts)
