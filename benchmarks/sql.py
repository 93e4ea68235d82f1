"""SQL: what the guard costs, and a million rows out of each engine.

For each engine one million rows × 10 mixed columns go to Arrow through this server's own path, and next to it, in
the same run, through the fastest route of the same process (a driver's own Arrow; where there is none, the
driver's rows to a DataFrame) and through `pandas.read_sql` over SQLAlchemy. Servers that do not answer are left out.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

from measure import show

from mcp_pyexec.sources import DatabaseSource, server_address
from mcp_pyexec.sql import Databases, SqlLimits, guard

POSTGRESQL = os.environ.get("PYEXEC_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")
MYSQL = os.environ.get("PYEXEC_TEST_MYSQL", "mysql://root@127.0.0.1:3306/test")
ROWS = 1_000_000
TABLE = f"bench_{secrets.token_hex(4)}"
LIMITS = SqlLimits(timeout_s=300, byte_limit=2**31)
ROUNDS = 3

STEPS = ",\n".join(
    f"step_{i} AS (SELECT customer_id, product,\n    sum(amount) AS total, count(*) AS n\n  FROM sale "
    f"WHERE amount > {i}\n  GROUP BY customer_id, product)"
    for i in range(10)
)
QUERY = (
    f"WITH {STEPS}\nSELECT s.customer_id, " + ", ".join(f"coalesce(step_{i}.total, 0) AS t{i}" for i in range(10))
    + "\nFROM sale AS s\n" + "\n".join(f"LEFT JOIN step_{i} ON step_{i}.customer_id = s.customer_id" for i in range(8))
)  # fmt: skip

FILL = {
    "duckdb": f"""CREATE TABLE {TABLE} AS SELECT i::INT a, i * 7 b, i * 0.1::DOUBLE c, (i % 100)::DECIMAL(10, 2) d,
      'name ' || i e, 'cat' || (i % 10) f, i % 2 = 0 g, TIMESTAMP '2024-01-01' + to_seconds(i) h,
      DATE '2020-01-01' + (i % 1000)::INT d2, CASE WHEN i % 5 > 0 THEN i * 1.5::DOUBLE END j
      FROM range({ROWS}) r(i)""",
    "postgresql": f"""CREATE TABLE {TABLE} AS SELECT i a, i::bigint * 7 b, i * 0.1::float8 c,
      (i % 100)::numeric(10, 2) d, 'name ' || i e, 'cat' || (i % 10) f, i % 2 = 0 g,
      timestamptz '2024-01-01' + i * interval '1 s' h, date '2020-01-01' + i % 1000 d2,
      CASE WHEN i % 5 > 0 THEN i * 1.5::float8 END j FROM generate_series(1, {ROWS}) i""",
    "mysql": f"""CREATE TABLE {TABLE} AS SELECT CAST(seq AS SIGNED) a, seq * 7 b, seq * 0.1e0 c,
      CAST(seq % 100 AS DECIMAL(10, 2)) d, CONCAT('name ', seq) e, CONCAT('cat', seq % 10) f, seq % 2 = 0 g,
      TIMESTAMP('2024-01-01') + INTERVAL seq SECOND h, DATE('2020-01-01') + INTERVAL seq % 1000 DAY d2,
      CASE WHEN seq % 5 > 0 THEN seq * 1.5e0 END j FROM seq_1_to_{ROWS}""",
}  # fmt: skip


def main() -> None:
    """Print the table, or, as a child, the memory of one query."""
    if sys.argv[1:2] == ["memory"]:
        _print_memory(sys.argv[2], sys.argv[3])
        return
    _guard_time()
    with tempfile.TemporaryDirectory() as directory:
        for measure in (_sqlite, _duckdb):
            measure(Path(directory))
    for measure_server in (_postgresql, _mysql):
        measure_server()


def _guard_time() -> None:
    lines, length = QUERY.count("\n") + 1, len(QUERY)
    for dialect in ("postgresql", "mysql", "sqlite", "duckdb"):
        texts = [QUERY.replace("amount > 0", f"amount > 0.{n}1") for n in range(60)]
        seconds = [_seconds(partial(guard, text, dialect)) for text in texts]
        show(f"guard, {lines} lines, {length} characters, {dialect}", seconds)
    show("guard, the same text again", [_seconds(lambda: guard(texts[0], "duckdb")) for _ in range(200)])


def _sqlite(directory: Path) -> None:
    path = directory / "bench.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            f"CREATE TABLE {TABLE} (a INT, b INT, c REAL, d REAL, e TEXT, f TEXT, g INT, h TEXT, d2 TEXT, j REAL)"
        )
        connection.executemany(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (i, i * 7, i * 0.1, i % 100 / 1, f"name {i}", f"cat{i % 10}", i % 2, f"2024-01-01 00:00:{i % 60:02}",
                 "2024-01-01", i * 1.5 if i % 5 else None)
                for i in range(ROWS)
            ),
        )  # fmt: skip
        connection.commit()

    def driver() -> None:
        import pyarrow as pa

        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute(f"SELECT * FROM {TABLE}").fetchall()
            pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=list("abcdefghij"))

    _compare("sqlite", f"sqlite:///{path}", f"sqlite:///{path}", driver, "sqlite3 rows to Arrow")


def _duckdb(directory: Path) -> None:
    import duckdb

    path = directory / "bench.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(FILL["duckdb"])

    def driver() -> None:
        with duckdb.connect(str(path), read_only=True, config={"threads": "2"}) as connection:
            connection.sql(f"SELECT * FROM {TABLE}").to_arrow_table()

    _compare("duckdb", f"duckdb:///{path}", None, driver, "DuckDB's own Arrow")


def _postgresql() -> None:
    import psycopg

    try:
        connection = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        print("postgresql: no server answers; set PYEXEC_TEST_POSTGRESQL")
        return

    def driver() -> None:
        import adbc_driver_postgresql.dbapi as adbc

        with adbc.connect(POSTGRESQL) as own, own.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {TABLE}")
            cursor.fetch_arrow_table()

    with connection:
        connection.execute(FILL["postgresql"])
        try:
            url = POSTGRESQL.replace("postgresql://", "postgresql+psycopg://")
            _compare("postgresql", POSTGRESQL, url, driver, "ADBC")
        finally:
            connection.execute(f"DROP TABLE {TABLE}")


def _mysql() -> None:
    import pymysql

    address = server_address(DatabaseSource("x", MYSQL))
    where: dict[str, Any] = {"host": address.host, "port": address.port, "user": address.user}
    where |= {"password": address.password or "", "database": address.database}
    try:
        connection = pymysql.connect(**where, connect_timeout=5)
    except pymysql.MySQLError:
        print("mysql: no server answers; set PYEXEC_TEST_MYSQL")
        return

    def driver() -> None:
        import pandas as pd

        with closing(pymysql.connect(**where)) as own, own.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {TABLE}")
            pd.DataFrame(cursor.fetchall())

    with closing(connection), connection.cursor() as cursor:
        cursor.execute(FILL["mysql"])
        try:
            url = MYSQL.replace("mysql://", "mysql+pymysql://")
            _compare("mysql", MYSQL, url, driver, "PyMySQL rows to a DataFrame")
        finally:
            cursor.execute(f"DROP TABLE {TABLE}")


def _compare(
    name: str,
    url: str,
    alchemy: str | None,
    driver: Callable[[], None],
    route: str,
) -> None:
    sql = f"SELECT * FROM {TABLE}"
    fastest: float | None = None
    with suppress(ImportError):
        fastest = show(f"{name}: {route}", [_seconds(driver) for _ in range(ROUNDS)])
    ours = asyncio.run(_query_times(url, sql))
    median = show(f"{name}: this server, to Arrow", ours, fastest)
    if alchemy is not None:
        import pandas as pd
        import sqlalchemy

        engine = sqlalchemy.create_engine(alchemy)
        slow = [_seconds(lambda: pd.read_sql(sql, engine))]
        show(f"{name}: pandas.read_sql", slow, median)
        engine.dispose()
    _memory(name, url, sql)


async def _query_times(url: str, sql: str) -> list[float]:
    databases = Databases([DatabaseSource("bench", url)], limits=LIMITS)
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = await databases.query(sql)
        seconds.append(time.perf_counter() - started)
        assert (result.table.num_rows, result.complete) == (ROWS, True)
        del result
    await databases.close()
    return seconds


def _memory(name: str, url: str, sql: str) -> None:
    """Print peak memory above that of the same query without rows, per byte of the result."""
    peaks = []
    for text in (f"{sql} WHERE 1 = 0", sql):
        child = [sys.executable, __file__, "memory", url, text]
        peaks.append([int(n) for n in subprocess.run(child, capture_output=True, check=True).stdout.split()])
    (idle, _), (peak, size) = peaks
    print(f"{name + ': host memory per byte of the result':<58} {(peak - idle) / size:12.2f}")


def _print_memory(url: str, sql: str) -> None:
    async def run() -> int:
        databases = Databases([DatabaseSource("bench", url)], limits=LIMITS)
        size = int((await databases.query(sql)).table.nbytes)
        await databases.close()
        return size

    size = asyncio.run(run())
    peak = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    print(int(peak.split()[1]) * 1024, size)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
