from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Column, Databases, SqlLimits, Table
from sql.analytics import statements
from sql.honest import COMMON
from sql.postgresql_honest import POSTGRESQL
from sql.servers import Server

Run = Callable[[Any], Any]

HONEST = [sql for sql in COMMON if "group_concat" not in sql and "round(avg(amount)" not in sql] + POSTGRESQL
HONEST += statements("postgresql.sql")
ENDLESS = (
    "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 10000000) b WHERE a * b % 7 = 9"
)


@pytest.mark.parametrize("sql", HONEST, ids=range(len(HONEST)))
def test_honest_statement_gives_what_the_server_gives(
    postgresql: Server, postgresql_databases: Databases, run: Run, sql: str
) -> None:
    result = run(postgresql_databases.query(sql, database="reader"))

    assert result.complete
    if not sql.startswith("EXPLAIN"):
        assert _texts(postgresql, result.sql_executed) == _texts(postgresql, sql)
        assert result.table.num_rows == len(_texts(postgresql, sql))


def _texts(server: Server, sql: str) -> list[tuple[Any, ...]]:
    """The server's own answer, each value as the text it sends."""
    with server.admin.cursor() as cursor:
        cursor.execute(sql)
        result = cursor.pgresult
        return [
            tuple(result.get_value(row, column) for column in range(result.nfields))
            for row in range(result.ntuples)
        ]


def test_the_list_of_honest_statements_is_long_enough_to_mean_something() -> None:
    assert len(set(HONEST)) >= 300


@pytest.mark.parametrize("parameters", [None, {"least": 0}], ids=["copy", "cursor"])
def test_every_type_keeps_its_value(
    postgresql_databases: Databases, run: Run, parameters: dict[str, Any] | None
) -> None:
    sql = "SELECT * FROM kind " + ("WHERE id > :least " if parameters else "") + "ORDER BY id"
    table = run(postgresql_databases.query(sql, database="reader", parameters=parameters)).table

    assert {field.name: str(field.type) for field in table.schema} == {
        "id": "int32",
        "mood": "dictionary<values=string, indices=int32, ordered=0>",
        "tags": "list<item: string>",
        "token": "string",
        "data": "string",
        "raw": "binary",
        "span": "month_day_nano_interval",
        "price": "decimal128(12, 3)",
        "free": "decimal128(21, 1)",
        "at": "timestamp[us, tz=UTC]",
        "clock": "time64[us]",
        "flag": "bool",
        "ratio": "float",
        "grid": "list<item: list<item: int32>>",
    }
    first, second = table.to_pylist()
    assert str(first.pop("ratio")) == "nan"
    assert first == {
        "id": 1,
        "mood": "glad",
        "tags": ["a", "b,c", None],
        "token": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "data": '{"a": [1]}',
        "raw": b"\0\xff",
        "span": pa.MonthDayNano([1, 2, 3 * 3600 * 10**9]),
        "price": Decimal("123456789.125"),
        "free": Decimal("12345678901234567890.5"),
        "at": datetime.datetime(2024, 1, 2, 1, 4, 5, 678901, tzinfo=datetime.UTC),
        "clock": datetime.time(1, 2, 3, 500000),
        "flag": True,
        "grid": [[1, 2], [3, 4]],
    }
    assert second == {
        "id": 2,
        "mood": None,
        "tags": [],
        "token": None,
        "data": "null",
        "raw": b"",
        "span": pa.MonthDayNano([0, 0, -500_000_000]),
        "price": Decimal("-0.001"),
        "free": None,
        "at": None,
        "clock": None,
        "flag": None,
        "ratio": float("inf"),
        "grid": None,
    }


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT NULL::text AS a UNION ALL SELECT '' ORDER BY 1", ["", None]),
        ("SELECT E'a\"b,c\\r\\n\\\\.' AS a", ['a"b,c\r\n\\.']),
        ("SELECT '\\.' AS a", ["\\."]),
        ("SELECT 'infinity'::date AS a UNION ALL SELECT '2024-01-02'", ["infinity", "2024-01-02"]),
        ("SELECT '0044-03-15 BC'::date AS a", ["0044-03-15 BC"]),
        ("SELECT 'NaN'::numeric AS a UNION ALL SELECT 1.5", ["NaN", "1.5"]),
        ("SELECT '24:00'::time AS a", ["24:00:00"]),
        ("SELECT 9223372036854775807 AS a", [9223372036854775807]),
        ("SELECT 0.1::float8 + 0.2 AS a", [0.1 + 0.2]),
        ("SELECT 'é😀' AS a", ["é😀"]),
        ("SELECT 1 AS a WHERE false", []),
        ("SELECT (1, 'x') AS a", ["(1,x)"]),
        ("SELECT ARRAY['NULL', NULL, 'a\\\"b', '{}'] AS a", [["NULL", None, 'a\\"b', "{}"]]),
        ("SELECT repeat('x', 1000000) AS a", ["x" * 1_000_000]),
        (
            "SELECT 'infinity'::timestamptz AS a UNION ALL SELECT '2024-01-02'",
            ["infinity", "2024-01-02 00:00:00+00"],
        ),
        ("SELECT '-infinity'::timestamp AS a", ["-infinity"]),
        ("SELECT '294276-12-31 23:59:59.999999'::timestamp AS a", ["294276-12-31 23:59:59.999999"]),
        ("SELECT '4713-01-01 BC'::timestamptz AS a", ["4713-01-01 00:00:00+00 BC"]),
        (
            "SELECT '0001-01-01'::date AS a UNION ALL SELECT '9999-12-31'",
            [datetime.date.min, datetime.date.max],
        ),
        ("SELECT v::numeric(5, 2) AS a FROM (VALUES ('NaN'), ('1.5')) AS t(v)", ["NaN", "1.50"]),
        ("SELECT 'Infinity'::numeric AS a", ["Infinity"]),
        ("SELECT 'NaN'::float8 = 'NaN' AND '-Infinity'::float8 < 0 AS a", [True]),
        *(
            (f"SELECT '{value}'::numeric({precision}, {scale}) AS a", [Decimal(value)])
            for value, precision, scale in [
                ("999999999999999999", 18, 0),
                ("-999999999999999999", 18, 0),
                ("-0.999999999999999999", 18, 18),
                ("99999999999999999.9", 18, 1),
                ("10000.0001", 12, 4),
                ("0.0000", 12, 4),
                ("9" * 28 + "." + "9" * 10, 38, 10),
                ("9" * 60, 60, 0),
            ]
        ),
        (
            "SELECT v::numeric(9, 3) AS a FROM (VALUES (NULL), (-1.5), (0)) AS t(v)",
            [None, Decimal("-1.5"), Decimal(0)],
        ),
        ("SELECT int4range(1, 5) AS a", ["[1,5)"]),
        ("SELECT B'0101' AS a", ["0101"]),
        ("SELECT 'ab'::char(5) AS a", ["ab   "]),
        ("SELECT 'x'::\"char\" AS a", ["x"]),
        ("SELECT '10.0.0.1/8'::inet AS a", ["10.0.0.1/8"]),
        ("SELECT '12:13:14+02'::timetz AS a", ["12:13:14+02"]),
        ("SELECT '{}'::int[] AS a UNION ALL SELECT '[2:3]={1,2}'", [[], [1, 2]]),
        ("SELECT (-32768)::smallint AS a UNION ALL SELECT NULL", [-32768, None]),
        ("SELECT decode('', 'hex') AS a UNION ALL SELECT NULL", [b"", None]),
    ],
)
def test_hard_value_arrives_as_it_is(
    postgresql_databases: Databases, run: Run, sql: str, values: list[Any]
) -> None:
    table = run(postgresql_databases.query(sql, database="reader")).table

    assert table.column("a").to_pylist() == values


def test_late_value_beyond_its_type_makes_the_whole_column_text(postgresql: Server, run: Run) -> None:
    opened = Databases([postgresql.reader])
    late = "CASE i WHEN 300000 THEN 'infinity' ELSE date '2024-01-01' + i % 9 END"
    sql = f"SELECT {late} AS d, i FROM generate_series(1, 300000) i"
    table = run(opened.query(sql)).table
    run(opened.close())

    assert [str(kind) for kind in table.schema.types] == ["string", "int32"]
    assert (table["d"][0].as_py(), table["d"][-1].as_py()) == ("2024-01-02", "infinity")
    assert table["i"].to_pylist() == list(range(1, 300_001))


def test_rows_keep_their_order_where_columns_are_asked_for_as_text(postgresql: Server, run: Run) -> None:
    opened = Databases([postgresql.reader])
    table = run(
        opened.query("SELECT i, ARRAY[i] AS l FROM generate_series(1, 100000) i ORDER BY i DESC")
    ).table
    run(opened.close())

    assert table["i"].to_pylist() == list(range(100_000, 0, -1))
    assert table["l"][0].as_py() == [100_000]


def test_types_of_the_users_own_and_the_widest_and_longest_rows_arrive_whole(
    postgresql: Server, run: Run
) -> None:
    postgresql.admin.execute(
        "CREATE DOMAIN score AS numeric(5, 2); CREATE TYPE pair AS (n int, t text); CREATE TABLE own AS SELECT "
        "1.25::score AS s, (1, 'a b')::pair AS p, 4294967295::oid AS o, repeat('x', 100000000) AS long; "
        "GRANT SELECT ON own TO PUBLIC"
    )
    opened = Databases([postgresql.reader], limits=SqlLimits(value_bytes=2**27))
    own = run(opened.query("SELECT * FROM own")).table
    wide = run(opened.query("SELECT " + ", ".join(f"{i} AS c{i}" for i in range(1600)))).table
    run(opened.close())
    postgresql.admin.execute("DROP TABLE own; DROP TYPE pair; DROP DOMAIN score")

    assert own.select(["s", "p", "o"]).to_pylist() == [
        {"s": Decimal("1.25"), "p": '(1,"a b")', "o": 2**32 - 1}
    ]
    assert len(own["long"][0].as_py()) == 100_000_000
    assert wide.to_pylist() == [{f"c{i}": i for i in range(1600)}]


@pytest.mark.parametrize(
    ("sql", "parameters", "value"),
    [
        ("SELECT :a AS v", {"a": "it's $1; drop table sale"}, "it's $1; drop table sale"),
        ("SELECT :a::int + :b AS v", {"a": 1, "b": 2}, 3),
        ("SELECT :a AS v", {"a": None}, None),
        ("SELECT :a AS v", {"a": True}, True),
        ("SELECT :a AS v", {"a": 1.5}, 1.5),
        ("SELECT :a AS v", {"a": b"\0\xff"}, b"\0\xff"),
        ("SELECT :a AS v", {"a": 2**40}, 2**40),
        ("SELECT round(2.345, :n) AS v", {"n": 1}, Decimal("2.3")),
        ("SELECT date '2024-01-01' + :days AS v", {"days": 1}, datetime.date(2024, 1, 2)),
        (
            "SELECT id AS v FROM sale WHERE day > :day AND product = :p ORDER BY 1",
            {"day": "2024-03-01", "p": "x"},
            ...,
        ),
        ("SELECT id AS v FROM sale ORDER BY id LIMIT :n", {"n": 1}, 1),
    ],
)
def test_parameter_is_a_value_of_the_type_its_place_wants(
    postgresql_databases: Databases, run: Run, sql: str, parameters: dict[str, Any], value: Any
) -> None:
    table = run(postgresql_databases.query(sql, database="reader", parameters=parameters)).table

    assert table.column("v").to_pylist() == ([] if value is ... else [value])


@pytest.mark.parametrize(
    ("rows", "kept", "complete"),
    [(999, 999, True), (1000, 1000, True), (1001, 1000, False), (10**6, 1000, False)],
)
@pytest.mark.parametrize("bound", [False, True])
def test_complete_is_exact_at_the_row_limit(
    postgresql_databases: Databases, run: Run, rows: int, kept: int, complete: bool, bound: bool
) -> None:
    sql = f"SELECT i FROM generate_series(1, {':n::int' if bound else rows}) AS i"
    result = run(
        postgresql_databases.query(sql, database="reader", parameters={"n": rows} if bound else None)
    )

    assert (result.table.column("i").to_pylist(), result.complete) == (list(range(1, kept + 1)), complete)


def test_byte_ceiling_cuts_the_result_and_says_so(postgresql: Server, run: Run) -> None:
    opened = Databases([postgresql.reader], limits=SqlLimits(byte_limit=100_000))
    result = run(opened.query("SELECT i FROM generate_series(1, 1000000) AS i"))
    run(opened.close())

    assert not result.complete
    assert 0 < result.table.nbytes <= 100_000


def test_row_above_the_ceiling_is_an_error_with_a_remedy(postgresql: Server, run: Run) -> None:
    opened = Databases([postgresql.reader], limits=SqlLimits(value_bytes=1000))
    with pytest.raises(RequestError, match="substr") as failed:
        run(opened.query("SELECT repeat('x', 10000)"))
    run(opened.close())

    assert failed.value.code == "sql-failed"


@pytest.mark.parametrize("bound", [False, True])
def test_time_limit_stops_the_query_in_the_server(
    postgresql: Server, postgresql_databases: Databases, run: Run, bound: bool
) -> None:
    sql, parameters = (f"{ENDLESS} AND a > :n", {"n": 0}) if bound else (ENDLESS, None)
    with pytest.raises(RequestError) as stopped:
        run(postgresql_databases.query(sql, database="reader", parameters=parameters, timeout_s=0.3))

    assert stopped.value.code == "sql-timeout"
    assert _settled(postgresql) == 0


def test_cancellation_stops_the_query_in_the_server(
    postgresql: Server, postgresql_databases: Databases, run: Run
) -> None:
    async def cancelled() -> tuple[int, int, list[Any]]:
        task = asyncio.ensure_future(postgresql_databases.query(ENDLESS, database="reader"))
        while not (running := _active(postgresql)):
            done, _ = await asyncio.wait({task}, timeout=0.02)
            assert not done
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        after = _settled(postgresql)
        queries = [postgresql_databases.query("SELECT 1 AS a", database="reader") for _ in range(6)]
        return running, after, [r.table.to_pylist() for r in await asyncio.gather(*queries)]

    assert run(cancelled()) == (1, 0, [[{"a": 1}]] * 6)


def _settled(server: Server) -> int:
    """How many still run, once none does or a second has passed: the server answers before it has tidied up."""
    until = time.monotonic() + 1
    while (running := _active(server)) and time.monotonic() < until:
        pass
    return running


def _active(server: Server) -> int:
    row = server.admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
        "AND query LIKE '%1000000) AS %'"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_wait_for_a_lock_ends_by_itself(postgresql: Server, run: Run) -> None:
    opened = Databases([postgresql.reader], limits=SqlLimits(timeout_s=0.5))
    with psycopg.connect(postgresql.superuser.url) as blocker:
        blocker.execute("LOCK TABLE customer IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(RequestError) as stopped:
            run(opened.query("SELECT * FROM customer"))
        blocker.rollback()
    run(opened.close())

    assert stopped.value.code in {"sql-timeout", "sql-failed"}


def test_dropped_idle_session_is_replaced_once(postgresql: Server, run: Run) -> None:
    opened = Databases([postgresql.reader], limits=SqlLimits(concurrent=1))
    first = run(opened.query("SELECT 1 AS a")).table.to_pylist()
    assert _kill(postgresql, "state = 'idle'")
    second = run(opened.query("SELECT 2 AS a")).table.to_pylist()
    run(opened.close())

    assert (first, second) == ([{"a": 1}], [{"a": 2}])


def test_server_that_lets_nobody_in_any_more_is_told_without_its_address_and_user(
    postgresql: Server, run: Run
) -> None:
    user = postgresql.reader.url.split("//")[1].split(":")[0]
    opened = Databases([postgresql.reader])
    run(opened.query("SELECT 1 AS a"))
    postgresql.admin.execute(f"ALTER ROLE {user} NOLOGIN")
    try:
        assert _kill(postgresql, "state = 'idle'")
        with pytest.raises(RequestError) as failed:
            run(opened.query("SELECT 1 AS a"))
    finally:
        postgresql.admin.execute(f"ALTER ROLE {user} LOGIN")
    run(opened.close())

    assert failed.value.code == "database-unreachable"
    assert user not in failed.value.message
    assert "127.0.0.1" not in failed.value.message


def test_session_that_is_killed_in_the_middle_of_a_result_is_an_error_and_not_tried_again(
    postgresql: Server, run: Run
) -> None:
    opened = Databases(
        [postgresql.reader], limits=SqlLimits(row_limit=10**9, byte_limit=10**12, concurrent=1)
    )
    read = "SELECT a FROM generate_series(1, 100000000) AS a"

    async def killed() -> tuple[str, int, list[Any]]:
        task = asyncio.ensure_future(opened.query(read))
        while not _kill(postgresql, "state = 'active' AND query LIKE 'COPY%AS a%'"):
            done, _ = await asyncio.wait({task}, timeout=0.02)
            assert not done
        with pytest.raises(RequestError) as failed:
            await task
        after = _kill(postgresql, "state = 'active'")
        return failed.value.message, after, (await opened.query("SELECT 1 AS a")).table.to_pylist()

    message, running, next_rows = run(killed())
    run(opened.close())

    assert "lost" in message
    assert "again" in message
    assert (running, next_rows) == (0, [{"a": 1}])


def _kill(server: Server, which: str) -> int:
    row = server.admin.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
        f"AND application_name = 'mcp-pyexec' AND {which}",
        prepare=False,
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("sql", "code", "hint"),
    [
        ("SELECT * FROM sales", "sql-failed", "Did you mean 'sale'?"),
        ("SELECT amoun FROM sale", "sql-failed", "Did you mean 'amount'?"),
        ("SELECT s.amoun FROM sale s", "sql-failed", "Did you mean 'amount'?"),
        ("SELECT rond(amount) FROM sale", "sql-not-read-only", "Did you mean 'round'?"),
        ("SELEC 1", "sql-syntax", "valid"),
    ],
)
def test_mistake_is_told_with_the_nearest_name(
    postgresql_databases: Databases, run: Run, sql: str, code: str, hint: str
) -> None:
    with pytest.raises(RequestError) as failed:
        run(postgresql_databases.query(sql, database="reader"))

    assert failed.value.code == code
    assert hint in failed.value.message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody_here:wrong@127.0.0.1:1/secret_database",
        "postgresql://nobody_here:wrong@name-that-does-not-exist.invalid/secret_database",
    ],
)
def test_server_that_does_not_answer_is_told_without_its_url(run: Run, url: str) -> None:
    opened = Databases([DatabaseSource("shop", url)])
    with pytest.raises(RequestError) as failed:
        run(opened.query("SELECT 1"))
    everything = run(opened.describe())
    run(opened.close())

    assert failed.value.code == "database-unreachable"
    assert not any(
        word in failed.value.message for word in ("nobody_here", "wrong", "secret_database", "127.0.0.1")
    )
    assert everything.databases[0].tables == ()
    assert "cannot be reached" in everything.databases[0].description


def test_description_has_keys_comments_samples_and_statistics(
    postgresql_databases: Databases, run: Run
) -> None:
    (database,) = run(postgresql_databases.describe("reader", "SALE", samples=2)).databases

    columns = (
        Column("id", "integer", True, samples=(1, 2), distinct=5, null_share=0.0),
        Column(
            "customer_id", "integer", True, False, "customer.id", samples=(1, 2), distinct=3, null_share=0.0
        ),
        Column("product", "character varying", True, samples=("tea", "jam"), distinct=3, null_share=0.0),
        Column(
            "amount",
            "double precision",
            True,
            comment="In euro",
            samples=(3.5, 2.0),
            distinct=5,
            null_share=0.0,
        ),
        Column("day", "date", True, samples=("2024-01-02", "2024-01-09"), distinct=5, null_share=0.0),
        Column(
            "note",
            "character varying",
            True,
            samples=('{"a": {"b": 1}}', '{"a": {"b": 2}}'),
            distinct=3,
            null_share=0.4,
        ),
    )
    assert database.tables == (Table("sale", "table", 5, "What was sold", columns),)
    assert (database.name, database.dialect, database.description) == ("reader", "postgresql", "")


def test_description_names_what_the_role_may_read_only(
    postgresql: Server, postgresql_databases: Databases, run: Run
) -> None:
    postgresql.admin.execute("CREATE TABLE closed (a int)")
    try:
        description = run(postgresql_databases.describe())
    finally:
        postgresql.admin.execute("DROP TABLE closed")

    tables = {d.name: [t.name for t in d.tables] for d in description.databases}
    assert tables["reader"] == ["customer", "kind", "sale", "update"]
    assert tables["superuser"] == ["closed", "customer", "kind", "sale", "update"]
