"""Large SQLite results by columns: the same values as row by row, of one state of the file, and no more rights."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Reader
from mcp_pyexec.limits import MIB
from mcp_pyexec.sql import SqlLimits
from mcp_pyexec.sql.results import Fetched, Run
from mcp_pyexec.sql.sqlite_engine import SqliteEngine
from mcp_pyexec.tables import LentMemory
from mcp_pyexec.untrusted import read_rows

ROWS = 40_000
LIMITS = SqlLimits(timeout_s=60, memory_mb=256, byte_limit=32 * MIB)
LOGGER = "mcp_pyexec.sql.sqlite_columns"

EXACT = {
    "whole numbers": "SELECT i FROM n",
    "the largest whole numbers": "SELECT 9223372036854775807 - i AS a, -9223372036854775808 AS b FROM n",
    "floats": "SELECT i * 0.1 AS a, CASE WHEN i % 3 THEN i / 7.0 END AS b FROM n",
    "infinite floats beside none": "SELECT CASE WHEN i % 2 THEN 0.1 + 0.2 END AS a FROM n",
    "whole numbers and floats": "SELECT CASE WHEN i % 2 THEN i ELSE i * 0.5 END AS a FROM n",
    "text": "SELECT 'row ' || i AS a, CASE WHEN i % 5 THEN 'é€😀' || i END AS b, '' AS c FROM n",
    "text with zeros in it": "SELECT 'a' || char(0) || i || 'z' AS a FROM n",
    "text that looks like a time": "SELECT '2024-01-01 00:00:' || (i % 60) AS a, '12:30' AS b, '1e5x' AS c FROM n",
    "bytes": "SELECT CAST('x' || i AS BLOB) AS a, x'' AS b, CASE WHEN i % 2 THEN x'00ff' END AS c FROM n",
    "bytes and text": "SELECT CASE WHEN i % 2 THEN x'00ff' ELSE 'text' END AS a FROM n",
    "nothing": "SELECT i, NULL AS a FROM n",
    "nothing at first": "SELECT CASE WHEN i > 100 THEN i END AS a FROM n",
    "a column of a table": "SELECT * FROM t",
    "one name twice": "SELECT i AS a, i * 2 AS a, i * 3 AS a_2 FROM n",
    "odd names": "SELECT i AS \"a b\", i AS \"update\", i AS \"ü'\"\"\", i AS \"1\" FROM n",
    "grouped and ordered": "SELECT i % 30000 AS a, count(*) AS c, max(f) AS m FROM t GROUP BY 1 ORDER BY 1 DESC",
    "windows": "SELECT i, sum(i) OVER (ORDER BY i ROWS 3 PRECEDING) AS s FROM t",
    "joined": "SELECT a.i, b.e FROM t AS a JOIN t AS b ON b.i = a.i",
    "sorted in memory": "SELECT i, e FROM t ORDER BY e DESC, i",
}  # fmt: skip
INEXACT = {
    "text of digits": "SELECT CAST(i AS TEXT) AS a FROM n",
    "numbers in text at once": "SELECT CASE i % 3 WHEN 0 THEN i WHEN 1 THEN i * 0.1 ELSE 'x' END AS a FROM n",
    "a number in text late": "SELECT CASE i WHEN 39000 THEN 7 ELSE 'x' END AS a FROM n",
    "a float in text late": "SELECT CASE i WHEN 39000 THEN 0.1 + 0.2 ELSE 'x' END AS a FROM n",
    "a large float in text late": "SELECT CASE i WHEN 39000 THEN 1e300 ELSE 'x' END AS a FROM n",
    "an infinite float in text": "SELECT CASE i WHEN 39000 THEN 9e999 ELSE 'x' END AS a FROM n",
    "a float in whole numbers late": "SELECT CASE i WHEN 39000 THEN 0.5 ELSE i END AS a FROM n",
    "text in whole numbers late": "SELECT CASE i WHEN 39000 THEN 'x' ELSE i END AS a FROM n",
    "text in floats late": "SELECT CASE i WHEN 39000 THEN 'x' ELSE i * 0.1 END AS a FROM n",
    "bytes in text late": "SELECT CASE i WHEN 39000 THEN x'ff00' ELSE 'x' END AS a FROM n",
    "a number in bytes": "SELECT CASE i WHEN 39000 THEN 12 ELSE x'ff00' END AS a FROM n",
    "text after nothing": "SELECT CASE WHEN i > 39000 THEN 'x' END AS a FROM n",
    "a whole number that no float has": "SELECT CASE i WHEN 39000 THEN 9007199254740993 ELSE i * 0.5 END AS a FROM n",
    "whole numbers that no float has": "SELECT CASE WHEN i % 2 THEN 9007199254740993 ELSE 0.5 END AS a FROM n",
    "infinite floats": "SELECT CASE i WHEN 39000 THEN -9e999 ELSE i * 0.5 END AS a FROM n",
}  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("columns") / "large.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"""CREATE TABLE t (i INTEGER PRIMARY KEY, f REAL, e TEXT, d DATE, g BOOLEAN, m NUMERIC, b BLOB);
            INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
            SELECT i, i * 0.1, 'name ' || i, '2024-01-' || (i % 28), i % 2, i * 0.25, x'00' FROM n;
            CREATE VIEW n AS SELECT i FROM t"""
        )
    path.chmod(0o644)
    path.parent.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def engine(file: Path) -> Iterator[SqliteEngine]:
    with closing(SqliteEngine(file, LIMITS, Reader)) as opened:
        opened.fetch(EXACT["text"], {}, Run(LIMITS, 60))  # starts the reader
        yield opened


@pytest.fixture(scope="module")
def row_by_row(file: Path) -> Iterator[SqliteEngine]:
    with closing(SqliteEngine(file, LIMITS)) as opened:
        yield opened


@pytest.fixture
def read_by_columns(caplog: pytest.LogCaptureFixture) -> Callable[[], bool]:
    """Whether what was fetched since was read by columns; if not, the log says why."""
    caplog.set_level(logging.DEBUG, LOGGER)
    return lambda: not caplog.records


def fetch(engine: SqliteEngine, sql: str, limits: SqlLimits = LIMITS) -> Fetched:
    return engine.fetch(sql, {}, Run(limits, limits.timeout_s))


@pytest.mark.parametrize("what", sorted(EXACT))
def test_values_are_those_that_reading_row_by_row_gives(
    engine: SqliteEngine, row_by_row: SqliteEngine, read_by_columns: Callable[[], bool], what: str
) -> None:
    found = fetch(engine, EXACT[what])

    assert read_by_columns()
    assert found.complete
    assert found.table == fetch(row_by_row, EXACT[what]).table


@pytest.mark.parametrize("what", sorted(INEXACT))
def test_values_that_columns_would_change_are_read_row_by_row(
    engine: SqliteEngine, row_by_row: SqliteEngine, read_by_columns: Callable[[], bool], what: str
) -> None:
    found = fetch(engine, INEXACT[what])

    assert not read_by_columns()
    assert found.table == fetch(row_by_row, INEXACT[what]).table


@pytest.mark.parametrize("order", ["random()", "i"])
def test_result_that_begins_otherwise_is_read_row_by_row(
    engine: SqliteEngine, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """As one does whose order is left to chance."""
    given: list[Fetched] = []
    kept = LentMemory.sealed

    def watched(*arguments: Any) -> Any:
        given.append(kept(*arguments))
        return given[-1]

    monkeypatch.setattr(LentMemory, "sealed", watched)
    found = fetch(engine, f"SELECT i FROM t ORDER BY {order}").table

    assert given[0].table.num_rows == found.num_rows == ROWS
    assert (found is given[0].table) == (order == "i")


def test_text_that_is_not_utf8_is_the_same_error(engine: SqliteEngine) -> None:
    with pytest.raises(RequestError, match="AS BLOB"):
        fetch(engine, "SELECT CASE i WHEN 39000 THEN CAST(x'ff' AS TEXT) ELSE 'x' END AS a FROM n")


@pytest.mark.parametrize("cut", [{"row_limit": 20_000}, {"row_limit": ROWS}, {"byte_limit": 400_000}])
def test_ceilings_cut_as_they_do_row_by_row(file: Path, cut: dict[str, int]) -> None:
    limits = replace(LIMITS, **cut)
    with closing(SqliteEngine(file, limits, Reader)) as columns, closing(SqliteEngine(file, limits)) as rows:
        found, expected = (fetch(engine, "SELECT * FROM t", limits) for engine in (columns, rows))

    assert found.complete == expected.complete == ("row_limit" in cut and cut["row_limit"] == ROWS)
    assert found.table.num_rows >= expected.table.num_rows * 0.5
    assert found.table.nbytes <= limits.byte_limit
    assert found.table.num_rows <= limits.row_limit


WRITER = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30) as connection:
    connection.execute(f"PRAGMA journal_mode = {sys.argv[2]}")
    print("ready", flush=True)
    for number in range(1, 1_000_000):
        connection.execute("UPDATE t SET v = ?", (number,))
"""


@pytest.mark.parametrize("mode", ["DELETE", "TRUNCATE", "WAL"])
def test_rows_are_of_one_state_while_another_program_writes(tmp_path: Path, mode: str) -> None:
    path = _counters(tmp_path / "busy.db", mode)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), mode], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    seen = []
    try:
        with closing(SqliteEngine(path, LIMITS, Reader)) as engine:
            until = time.monotonic() + 3
            while time.monotonic() < until:
                values = fetch(engine, "SELECT v, i FROM t").table.column("v").unique().to_pylist()
                assert len(values) == 1
                seen += values
    finally:
        writer.kill()
        writer.communicate()

    assert seen == sorted(seen)
    assert len(set(seen)) > 1


def _counters(path: Path, mode: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, v INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?, 0)", ((i,) for i in range(ROWS)))
        connection.commit()
    path.chmod(0o644)
    path.parent.chmod(0o755)
    return path


def test_nobody_writes_to_the_file_while_it_is_read(
    tmp_path: Path, read_by_columns: Callable[[], bool]
) -> None:
    path = _counters(tmp_path / "held.db", "DELETE")
    refused = []

    class Watched(Reader):
        def ask(self, message: Any, until: float, memory: int | None = None) -> Any:
            if message["op"] == "query":
                refused.append(_refusal(path))
            return super().ask(message, until, memory)

    with closing(SqliteEngine(path, LIMITS, Watched)) as engine:
        found = fetch(engine, "SELECT v, i FROM t")
        assert _refusal(path) == ""
        again = fetch(engine, "SELECT v, i FROM t")

    assert refused == ["database is locked"] * 2
    assert read_by_columns()
    assert found.table.column("v").unique().to_pylist() == [0]
    assert again.table.column("v").unique().to_pylist() == [1]


def _refusal(path: Path) -> str:
    """Try to change every row and return what SQLite says to that."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as writer:
        try:
            writer.execute("UPDATE t SET v = 1")
        except sqlite3.OperationalError as error:
            return str(error)
    return ""


def test_rows_in_a_write_ahead_log_are_read(tmp_path: Path, read_by_columns: Callable[[], bool]) -> None:
    path = _counters(tmp_path / "log.db", "WAL")
    with closing(sqlite3.connect(path)) as writer, closing(SqliteEngine(path, LIMITS, Reader)) as engine:
        assert fetch(engine, "SELECT v, i FROM t").table.column("v").unique().to_pylist() == [0]
        assert read_by_columns()
        writer.execute("UPDATE t SET v = 5")
        writer.commit()

        assert path.with_name("log.db-wal").stat().st_size > 0
        assert fetch(engine, "SELECT v, i FROM t").table.column("v").unique().to_pylist() == [5]


def test_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    path, other = _counters(tmp_path / "first.db", "DELETE"), _counters(tmp_path / "second.db", "DELETE")
    with closing(sqlite3.connect(other)) as writer:
        writer.execute("UPDATE t SET v = 9")
        writer.commit()
    with closing(SqliteEngine(path, LIMITS, Reader)) as engine:
        first = fetch(engine, "SELECT v, i FROM t").table.column("v")[0].as_py()
        small = fetch(engine, "SELECT max(v) AS v FROM t").table.to_pylist()
        other.replace(path)

        assert (first, small) == (0, [{"v": 0}])
        assert fetch(engine, "SELECT v, i FROM t").table.column("v")[0].as_py() == 9
        assert fetch(engine, "SELECT max(v) AS v FROM t").table.to_pylist() == [{"v": 9}]
        path.unlink()
        with pytest.raises(RequestError) as gone:
            fetch(engine, "SELECT 1")

    assert gone.value.code == "database-unreachable"


def test_query_that_takes_too_long_by_columns_is_stopped(file: Path) -> None:
    sql = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 30000 "
        "OR i > 1000000000000"
    )
    with closing(SqliteEngine(file, LIMITS, Reader)) as engine:
        fetch(engine, "SELECT i FROM t")
        run = Run(LIMITS, 3)
        started = time.monotonic()
        ticking = Timer(3, partial(_end_until, run, time.monotonic() + 10))
        ticking.start()
        with pytest.raises(RequestError) as stopped:
            engine.fetch(sql, {}, run)
        took = time.monotonic() - started
        ticking.join()

        assert fetch(engine, "SELECT count(*) AS n FROM t").table.to_pylist() == [{"n": ROWS}]

    assert stopped.value.code == "sql-timeout"
    assert took < 6


def _end_until(run: Run, until: float) -> None:
    """Do what the server does with a query whose time is up."""
    while time.monotonic() < until and run._interrupt is not None:
        run.end()
        time.sleep(0.02)


def test_large_result_of_roots_own_file_is_read_row_by_row(
    tmp_path: Path, read_by_columns: Callable[[], bool]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, whose files are in question")
    path = _counters(tmp_path / "own.db", "DELETE")
    path.chmod(0o600)
    with closing(SqliteEngine(path, LIMITS, Reader)) as engine:
        assert fetch(engine, "SELECT * FROM t").table.num_rows == ROWS
        assert not read_by_columns()


ATTACKS = [
    "SELECT count(*) AS n FROM t",
    "ATTACH 'file:/etc/passwd?mode=ro' AS a",
    "ATTACH '{dir}/other.db' AS a",
    "ATTACH '/data/new.db' AS a",
    "VACUUM INTO '/data/copy.db'",
    "VACUUM INTO '{dir}/copy.db'",
    "PRAGMA query_only = OFF",
    "DELETE FROM t",
    "UPDATE t SET f = 0",
    "DROP TABLE t",
    "PRAGMA journal_mode = WAL",
    "PRAGMA writable_schema = ON",
    "SELECT load_extension('/data/x.so')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('{dir}/x', 'y')",
    "SELECT * FROM fsdir('/')",
]


def test_jail_alone_keeps_statements_from_effects(file: Path) -> None:
    """Without guard and authorizer, and with every setting left as it is."""
    before = (file.read_bytes(), sorted(file.parent.iterdir()))
    reader = Reader(file, engine="sqlite", memory_bytes=256 * MIB, result_bytes=16 * MIB)
    answers = []
    with closing(reader):
        opened = {"op": "open", "engine": "sqlite", "file": str(reader.file), "configuration": {}}
        assert reader.ask(opened, time.monotonic() + 20).op == "opened"
        for attack in ATTACKS:
            sql = attack.replace("{dir}", str(file.parent))
            query = {"op": "query", "sql": sql, "parameters": {}, "row_limit": 1000, "byte_limit": MIB}
            with closing(LentMemory(16 * MIB)) as memory:
                answer = reader.ask(query, time.monotonic() + 20, memory.fileno())
                if answer.op == "result":
                    table = memory.sealed(answer.message["bytes"], partial(read_rows, byte_limit=MIB)).table
                    answers += table.to_pylist()

    assert (file.read_bytes(), sorted(file.parent.iterdir())) == before
    assert not [row for row in answers if "root" in str(row)]

    assert {"n": ROWS} in answers
