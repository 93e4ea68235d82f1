"""SQL: what the guard costs, and a million rows out of each engine.

For each engine one million rows × 10 mixed columns go to a DataFrame in the jail and every column is read there:
query, sealed memory, dataset, worker. Next to it, in turns within the same run, the same through the fastest routes
there are without a jail, to a DataFrame in process (ADBC, DuckDB's own Arrow, the driver's rows) and through
`pandas.read_sql` over SQLAlchemy. Servers that do not answer, and drivers that are not installed, are left out.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy
from measure import show
from pydantic import SecretStr

from mcp_pyexec.config import Settings
from mcp_pyexec.executions import ExecutionRequest
from mcp_pyexec.jail import Reader
from mcp_pyexec.service import Service
from mcp_pyexec.sources import DatabaseSource, server_address
from mcp_pyexec.sql import Databases, SqlLimits, guard
from mcp_pyexec.sql.masking import Masking
from mcp_pyexec.sql.protected import ProtectedTable

POSTGRESQL = os.environ.get("PYEXEC_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")
MYSQL = os.environ.get("PYEXEC_TEST_MYSQL", "mysql://root@127.0.0.1:3306/test")
ROWS = 1_000_000
TABLE = f"bench_{secrets.token_hex(4)}"
LIMITS = SqlLimits(timeout_s=300, byte_limit=2**31)
ROUNDS = 5
TOUCH = "for c in df: df[c].sum() if df[c].dtype.kind in 'biuf' else df[c].isna().sum()"

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
        _print_memory(*sys.argv[2:5])
        return
    wanted = sys.argv[1:]
    if not wanted or "guard" in wanted:
        _guard_time()
    with tempfile.TemporaryDirectory() as directory:
        for name, measure in {"sqlite": _sqlite, "duckdb": _duckdb}.items():
            if not wanted or name in wanted:
                measure(Path(directory))
    for name, measure_server in {"postgresql": _postgresql, "mysql": _mysql}.items():
        if not wanted or name in wanted:
            measure_server()


class _Sale:
    """A catalogue of the one table that the query names, with a masked column."""

    _known = ProtectedTable(
        "sale", "", "sale", ("id", "customer_id", "product", "amount", "day", "note"), frozenset({"note"})
    )

    def find(self, schema: str, table: str) -> ProtectedTable | None:
        return self._known if (schema, table) == ("", "sale") else None

    def given(self) -> list[ProtectedTable]:
        return [self._known]


def _guard_time() -> None:
    lines, length = QUERY.count("\n") + 1, len(QUERY)
    for dialect in ("postgresql", "mysql", "sqlite", "duckdb"):
        texts = [QUERY.replace("amount > 0", f"amount > 0.{n}1") for n in range(60)]
        seconds = [_seconds(partial(guard, text, dialect)) for text in texts]
        show(f"guard, {lines} lines, {length} characters, {dialect}", seconds)
        masking = Masking(_Sale(), dialect)
        seconds = [_seconds(partial(guard, text, dialect, masking.rewrite)) for text in texts]
        show(f"guard with masking rules, {lines} lines, {dialect}", seconds)
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

    def adbc() -> pd.DataFrame:
        import adbc_driver_sqlite.dbapi as adbc

        with adbc.connect(str(path)) as own, own.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {TABLE}")
            return cursor.fetch_arrow_table().to_pandas()

    def driver() -> pd.DataFrame:
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute(f"SELECT * FROM {TABLE}").fetchall()
            return pd.DataFrame(rows, columns=list("abcdefghij"), copy=False)

    routes = {"ADBC": adbc, "sqlite3 rows": driver, "pandas.read_sql": _alchemy(f"sqlite:///{path}")}
    _compare("sqlite", f"sqlite:///{path}", routes)


def _duckdb(directory: Path) -> None:
    import duckdb

    path = directory / "bench.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(FILL["duckdb"])
    twin = shutil.copy(path, directory / "twin.duckdb")  # one process opens a file in one way only

    def driver() -> pd.DataFrame:
        with duckdb.connect(twin, read_only=True, config={"threads": "2"}) as connection:
            return connection.sql(f"SELECT * FROM {TABLE}").to_arrow_table().to_pandas()

    _compare("duckdb", f"duckdb:///{path}", {"DuckDB's own Arrow": driver})


def _postgresql() -> None:
    import psycopg

    try:
        connection = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        print("postgresql: no server answers; set PYEXEC_TEST_POSTGRESQL")
        return

    def adbc() -> pd.DataFrame:
        import adbc_driver_postgresql.dbapi as adbc

        with adbc.connect(POSTGRESQL) as own, own.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {TABLE}")
            return cursor.fetch_arrow_table().to_pandas()

    with connection:
        connection.execute(FILL["postgresql"])
        try:
            url = POSTGRESQL.replace("postgresql://", "postgresql+psycopg://")
            _compare("postgresql", POSTGRESQL, {"ADBC": adbc, "pandas.read_sql": _alchemy(url)})
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

    def driver() -> pd.DataFrame:
        with closing(pymysql.connect(**where)) as own, own.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {TABLE}")
            return pd.DataFrame(cursor.fetchall())

    with closing(connection), connection.cursor() as cursor:
        cursor.execute(FILL["mysql"])
        try:
            url = MYSQL.replace("mysql://", "mysql+pymysql://")
            _compare("mysql", MYSQL, {"PyMySQL rows": driver, "pandas.read_sql": _alchemy(url)})
        finally:
            cursor.execute(f"DROP TABLE {TABLE}")


def _alchemy(url: str) -> Callable[[], pd.DataFrame]:
    def read() -> pd.DataFrame:
        engine = sqlalchemy.create_engine(url)
        try:
            return pd.read_sql(f"SELECT * FROM {TABLE}", engine)
        finally:
            engine.dispose()

    return read


def _compare(name: str, url: str, routes: dict[str, Callable[[], pd.DataFrame]]) -> None:
    """Print our time and each route's, taken in turns; the ratio of a route is ours to it."""
    seconds: dict[str, list[float]] = {route: [] for route in routes}
    ours = asyncio.run(_in_turns(url, routes, seconds))
    median = show(f"{name}: this server, to a DataFrame in the jail", ours)
    for route, taken in seconds.items():
        if taken:
            show(f"{name}: {route}, to a DataFrame in process", taken)
            print(f"{'':<58} ratio {median / statistics.median(taken):8.2f}")
    _memory(name, url)


async def _in_turns(
    url: str, routes: dict[str, Callable[[], pd.DataFrame]], seconds: dict[str, list[float]]
) -> list[float]:
    service = Service(
        Settings(
            databases={"bench": SecretStr(url)}, sql_mb=1024, sql_timeout_s=300, timeout_s=300, memory_mb=1024
        )
    )
    await service.start()
    await service.warm_up()
    ours = []
    for number in range(ROUNDS + 1):
        for route, read in routes.items():
            with suppress(ImportError):
                taken = await asyncio.to_thread(_seconds, lambda read=read: _touch(read()))  # type: ignore[misc]
                seconds[route] += [taken] if number else []
        started = time.perf_counter()
        await _to_the_jail(service)
        ours += [time.perf_counter() - started] if number else []
    await service.close()
    return ours


async def _to_the_jail(service: Service) -> None:
    found = await service.databases.query(f"SELECT * FROM {TABLE}")
    kept = service.datasets.add(found.sealed, origin=found.origin, complete=found.complete)
    assert (kept.row_count, kept.complete) == (ROWS, True)
    done = await service.executions.run(ExecutionRequest(code=TOUCH, datasets={"df": kept.handle}))
    assert done.outcome.status == "ok", done.outcome.error


def _touch(df: pd.DataFrame) -> None:
    exec(TOUCH, {"df": df})  # the very text that runs in the jail


def _memory(name: str, url: str) -> None:
    """Print the most memory that a query took, per byte of its result.

    Counted from after the same query for every fiftieth row, which starts what reads large results and has the engine
    read the whole table: one in a process of the server's keeps pages of the file in memory, whatever the result.
    """
    sql = f"SELECT * FROM {TABLE}"
    child = [sys.executable, __file__, "memory", url, f"{sql} WHERE a % 50 = 0", sql]
    grown, size = map(int, subprocess.run(child, capture_output=True, check=True).stdout.split())
    print(f"{name + ': host memory per byte of the result':<58} {grown / size:12.2f}")


def _print_memory(url: str, warm: str, sql: str) -> None:
    """Count the server's own pages and all sealed memory, 500 times a second."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            peak[0] = max(peak[0], _used())

    async def run() -> tuple[int, int]:
        databases = Databases([DatabaseSource("bench", url)], limits=LIMITS, start_reader=Reader)
        await databases.query(warm)
        idle, watcher = _used(), threading.Thread(target=watch)
        watcher.start()
        size = (await databases.query(sql)).sealed.size_bytes
        done.set()
        watcher.join()
        await databases.close()
        return peak[0] - idle, size

    print(*asyncio.run(run()))


def _used() -> int:
    """Bytes of this process and its children: their own pages, and every sealed memory open in this one."""
    memories = {}
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(link.readlink()).startswith("/memfd:"):
                memories[link.stat().st_ino] = link.stat().st_blocks * 512
    return sum(map(_anonymous, _family(os.getpid()))) + sum(memories.values())


def _family(pid: int) -> list[int]:
    try:
        tasks = [p.read_text().split() for p in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return [pid]
    return [pid, *(p for children in tasks for child in children for p in _family(int(child)))]


def _anonymous(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
