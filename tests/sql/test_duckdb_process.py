"""DuckDB in processes of its own: what a query may do to them, and what they may do to the server."""

from __future__ import annotations

import asyncio
import datetime
import errno
import fcntl
import io
import mmap
import os
import resource
import select
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from mcp_pyexec.errors import PyexecError, RequestError, SandboxFault
from mcp_pyexec.jail import Reader
from mcp_pyexec.jail.line import Answer
from mcp_pyexec.jail.usage import innermost
from mcp_pyexec.limits import MIB
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Databases, SqlLimits
from mcp_pyexec.sql.duckdb_engine import DuckdbEngine
from mcp_pyexec.sql.results import Run
from mcp_pyexec.tables import LentMemory
from mcp_pyexec.untrusted import read_rows

Runner = Callable[[Any], Any]
LIMITS = SqlLimits(row_limit=1000, timeout_s=20, memory_mb=128, byte_limit=16 * MIB, threads=2)

GROWING = [
    "WITH RECURSIVE t(s, n) AS (SELECT 'xxxxxxxx', 1 UNION ALL SELECT s || s, n + 1 FROM t WHERE n < 40) "
    "SELECT max(length(s)) AS n FROM t",
    "SELECT max(length(repeat('x', 10000000 + i))) AS n FROM range(100000) r(i)",
    "SELECT length(list(i)) AS n FROM range(2000000000) r(i)",
    "SELECT length(string_agg(repeat('x', 1000), '')) AS n FROM range(100000000)",
    "SELECT max(length(lpad('x', 20000000 + i::INT, 'y'))) AS n FROM range(100000) r(i)",
    "SELECT sum(length(a || b || c)) AS n FROM (SELECT repeat(i::VARCHAR, 5000000) AS a, repeat('b', 30000000) AS b, "
    "repeat('c', 30000000) AS c FROM range(5000) r(i))",
]


@pytest.fixture(scope="module")
def engine(directory: Path) -> Iterator[DuckdbEngine]:
    """The shop without the guard."""
    with closing(DuckdbEngine(directory / "shop.duckdb", LIMITS, Reader)) as opened:
        yield opened


def readers() -> set[int]:
    """Pids of the readers that this process has started."""
    mine = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    started = [int(pid) for children in mine for pid in children.read_text().split()]
    return {innermost(pid) for pid in started if b"pyexec_guest.reader" in _command(pid)}


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def kill(pid: int) -> None:
    """Kill the process and wait until it has gone."""
    pidfd = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([pidfd], [], [])
    os.close(pidfd)


def fetch(engine: DuckdbEngine, sql: str) -> list[dict[str, Any]]:
    return list(engine.fetch(sql, {}, Run(LIMITS, LIMITS.timeout_s)).table.to_pylist())


@pytest.mark.parametrize("sql", GROWING)
def test_query_that_outgrows_its_process_ends_alone_and_the_next_works(
    engine: DuckdbEngine, sql: str
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RequestError, match="needs more memory than the 128 MiB") as failed:
        fetch(engine, sql)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    assert failed.value.code == "sql-failed"
    assert grown_mb < 32
    assert fetch(engine, "SELECT count(*) AS n FROM sale") == [{"n": 5}]


def test_query_that_hears_no_interrupt_ends_in_time_and_the_next_works(engine: DuckdbEngine) -> None:
    run = Run(LIMITS, 0.2)
    ending = threading.Event()

    def end() -> None:
        while not ending.wait(0.02):
            if run.over():
                run.end()

    ender = threading.Thread(target=end)
    ender.start()
    try:
        with pytest.raises(RequestError) as failed:
            engine.fetch("SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))", {}, run)
    finally:
        ending.set()
        ender.join()

    assert failed.value.code == "sql-timeout"
    assert fetch(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_neighbour_of_a_query_that_outgrows_its_process_goes_on(directory: Path, run: Runner) -> None:
    source = DatabaseSource("shop", f"duckdb:///{directory}/shop.duckdb")
    opened = Databases([source], limits=LIMITS, start_reader=Reader)
    counting = "SELECT count(*) AS n FROM range(10000) a, range(20000) b WHERE a.range * b.range % 7 = 3"

    async def both() -> list[Any]:
        queries = [opened.query(sql) for sql in (counting, GROWING[0], counting)]
        answers = await asyncio.gather(*queries, return_exceptions=True)
        await opened.close()
        return answers

    first, outgrown, second = run(both())
    assert isinstance(outgrown, RequestError)
    assert first.table == second.table


def test_reader_killed_during_a_query_is_an_error_and_the_next_query_has_another(directory: Path) -> None:
    others = readers()
    with closing(DuckdbEngine(directory / "shop.duckdb", LIMITS, Reader)) as engine:
        (pid,) = readers() - others
        threading.Timer(0.3, partial(kill, pid)).start()
        with pytest.raises(RequestError, match="ended with this query") as failed:
            fetch(
                engine,
                "SELECT count(*) FROM range(1000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3",
            )

        assert failed.value.code == "sql-failed"
        assert fetch(engine, "SELECT 1 AS a") == [{"a": 1}]
        assert pid not in readers()


def test_reader_killed_between_queries_is_replaced_unseen(directory: Path) -> None:
    others = readers()
    with closing(DuckdbEngine(directory / "shop.duckdb", LIMITS, Reader)) as engine:
        (pid,) = readers() - others
        kill(pid)

        assert fetch(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_closing_ends_every_reader(directory: Path, run: Runner) -> None:
    others = readers()
    source = DatabaseSource("shop", f"duckdb:///{directory}/shop.duckdb")
    opened = Databases([source], limits=LIMITS, start_reader=Reader)

    async def many() -> int:
        await asyncio.gather(*(opened.query("SELECT count(*) FROM range(3000000)") for _ in range(6)))
        return len(readers() - others)

    running = run(many())
    run(opened.close())

    assert 1 <= running <= 2
    assert readers() <= others


def test_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    for place, value in (("shop.duckdb", 1), ("next.duckdb", 2)):
        with duckdb.connect(str(tmp_path / place)) as writer:
            writer.execute(f"CREATE TABLE t AS SELECT {value} AS a")
    with closing(DuckdbEngine(tmp_path / "shop.duckdb", LIMITS, Reader)) as engine:
        first = fetch(engine, "FROM t")
        (tmp_path / "next.duckdb").replace(tmp_path / "shop.duckdb")

        assert (first, fetch(engine, "FROM t")) == ([{"a": 1}], [{"a": 2}])


def test_rows_that_a_writer_left_in_its_log_are_read(tmp_path: Path) -> None:
    program = (
        "import duckdb, os; c = duckdb.connect('shop.duckdb'); c.execute('CREATE TABLE t AS SELECT 1 AS a');"
        "c.execute('CHECKPOINT'); c.execute('INSERT INTO t VALUES (2)'); os._exit(0)"
    )
    os.spawnl(os.P_WAIT, "/bin/sh", "sh", "-c", f'cd {tmp_path} && {sys.executable} -c "{program}"')
    assert (tmp_path / "shop.duckdb.wal").stat().st_size > 0
    with closing(DuckdbEngine(tmp_path / "shop.duckdb", LIMITS, Reader)) as engine:
        assert fetch(engine, "SELECT sum(a)::INT AS n FROM t") == [{"n": 3}]


def test_file_of_roots_alone_is_refused_with_the_remedy(tmp_path: Path, run: Runner) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, whose files are in question")
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as writer:
        writer.execute("CREATE TABLE t AS SELECT 1 AS a")
    (tmp_path / "shop.duckdb").chmod(0o600)
    opened = Databases([DatabaseSource("shop", f"duckdb:///{tmp_path}/shop.duckdb")], start_reader=Reader)
    with pytest.raises(RequestError, match="chmod") as refused:
        run(opened.query("FROM t"))
    run(opened.close())

    assert refused.value.code == "database-unreachable"
    assert str(tmp_path) not in refused.value.message


@pytest.fixture
def unlocked(directory: Path) -> Iterator[Callable[[str], list[Any]]]:
    """A reader with every setting of DuckDB's open, so that the jail alone has to hold; its rows, if it has any."""
    reader = Reader(directory / "shop.duckdb", engine="duckdb", memory_bytes=256 * MIB, result_bytes=16 * MIB)

    def ask(sql: str) -> list[Any]:
        query = {"op": "query", "sql": sql, "parameters": {}, "row_limit": 1000, "byte_limit": MIB}
        with closing(LentMemory(16 * MIB)) as memory:
            answer = reader.ask(query, time.monotonic() + 20, memory.fileno())
            if answer.op != "result":
                return []
            return list(
                memory.sealed(answer.message["bytes"], partial(read_rows, byte_limit=MIB)).table.to_pylist()
            )

    opened = {
        "op": "open",
        "file": str(reader.file),
        "configuration": {"enable_external_access": "true"},
        "engine": "duckdb",
    }
    assert reader.ask(opened, time.monotonic() + 20).op == "opened"
    with closing(reader):
        yield ask


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM read_blob('/dev/null')",
        "SELECT * FROM read_csv('{dir}/secret.csv')",
        "SELECT * FROM read_text('{dir}/secret.txt')",
        "SELECT * FROM read_text('/root/.bashrc')",
        "SELECT * FROM '/etc/hosts'",
        "SELECT * FROM read_csv('http://127.0.0.1:5432/x.csv')",
        "SELECT * FROM read_csv('https://example.com/x.csv')",
    ],
)
def test_jail_alone_keeps_a_reader_from_files_and_network(
    unlocked: Callable[[str], list[Any]], directory: Path, sql: str
) -> None:
    assert unlocked(sql.replace("{dir}", str(directory))) == []


def test_same_attack_reads_the_file_without_a_jail(directory: Path) -> None:
    with duckdb.connect() as connection:
        read = connection.sql(f"SELECT content FROM read_text('{directory}/secret.txt')").fetchall()

    assert read == [("hidden",)]


def test_reader_sees_its_own_database_and_no_other_file_of_the_host(
    unlocked: Callable[[str], list[Any]],
) -> None:
    folders = ("/", "/data/", "/etc/", "/dev/", "/proc/", "/home/", "/root/", "/tmp/")
    sql = " UNION ALL ".join(f"SELECT file FROM glob('{folder}*')" for folder in folders)

    assert unlocked(sql) == [{"file": "/data/shop.duckdb"}]


class _Liar:
    """A reader that DuckDB or its libraries were broken in: it writes and answers what it likes."""

    file = PurePosixPath("/data/shop.duckdb")

    def __init__(self, lie: Callable[[int], Answer]) -> None:
        self.alive = True
        self._lie = lie

    def ask(self, message: Mapping[str, Any], until: float, memory: int | None = None) -> Answer:
        assert until > time.monotonic()
        assert (message["op"] == "open") == (memory is None)
        return Answer("opened", {}) if memory is None else self._lie(memory)

    def interrupt(self) -> None: ...

    def kill(self) -> None:
        self.alive = False

    def close(self) -> None:
        self.alive = False


def _says(data: bytes, size: int | None = None) -> Callable[[int], Answer]:
    """Writes the bytes, and says that they are so many."""

    def lie(memory: int) -> Answer:
        os.pwrite(memory, data, 0)
        return Answer("result", {"bytes": len(data) if size is None else size, "complete": True})

    return lie


def _file(*tables: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, tables[0].schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for table in tables:
            writer.write_table(table)
    return sink.getvalue()


def _kept_open_for_writing(memory: int) -> Answer:
    KEPT.append(mmap.mmap(memory, 0))
    return _says(ONE)(memory)


def _made_smaller(memory: int) -> Answer:
    answer = _says(ONE)(memory)
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return answer


def _with_hidden_batch(first: bytes, second: bytes) -> bytes:
    """The first file with the second's batch behind the end of its stream; the footer leads to that one."""
    at = _footer(NONE) - 8
    footer = first[_footer(first) :]
    assert footer.count(struct.pack("<q", at)) == 1
    led = footer.replace(struct.pack("<q", at), struct.pack("<q", _footer(first)))
    return first[: _footer(first)] + second[at : _footer(second) - 8] + led


def _footer(file: bytes) -> int:
    return len(file) - 10 - int.from_bytes(file[-10:-6], "little")


KEPT: list[mmap.mmap] = []
ONE = _file(pa.table({"a": [1]}))
NONE = _file(pa.table({"a": pa.array([], pa.int64())}))
BOMB = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x" * 1_000_000]))
TEXT = pa.StringArray.from_buffers(
    3, pa.py_buffer(b"\0\0\0\0\xff\xff\xff\x7f\x01\0\0\0\x02\0\0\0"), pa.py_buffer(b"abc")
)
LIES: dict[str, Callable[[int], Answer]] = {
    "nothing": _says(b"", 0),
    "less than nothing": _says(ONE, -1),
    "more than there is": _says(ONE, 1 << 40),
    "more than a number can be": _says(ONE, 1 << 80),
    "another answer": lambda _: Answer("opened", {}),
    "no arrow": _says(b"hello world" * 10),
    "half a table": _says(ONE, len(ONE) // 2),
    "compressed": _says(_file(pa.table({"a": [1] * 1000}), compression="zstd")),
    "text that unpacks": _says(_file(pa.table({"a": BOMB}))),
    "offsets outside": _says(_file(pa.table({"a": TEXT}))),
    "extension": _says(_file(pa.table({"a": pa.array([bytes(16)], pa.uuid())}))),
    "metadata": _says(_file(pa.table({"a": [1]}).replace_schema_metadata({"pandas": "{}"}))),
    "one name twice": _says(_file(pa.table([[1], [2]], names=["a", "a"]))),
    "many batches": _says(_file(pa.table({"a": [1]}), pa.table({"a": [2]}))),
    "another batch in the footer": _says(_with_hidden_batch(ONE, _file(pa.table({"a": [2]})))),
    "no batch in the footer": _says(ONE[: _footer(ONE)] + NONE[_footer(NONE) :]),
    "memory that can still be changed": _kept_open_for_writing,
    "memory that cannot be cut": _made_smaller,
}


@pytest.mark.parametrize("lie", sorted(LIES))
def test_result_of_a_reader_that_lies_is_refused_and_the_reader_given_up(directory: Path, lie: str) -> None:
    started: list[_Liar] = []

    def start(file: Path, *, engine: str, memory_bytes: int, result_bytes: int) -> _Liar:
        started.append(_Liar(LIES[lie]))
        return started[-1]

    engine = DuckdbEngine(directory / "shop.duckdb", LIMITS, start)
    with pytest.raises(PyexecError) as refused:
        engine.fetch("SELECT 1", {}, Run(LIMITS, 5))

    assert isinstance(refused.value, SandboxFault | RequestError)
    assert not started[0].alive


def test_result_cannot_be_changed_by_the_reader_that_wrote_it(directory: Path) -> None:
    lent: list[int] = []

    def keep(memory: int) -> Answer:
        lent.append(os.dup(memory))
        return _says(ONE)(memory)

    engine = DuckdbEngine(directory / "shop.duckdb", LIMITS, lambda *_, **__: _Liar(keep))
    table = engine.fetch("SELECT 1", {}, Run(LIMITS, 5)).table
    refused = []
    for attempt in (
        lambda: os.pwrite(lent[0], b"x", 0),
        lambda: os.ftruncate(lent[0], 0),
        lambda: mmap.mmap(lent[0], 0),
    ):
        with pytest.raises(OSError) as failed:
            attempt()
        refused.append(failed.value.errno)

    assert refused == [errno.EPERM] * 3
    assert table.to_pylist() == [{"a": 1}]


def test_reader_that_is_asked_what_it_does_not_know_ends(directory: Path) -> None:
    reader = Reader(directory / "shop.duckdb", engine="duckdb", memory_bytes=256 * MIB, result_bytes=16 * MIB)
    with closing(reader), pytest.raises(SandboxFault) as fault:
        reader.ask({"sql": "SELECT 1"}, time.monotonic() + 5)

    assert fault.value.code == "reader-lost"
    assert not reader.alive


def test_row_that_is_longer_than_a_result_is_an_error_with_a_remedy(engine: DuckdbEngine) -> None:
    with pytest.raises(RequestError, match=r"left\(") as failed:
        fetch(engine, "SELECT repeat('x', 17000000) AS a")

    assert failed.value.code == "sql-failed"
    assert fetch(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_whole_numbers_of_128_bits_keep_their_value_in_the_narrowest_type(engine: DuckdbEngine) -> None:
    sql = """SELECT i AS small, CASE WHEN i < 9000 THEN i::HUGEINT ELSE 2::HUGEINT ** 62 * 4 END AS large,
      CASE WHEN i = 9001 THEN (-170141183460469231731687303715884105728)::HUGEINT ELSE i::HUGEINT END AS least,
      CASE WHEN i = 9001 THEN 340282366920938463463374607431768211455::UHUGEINT ELSE 0::UHUGEINT END AS most
      FROM (SELECT range::HUGEINT AS i FROM range(10000)) WHERE i < 5 OR i > 8995"""
    limits = replace(LIMITS, row_limit=10_000)
    table = engine.fetch(sql, {}, Run(limits, 20)).table

    assert [str(kind) for kind in table.schema.types][::2] == ["int64", "decimal256(39, 0)"]
    assert table.column("least").to_pylist()[-999] == -(2**127)
    assert max(table.column("most").to_pylist()) == 2**128 - 1


def test_column_with_a_date_beyond_pythons_is_text_as_duckdb_writes_it(engine: DuckdbEngine) -> None:
    sql = """SELECT DATE '2024-01-02' + i::INT AS near, CASE i WHEN 9999 THEN 'infinity' ELSE DATE '2024-01-02' END d,
      CASE i WHEN 0 THEN TIMESTAMPTZ '-infinity' ELSE TIMESTAMPTZ '2024-01-02 12:00:00.5+00' END AS t
      FROM range(10000) r(i) WHERE i % 9999 = 0"""

    assert fetch(engine, sql) == [
        {"near": datetime.date(2024, 1, 2), "d": "2024-01-02", "t": "-infinity"},
        {"near": datetime.date(2051, 5, 19), "d": "infinity", "t": "2024-01-02 12:00:00.5+00"},
    ]


def test_hidden_batch_is_what_a_reader_by_the_footer_would_see() -> None:
    """The lie of that name is one: only then does its refusal show anything."""
    lie = _with_hidden_batch(ONE, _file(pa.table({"a": [2]})))

    assert pa.ipc.open_file(lie).read_all().to_pylist() == [{"a": 2}]
    assert pa.ipc.open_stream(lie[8:]).read_all().to_pylist() == [{"a": 1}]
