"""The general engine on what runs here: PostgreSQL, MariaDB and SQLite, the servers through other drivers."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import SqlLimits
from mcp_pyexec.sql.cached_engine import CachedEngine
from mcp_pyexec.sql.describe import describe_database
from mcp_pyexec.sql.other_engine import OtherEngine
from mcp_pyexec.sql.other_sessions import SESSIONS, Session, filled
from mcp_pyexec.sql.other_types import chunk, settle
from mcp_pyexec.sql.results import Run
from mcp_pyexec.sql.tokens import marked_parameters, named_again, tokenize
from sql.servers import Server

pytestmark = pytest.mark.filterwarnings("ignore:Class unnest")
"""BigQuery's driver, where it is installed, redefines a function that SQLAlchemy's reflection uses."""

LIMITS = SqlLimits(row_limit=1000, timeout_s=5)
POSTGRESQL = Session(
    on_connect=("SET default_transaction_read_only = on", "SET statement_timeout = {milliseconds}"),
    hidden=frozenset({"information_schema"}),
)
MYSQL = Session( on_begin=("SET TRANSACTION READ ONLY", "SET max_statement_time = {seconds}"),
    hidden=frozenset({"information_schema", "mysql", "sys", "performance_schema"}),
)  # fmt: skip
SQLITE = Session(on_connect=("PRAGMA query_only = ON",))


@pytest.fixture(params=["postgresql", "mysql", "sqlite"])
def engine(request: pytest.FixtureRequest, directory: Path) -> Iterator[OtherEngine]:
    """One engine per database, over pg8000, MySQL Connector and sqlite3."""
    if request.param == "sqlite":
        opened = OtherEngine(f"sqlite:///{directory}/shop.db", SQLITE, LIMITS)
    else:
        server: Server = request.getfixturevalue(request.param)
        driver, session = {"postgresql": ("pg8000", POSTGRESQL), "mysql": ("mysqlconnector", MYSQL)}[
            request.param
        ]
        url = f"{request.param}+{driver}:{server.reader.url.partition(':')[2]}"
        opened = OtherEngine(url, session, LIMITS)
    yield opened
    opened.close()


def fetched(engine: OtherEngine, sql: str, **parameters: Any) -> pa.Table:
    return engine.fetch(sql, parameters, Run(LIMITS, 5)).table


def test_rights_of_the_account_are_told_or_that_they_could_not_be_looked_up(postgresql: Server) -> None:
    place = postgresql.reader.url.partition(":")[2]
    role = postgresql.reader.url.split("//")[1].split(":")[0]
    granted = (
        "SELECT privilege_type || ' ON ' || table_name FROM information_schema.role_table_grants "
        "WHERE grantee = current_user AND privilege_type <> 'SELECT'"
    )

    def notes(rights: str) -> str:
        engine = OtherEngine(
            f"postgresql+pg8000:{place}", replace(POSTGRESQL, rights=rights), LIMITS, "Read."
        )
        assert fetched(engine, "SELECT 1 AS a").to_pylist() == [{"a": 1}]
        engine.close()
        return engine.notes

    before, unknown = notes(granted), notes("SELECT nope FROM session_privs")
    postgresql.admin.execute(f"GRANT INSERT ON sale TO {role}")
    try:
        after = notes(granted)
    finally:
        postgresql.admin.execute(f"REVOKE INSERT ON sale FROM {role}")

    assert (before, after) == ("Read.", "Read. Its account has more than reading: INSERT ON sale.")
    assert unknown.startswith(
        "Read. What its account may do beyond reading could not be looked up. The database says:"
    )


def test_rows_come_typed_from_each_driver(engine: OtherEngine) -> None:
    rows = fetched(engine, "SELECT id, product, amount FROM sale WHERE amount > 2 ORDER BY id").to_pylist()

    assert rows == [
        {"id": 1, "product": "tea", "amount": 3.5},
        {"id": 3, "product": "tea", "amount": 4.0},
        {"id": 4, "product": "oil", "amount": 9.25},
    ]


def test_parameters_are_bound_and_never_text(engine: OtherEngine) -> None:
    sql = "SELECT id, '12:30 :id' AS t FROM sale WHERE note = :note OR id = :id ORDER BY id"
    sql = named_again(marked_parameters(sql, tokenize(sql, "trino")))

    assert fetched(engine, sql, note="; drop table sale", id=1).to_pylist() == [
        {"id": 1, "t": "12:30 :id"},
        {"id": 4, "t": "12:30 :id"},
    ]


def test_result_is_cut_at_the_ceiling_of_rows_and_says_so(engine: OtherEngine) -> None:
    run = Run(replace(LIMITS, row_limit=2), 5)
    result = engine.fetch("SELECT id FROM sale ORDER BY id", {}, run)

    assert (result.table.to_pydict(), result.complete) == ({"id": [1, 2]}, False)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM sale",
        "UPDATE sale SET amount = 0",
        "INSERT INTO sale (id) VALUES (9)",
        "CREATE TABLE made (x int)",
    ],
)
def test_writing_changes_nothing_with_the_guard_off(engine: OtherEngine, sql: str) -> None:
    with pytest.raises(RequestError):
        fetched(engine, sql)

    assert fetched(engine, "SELECT count(*) AS n, sum(amount) AS total FROM sale").to_pylist() == [
        {"n": 5, "total": 19.75}
    ]
    assert "made" not in {table.name for table in engine.tables()}


def test_writing_is_rolled_back_where_the_database_lets_it_through(directory: Path, tmp_path: Path) -> None:
    path = tmp_path / "open.db"
    path.write_bytes((directory / "shop.db").read_bytes())
    engine = OtherEngine(f"sqlite:///{path}", Session(), LIMITS)
    for sql in (
        "DELETE FROM sale",
        "DELETE FROM sale RETURNING id",
        "UPDATE sale SET amount = 0 RETURNING id",
    ):
        try:
            fetched(engine, sql)
        except RequestError as error:
            assert error.code == "sql-not-read-only"  # noqa: PT017 - either answer leaves the rows
    engine.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*), sum(amount) FROM sale").fetchone() == (5, 19.75)


def test_failure_is_told_in_the_databases_own_words_without_its_address(engine: OtherEngine) -> None:
    with pytest.raises(RequestError) as failed:
        fetched(engine, "SELECT nope FROM sale")

    assert failed.value.code == "sql-failed"
    assert "nope" in failed.value.message
    assert "127.0.0.1" not in failed.value.message


def test_tables_columns_keys_and_samples_come_from_the_inspector(engine: OtherEngine) -> None:
    assert {"customer", "sale", "update"} <= {table.name for table in engine.tables()}
    seen = CachedEngine(engine, lambda: 1)
    (table,) = describe_database(seen, table="customer", columns=True, samples=2, run=Run(LIMITS, 5)).tables

    assert [(c.name, c.primary_key, c.samples) for c in table.columns] == [
        ("id", True, (1, 2)),
        ("name", False, ("Ada", "Bo")),
        ("region", False, ("north", "south")),
    ]


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "sqlite"])
def test_query_that_does_not_end_is_stopped_and_the_engine_goes_on(
    kind: str, request: pytest.FixtureRequest, directory: Path
) -> None:
    limits = SqlLimits(timeout_s=1)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    if kind == "sqlite":
        engine = OtherEngine(f"sqlite:///{directory}/shop.db", SQLITE, limits)
    else:
        server: Server = request.getfixturevalue(kind)
        driver, session = {"postgresql": ("pg8000", POSTGRESQL), "mysql": ("mysqlconnector", MYSQL)}[kind]
        engine = OtherEngine(f"{kind}+{driver}:{server.reader.url.partition(':')[2]}", session, limits)
        if kind == "mysql":
            endless = (
                "SELECT count(*) FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b WHERE a.seq * b.seq % 7 = 9"
            )
    run = Run(limits, 1)
    ender = _Ending(run)
    with pytest.raises(RequestError) as stopped, ender:
        engine.fetch(endless, {}, run)

    assert stopped.value.code == "sql-timeout"
    assert engine.fetch("SELECT count(*) AS n FROM sale", {}, Run(limits, 1)).table.to_pylist() == [{"n": 5}]
    engine.close()


class _Ending:
    """What `Databases` does about a query whose time is up."""

    def __init__(self, run: Run) -> None:
        import threading

        self._run = run
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._wait)

    def _wait(self) -> None:
        while not self._done.wait(max(0.02, self._run.deadline - time.monotonic())):
            self._run.end()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


BERLIN = dt.timezone(dt.timedelta(hours=1))
MOMENT = dt.datetime(2024, 1, 2, 3, 4, 5, 678901)


@pytest.mark.parametrize(
    ("values", "kind", "given"),
    [
        ([1, None, -(2**63)], "int64", [1, None, -(2**63)]),
        ([2**63, 1], "decimal128(19, 0)", [Decimal(2**63), Decimal(1)]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([2**60 + 1, 2.5], "string", [str(2**60 + 1), "2.5"]),
        ([Decimal("1.50"), Decimal("100")], "decimal128(5, 2)", [Decimal("1.50"), Decimal("100.00")]),
        ([Decimal("NaN"), Decimal(1)], "string", ["NaN", "1"]),
        ([True, None], "bool", [True, None]),
        ([b"\x00", memoryview(b"a")], "binary", [b"\x00", b"a"]),
        ([MOMENT, None], "timestamp[us]", [MOMENT, None]),
        ([MOMENT.replace(tzinfo=BERLIN)], "timestamp[us, tz=UTC]", [MOMENT.replace(tzinfo=BERLIN)]),
        ([dt.date(2024, 1, 2)], "date32[day]", [dt.date(2024, 1, 2)]),
        ([dt.time(1, 2, 3, 4)], "time64[us]", [dt.time(1, 2, 3, 4)]),
        ([dt.timedelta(days=-1)], "duration[us]", [dt.timedelta(days=-1)]),
        ([{"a": [1]}, [1, "é"]], "string", ['{"a": [1]}', '[1, "é"]']),
        ([1, "a"], "string", ["1", "a"]),
        ([None, None], "string", [None, None]),
    ],
)  # fmt: skip
def test_value_of_a_driver_keeps_its_type_and_value(values: list[Any], kind: str, given: list[Any]) -> None:
    column = settle([chunk(values)])

    assert (str(column.type), column.to_pylist()) == (kind, given)


def test_batches_of_different_types_meet_in_one_that_keeps_every_value() -> None:
    batches = [[Decimal("1.5")], [12], [None], [Decimal("1234.25")]]

    assert settle([chunk(batch) for batch in batches]).to_pylist() == [
        Decimal("1.50"),
        Decimal("12.00"),
        None,
        Decimal("1234.25"),
    ]


@pytest.mark.parametrize("family", sorted(SESSIONS))
def test_every_session_fills_in_its_limits(family: str) -> None:
    session = SESSIONS[family]
    texts = [*session.on_connect, *session.on_begin, *session.options.values()]

    assert not [text for text in texts if "{" in filled(text, LIMITS)]
