from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Column, Databases, SqlLimits, Table
from sql.analytics import statements
from sql.honest import COMMON
from sql.mysql_honest import MYSQL
from sql.servers import Server

Run = Callable[[Any], Any]

_NOT_MYSQL = (
    '"',
    "||",
    "AS TEXT",
    "FILTER",
    "NULLS",
    "AS INTEGER",
    "lag(amount, 1, 0)",
    "group_concat",
    "VALUES (",
)
HONEST = [sql for sql in COMMON if not any(word in sql for word in _NOT_MYSQL)] + MYSQL
HONEST += statements("mysql.sql")
ENDLESS = "SELECT COUNT(*) FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b WHERE a.seq * b.seq % 7 = 9"


@pytest.mark.parametrize("sql", HONEST, ids=range(len(HONEST)))
def test_honest_statement_gives_what_the_server_gives(
    mysql: Server, mysql_databases: Databases, run: Run, sql: str
) -> None:
    result = run(mysql_databases.query(sql, database="reader"))

    assert result.complete
    if not sql.startswith(("EXPLAIN", "ANALYZE")):
        assert _rows(mysql, result.sql_executed) == _rows(mysql, sql)
        assert result.table.num_rows == len(_rows(mysql, sql))


def _rows(server: Server, sql: str) -> Any:
    with server.admin.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_list_of_honest_statements_is_long_enough_to_mean_something() -> None:
    assert len(set(HONEST)) >= 300


@pytest.mark.parametrize("parameters", [None, {"least": 0}], ids=["text", "prepared"])
def test_every_type_keeps_its_value(
    mysql_databases: Databases, run: Run, parameters: dict[str, Any] | None
) -> None:
    sql = "SELECT * FROM kind " + ("WHERE id > :least " if parameters else "") + "ORDER BY id"
    table = run(mysql_databases.query(sql, database="reader", parameters=parameters)).table

    assert {field.name: str(field.type) for field in table.schema} == {
        "id": "int32",
        "mood": "dictionary<values=string, indices=int32, ordered=0>",
        "tags": "string",
        "tiny": "uint8",
        "big": "uint64",
        "price": "decimal128(12, 3)",
        "raw": "binary",
        "fixed": "binary",
        "at": "timestamp[us]",
        "stamp": "timestamp[us, tz=UTC]",
        "clock": "duration[us]",
        "flags": "uint64",
        "born": "int16",
        "ratio": "float",
        "data": "string",
        "note": "string",
    }
    assert table.to_pylist() == [
        {
            "id": 1,
            "mood": "glad",
            "tags": "a,b",
            "tiny": 255,
            "big": 2**64 - 1,
            "price": Decimal("123456789.125"),
            "raw": b"\0\xff",
            "fixed": b"ab",
            "at": datetime.datetime(2024, 1, 2, 3, 4, 5, 678901),
            "stamp": datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
            "clock": -datetime.timedelta(hours=100, milliseconds=500),
            "flags": 257,
            "born": 2024,
            "ratio": 0.5,
            "data": '{"a": [1]}',
            "note": "é",
        },
        {
            **dict.fromkeys(table.column_names),
            "id": 2,
            "tags": "",
            "price": Decimal("-0.001"),
            "raw": b"",
            "fixed": b"\0\0",
            "note": "",
        },
    ]


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT NULL AS a UNION ALL SELECT ''", [None, ""]),
        ("SELECT CAST('0000-00-00' AS CHAR) AS a", ["0000-00-00"]),
        ("SELECT 9223372036854775807 AS a", [9223372036854775807]),
        ("SELECT 0.1e0 + 0.2e0 AS a", [0.1 + 0.2]),
        ("SELECT 'é😀' AS a", ["é😀"]),
        ("SELECT 1 AS a FROM sale WHERE 1 = 0", []),
        ("SELECT REPEAT('x', 250) AS a", ["x" * 250]),
        ("SELECT REPEAT('x', 251) AS a", ["x" * 251]),
        ("SELECT REPEAT('x', 70000) AS a", ["x" * 70000]),
        ("SELECT REPEAT('x', 1000000) AS a", ["x" * 1_000_000]),
        ("SELECT 'a\\nb\\\\c\\'d' AS a", ["a\nb\\c'd"]),
    ],
)
def test_hard_value_arrives_as_it_is(
    mysql_databases: Databases, run: Run, sql: str, values: list[Any]
) -> None:
    assert run(mysql_databases.query(sql, database="reader")).table.column("a").to_pylist() == values


def test_value_without_a_form_in_arrow_makes_the_whole_column_text(mysql: Server, run: Run) -> None:
    with mysql.admin.cursor() as cursor:
        cursor.execute("CREATE TABLE zero AS SELECT seq AS n, DATE('2024-01-02') AS d FROM seq_1_to_20000")
        cursor.execute("INSERT INTO zero VALUES (20001, '0000-00-00')")
    opened = Databases([mysql.reader])
    table = run(opened.query("SELECT d, n FROM zero ORDER BY n")).table
    run(opened.close())

    assert str(table.schema.field("d").type) == "string"
    assert (table["d"][0].as_py(), table["d"][-1].as_py()) == ("2024-01-02", "0000-00-00")
    assert table["n"].to_pylist() == list(range(1, 20_002))


def test_widest_row_arrives_whole(mysql_databases: Databases, run: Run) -> None:
    sql = "SELECT " + ", ".join(f"{i} AS c{i}" for i in range(1600))
    rows = run(mysql_databases.query(sql, database="reader")).table.to_pylist()

    assert rows == [{f"c{i}": i for i in range(1600)}]


def test_row_of_many_packets_is_read_whole(mysql: Server, run: Run) -> None:
    sql = "SELECT REPEAT('x', 9000000) AS a, REPEAT('y', 9000000) AS b, 1 AS c"
    opened = Databases([mysql.reader])
    table = run(opened.query(sql)).table
    run(opened.close())

    assert table.to_pylist() == [{"a": "x" * 9_000_000, "b": "y" * 9_000_000, "c": 1}]


@pytest.mark.parametrize(
    ("sql", "parameters", "values"),
    [
        ("SELECT :a AS v", {"a": "it's ? \\ '; drop table sale"}, ["it's ? \\ '; drop table sale"]),
        ("SELECT :a + :b AS v", {"a": 1, "b": 2}, [3]),
        ("SELECT :a AS v", {"a": None}, [None]),
        ("SELECT :a AS v", {"a": True}, [1]),
        ("SELECT :a AS v", {"a": 1.5}, [1.5]),
        ("SELECT :a AS v", {"a": 1e300}, [1e300]),
        ("SELECT :a AS v", {"a": "é😀"}, ["é😀"]),
        (
            "SELECT id AS v FROM sale WHERE product = :p AND day > :d ORDER BY 1",
            {"p": "tea", "d": "2024-02-01"},
            [3, 5],
        ),
        ("SELECT id AS v FROM sale WHERE product LIKE :p ORDER BY id LIMIT :n", {"p": "te%", "n": 1}, [1]),
        ("SELECT :b AS v, :a AS w, :b AS x", {"a": 1, "b": 2}, [2]),
    ],
)
def test_parameter_is_a_value_never_sql(
    mysql_databases: Databases, run: Run, sql: str, parameters: dict[str, Any], values: list[Any]
) -> None:
    table = run(mysql_databases.query(sql, database="reader", parameters=parameters)).table

    assert table.column("v").to_pylist() == values


@pytest.mark.parametrize(
    ("rows", "kept", "complete"),
    [(999, 999, True), (1000, 1000, True), (1001, 1000, False), (10**6, 1000, False)],
)
def test_complete_is_exact_at_the_row_limit(
    mysql_databases: Databases, run: Run, rows: int, kept: int, complete: bool
) -> None:
    result = run(mysql_databases.query(f"SELECT seq FROM seq_1_to_{rows}", database="reader"))

    assert (result.table.column("seq").to_pylist(), result.complete) == (list(range(1, kept + 1)), complete)


def test_byte_and_value_ceilings_hold(mysql: Server, run: Run) -> None:
    opened = Databases([mysql.reader], limits=SqlLimits(byte_limit=100_000, value_bytes=1000))
    result = run(opened.query("SELECT seq FROM seq_1_to_1000000"))
    with pytest.raises(RequestError, match="substr") as failed:
        run(opened.query("SELECT REPEAT('x', 10000)"))
    run(opened.close())

    assert not result.complete
    assert 0 < result.table.nbytes <= 100_000
    assert failed.value.code == "sql-failed"


@pytest.mark.parametrize("parameters", [None, {"n": 0}], ids=["text", "prepared"])
def test_time_limit_stops_the_query_in_the_server(
    mysql: Server, mysql_databases: Databases, run: Run, parameters: dict[str, Any] | None
) -> None:
    sql = f"{ENDLESS} AND a.seq > :n" if parameters else ENDLESS
    with pytest.raises(RequestError) as stopped:
        run(mysql_databases.query(sql, database="reader", parameters=parameters, timeout_s=0.3))

    assert stopped.value.code == "sql-timeout"
    assert _settled(mysql) == 0


def test_cancellation_stops_the_query_in_the_server(
    mysql: Server, mysql_databases: Databases, run: Run
) -> None:
    async def cancelled() -> tuple[int, int, list[Any]]:
        task = asyncio.ensure_future(mysql_databases.query(ENDLESS, database="reader"))
        while not (running := _running(mysql)):
            done, _ = await asyncio.wait({task}, timeout=0.02)
            assert not done
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        after = _settled(mysql)
        queries = [mysql_databases.query("SELECT 1 AS a", database="reader") for _ in range(6)]
        return running, after, [r.table.to_pylist() for r in await asyncio.gather(*queries)]

    assert run(cancelled()) == (1, 0, [[{"a": 1}]] * 6)


def _settled(server: Server) -> int:
    """How many still run, once none does or a second has passed: the server answers before it has tidied up."""
    until = time.monotonic() + 1
    while (running := _running(server)) and time.monotonic() < until:
        pass
    return running


def _running(server: Server) -> int:
    rows = _rows(
        server,
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() "
        "AND info LIKE 'SELECT COUNT%'",
    )
    return int(rows[0][0])


def test_dropped_idle_session_is_replaced(mysql: Server, run: Run) -> None:
    opened = Databases([mysql.reader], limits=SqlLimits(concurrent=1))
    first = run(opened.query("SELECT CAST('a' AS CHAR) AS a")).table.to_pylist()
    assert _kill(mysql, "info IS NULL")
    second = run(opened.query("SELECT 2 AS a")).table.to_pylist()
    run(opened.close())

    assert (first, second) == ([{"a": "a"}], [{"a": 2}])


def test_server_that_lets_nobody_in_any_more_is_told_without_its_address_and_user(
    mysql: Server, run: Run
) -> None:
    user = mysql.reader.url.split("//")[1].split(":")[0]
    opened = Databases([mysql.reader])
    run(opened.query("SELECT 1 AS a"))
    with mysql.admin.cursor() as cursor:
        cursor.execute(f"ALTER USER {user} ACCOUNT LOCK")
        try:
            assert _kill(mysql, "info IS NULL")
            with pytest.raises(RequestError) as failed:
                run(opened.query("SELECT 1 AS a"))
        finally:
            cursor.execute(f"ALTER USER {user} ACCOUNT UNLOCK")
    run(opened.close())

    assert failed.value.code == "database-unreachable"
    assert user not in failed.value.message
    assert "127.0.0.1" not in failed.value.message


def test_session_that_is_killed_in_the_middle_of_a_result_is_an_error_and_not_tried_again(
    mysql: Server, run: Run
) -> None:
    opened = Databases([mysql.reader], limits=SqlLimits(row_limit=10**9, byte_limit=10**12, concurrent=1))

    async def killed() -> tuple[str, int, list[Any]]:
        task = asyncio.ensure_future(opened.query("SELECT seq AS streamed FROM seq_1_to_100000000"))
        while not _kill(mysql, "info LIKE '%streamed FROM%' AND state LIKE 'Writing%'"):
            done, _ = await asyncio.wait({task}, timeout=0.02)
            assert not done
        with pytest.raises(RequestError) as failed:
            await task
        after = _kill(mysql, "info IS NOT NULL")
        return failed.value.message, after, (await opened.query("SELECT 1 AS a")).table.to_pylist()

    message, running, next_rows = run(killed())
    run(opened.close())

    assert "lost" in message
    assert "again" in message
    assert (running, next_rows) == (0, [{"a": 1}])


def _kill(server: Server, which: str) -> int:
    user = server.reader.url.split("//")[1].split(":")[0]
    numbers = _rows(
        server, f"SELECT id FROM information_schema.processlist WHERE user = '{user}' AND {which}"
    )
    for (number,) in numbers:
        with server.admin.cursor() as cursor:
            cursor.execute(f"KILL {number}")
    return len(numbers)


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
    mysql_databases: Databases, run: Run, sql: str, code: str, hint: str
) -> None:
    with pytest.raises(RequestError) as failed:
        run(mysql_databases.query(sql, database="reader"))

    assert failed.value.code == code
    assert hint in failed.value.message


@pytest.mark.parametrize("place", ["127.0.0.1:1", "name-that-does-not-exist.invalid"])
def test_server_that_does_not_answer_is_told_without_its_url(run: Run, place: str) -> None:
    opened = Databases([DatabaseSource("shop", f"mysql://nobody_here:wrong@{place}/secret_database")])
    with pytest.raises(RequestError) as failed:
        run(opened.query("SELECT 1"))
    run(opened.close())

    assert failed.value.code == "database-unreachable"
    assert not any(
        word in failed.value.message for word in ("nobody_here", "wrong", "secret_database", place)
    )


def test_wrong_password_is_told_without_user_and_host(mysql: Server, run: Run) -> None:
    opened = Databases([DatabaseSource("shop", mysql.reader.url.replace(":x@", ":y@"))])
    with pytest.raises(RequestError) as failed:
        run(opened.query("SELECT 1"))
    run(opened.close())

    assert failed.value.code == "database-unreachable"
    assert "pyexec_" not in failed.value.message


def test_description_has_keys_comments_samples_and_estimates(mysql_databases: Databases, run: Run) -> None:
    (database,) = run(mysql_databases.describe("reader", "SALE", samples=2)).databases

    columns = (
        Column("id", "int(11)", True, samples=(1, 2)),
        Column("customer_id", "int(11)", True, False, "customer.id", samples=(1, 2), distinct=5),
        Column("product", "varchar(40)", True, samples=("tea", "jam")),
        Column("amount", "double", True, comment="In euro", samples=(3.5, 2.0)),
        Column("day", "date", True, samples=("2024-01-02", "2024-01-09")),
        Column("note", "varchar(40)", True, samples=('{"a": {"b": 1}}', '{"a": {"b": 2}}')),
    )
    assert database.tables == (Table("sale", "table", 5, "What was sold", columns),)
    assert (database.name, database.dialect) == ("reader", "mysql")
