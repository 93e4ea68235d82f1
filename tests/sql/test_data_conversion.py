"""Data files as tables of the database `data`, through the whole way: found, converted by a child, queried."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mcp_pyexec.data_cache import DataCache
from mcp_pyexec.data_files import find_data_files
from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Converter, ConverterTemplate, Reader
from mcp_pyexec.sql import Databases, DataConversion
from mcp_pyexec.sql.converters import ConversionLimits
from sql.data_served import filled, opened, random_lines, random_rows, served
from sql.workbooks import Cell, packed, workbook

DAY = dt.date(2024, 1, 2)


MOMENT = dt.datetime(2024, 1, 2, 3, 4, 5)


async def one(tmp_path: Path, name: str, content: bytes) -> tuple[dict[str, str], list[Any]]:
    path = tmp_path / name
    path.write_bytes(content)
    ((table, found),) = (await served(tmp_path / "cache", path)).items()
    assert table == "x"
    return found


async def refused(tmp_path: Path, name: str, content: bytes, **options: Any) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    async with opened(tmp_path / "cache", path, **options) as databases:
        with pytest.raises(RequestError) as error:
            await databases.query("SELECT 1")
    assert error.value.code == "database-unreachable"
    assert str(tmp_path) not in error.value.message
    assert list((tmp_path / "cache").glob("*.duckdb")) == []
    return error.value.message


def packed_gz(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)  # the same in every process that collects the tests


def zstd(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


INT, TEXT = "BIGINT", "VARCHAR"


TEXTS: list[tuple[str, bytes, dict[str, str], list[Any]]] = [
    ("x.csv", b"a,b\n1,\n,2\n3,4\n", {"a": INT, "b": INT}, [(1, None), (None, 2), (3, 4)]),
    ("x.csv", b"\xef\xbb\xbfa;b\n1;2\n", {"a": INT, "b": INT}, [(1, 2)]),
    ("x.csv", "n,c\n1,café\n".encode("utf-16"), {"n": INT, "c": TEXT}, [(1, "café")]),
    ("x.csv", b"a,a,A\n1,2,3\n", {"a": INT, "a_1": INT, "A_2": INT}, [(1, 2, 3)]),
    ("x.csv", b"a,b\n", {"a": TEXT, "b": TEXT}, []),
    ("x.csv", b"", {"column0": TEXT}, []),
    ("x.csv", b"word\nhidden\n", {"word": TEXT}, [("hidden",)]),
    ("x.csv", b"zip,n\n01234,1\n", {"zip": TEXT, "n": INT}, [("01234", 1)]),
    ("x.csv", b"d,t\n2024-01-02,2024-01-02 03:04:05\n,\n", {"d": "DATE", "t": "TIMESTAMP"},
     [(DAY, MOMENT), (None, None)]),
    ("x.csv", b'a,b\n1,"two\nlines, ""quoted"""\n', {"a": INT, "b": TEXT}, [(1, 'two\nlines, "quoted"')]),
    ("x.csv", b"Report, of May\n\n# by us\na;b\n1;2\n", {"a": INT, "b": INT}, [(1, 2)]),
    ("x.tsv", b"a\tb\n1,5\tx\n", {"a": TEXT, "b": TEXT}, [("1,5", "x")]),
    ("x.csv.gz", packed_gz(b"a\n1\n"), {"a": INT}, [(1,)]),
    ("x.csv.zst", zstd(b"a\n1\n"), {"a": INT}, [(1,)]),
    ("x.jsonl", b'{"a": 1}\n{"a": 2, "b": [1]}\n', {"a": INT, "b": "BIGINT[]"}, [(1, None), (2, [1])]),
    ("x.ndjson", b'{"a": 1}\n{"a": "x"}\n', {"a": "JSON"}, [("1",), ('"x"',)]),
    ("x.jsonl.gz", packed_gz(b'{"a": 1}\n'), {"a": INT}, [(1,)]),
    ("x.jsonl.zst", zstd(b'{"a": 1}\n'), {"a": INT}, [(1,)]),
    ("x.json", b'[{"a": 1}, {"a": 2}]', {"a": INT}, [(1,), (2,)]),
    ("x.json", b'{"a": {"b": null}}', {"a": 'STRUCT(b "NULL")'}, [({"b": None},)]),
    ("x.json", b"[]", {"json": "JSON"}, []),
]  # fmt: skip


@pytest.fixture(scope="module")
def texts(
    tmp_path_factory: pytest.TempPathFactory, run: Callable[[Awaitable[Any]], Any]
) -> dict[str, tuple[dict[str, str], list[Any]]]:
    """Types and rows of all texts, converted by one server."""
    place = tmp_path_factory.mktemp("texts")
    contents = {f"k{number}/{name}": content for number, (name, content, *_) in enumerate(TEXTS)}
    return run(served(place / "cache", filled(place / "d", contents)))


@pytest.mark.parametrize(
    ("number", "kinds", "rows"),
    [
        pytest.param(number, kinds, rows, id=f"{name}-{content!r:.40}")
        for number, (name, content, kinds, rows) in enumerate(TEXTS)
    ],
)
def test_text_becomes_a_typed_table(
    texts: dict[str, Any], number: int, kinds: dict[str, str], rows: list[Any]
) -> None:
    assert texts[f"k{number}_x"] == (kinds, rows)


@pytest.mark.parametrize(
    ("name", "line", "odd", "kind", "read"),
    [
        ("x.csv", b"1\n", b"late\n", TEXT, "late"),
        ("x.jsonl", b'{"a": 1}\n', b'{"a": "late"}\n', "JSON", '"late"'),
    ],
)
async def test_value_that_breaks_the_guessed_type_late_in_a_file_makes_it_text(
    tmp_path: Path, name: str, line: bytes, odd: bytes, kind: str, read: str
) -> None:
    head = b"a\n" if name == "x.csv" else b""
    kinds, rows = await one(tmp_path, name, head + line * 100_000 + odd)

    assert (kinds, len(rows), rows[-1]) == ({"a": kind}, 100_001, (read,))


async def test_parquet_and_its_partitions_keep_their_types(tmp_path: Path) -> None:
    table = pa.table({"n": pa.array([1], pa.int32()), "d": pa.array([DAY])})
    pq.write_table(table, tmp_path / "x.parquet")
    for year in (2023, 2024):
        folder = tmp_path / "events" / f"year={year}"
        folder.mkdir(parents=True)
        pq.write_table(table, folder / "part-0.parquet")
    (tmp_path / "events" / "_SUCCESS").touch()

    assert await served(tmp_path / "cache", tmp_path / "x.parquet", tmp_path / "events") == {
        "x": ({"n": "INTEGER", "d": "DATE"}, [(1, DAY)]),
        "events": ({"n": "INTEGER", "d": "DATE", "year": INT}, [(1, DAY, 2023), (1, DAY, 2024)]),
    }


async def test_workbook_gives_a_table_for_each_filled_visible_sheet(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["id", "id", None, "day", "at", "clock", "flag", "ratio", "mixed", "gone", "none"],
        [
            1,
            "a",
            "x",
            ("date", 45293),
            ("datetime", 45293.5),
            ("time", 0.25),
            True,
            0.5,
            1,
            ("error", 0),
            None,
        ],
        [None, "b", None, ("date", 45294), ("date", 45294), None, False, 2, "two", ("error", 1), None],
    ]
    content = workbook({"Q 1": rows, "empty": [], "Q2": [["a"]], "secret": [["b"], [1]]}, hidden=["secret"])
    (tmp_path / "book.xlsx").write_bytes(content)

    tables = await served(tmp_path / "cache", tmp_path / "book.xlsx")

    assert tables == {
        "book_q_1": (
            {
                "id": INT,
                "id_2": TEXT,
                "column_3": TEXT,
                "day": "DATE",
                "at": "TIMESTAMP",
                "clock": "TIME",
                "flag": "BOOLEAN",
                "ratio": "DOUBLE",
                "mixed": TEXT,
                "gone": TEXT,
                "none": TEXT,
            },
            [
                (1, "a", "x", DAY, dt.datetime(2024, 1, 2, 12), dt.time(6), True, 0.5, "1", None, None),
                (
                    None,
                    "b",
                    None,
                    dt.date(2024, 1, 3),
                    dt.datetime(2024, 1, 3),
                    None,
                    False,
                    2.0,
                    "two",
                    None,
                    None,
                ),
            ],
        ),
        "book_q2": ({"a": TEXT}, []),
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (workbook({"Sheet1": [["n"], [1], [2]]}), ({"n": INT}, [(1,), (2,)])),
        (workbook({"Sheet1": []}), ({"column_1": TEXT}, [])),
        (workbook({"a": [[None, None], [None, "n"], [None, 1.5]]}), ({"n": "DOUBLE"}, [(1.5,)])),
    ],
)
async def test_workbook_with_one_filled_sheet_is_called_after_its_file(
    tmp_path: Path, content: bytes, expected: Any
) -> None:
    assert await one(tmp_path, "x.xlsx", content) == expected


async def test_sqlite_tables_get_the_narrowest_types_that_keep_every_value(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as source:
        source.executescript(
            """CREATE TABLE t (id INTEGER PRIMARY KEY, n NUMERIC, day DATE, at DATETIME, at2 DATE, flag BOOLEAN, mixed,
                 raw BLOB, big, none DATE, wrong DATE);
               INSERT INTO t VALUES
                 (1, 1, '2024-01-02', '2024-01-02T03:04:05', '2024-01-02 03:04:05', 1, 'a', x'00',
                  9007199254740993, NULL, 'soon'),
                 (2, 2.5, NULL, '2024-01-02', NULL, 0, 3, 'é', 0.5, NULL, NULL);
               CREATE TABLE "Odd name" ("a b" INT, "A-c" TEXT);
               CREATE VIEW v AS SELECT * FROM t;
               CREATE VIRTUAL TABLE f USING fts5(body);"""
        )

    tables = await served(tmp_path / "cache", tmp_path / "shop.db")

    assert tables == {
        "shop_t": (
            {
                "id": INT, "n": "DOUBLE", "day": "DATE", "at": "TIMESTAMP", "at2": "TIMESTAMP", "flag": "BOOLEAN",
                "mixed": TEXT, "raw": "BLOB", "big": TEXT, "none": "DATE", "wrong": TEXT,
            },
            [
                (1, 1.0, DAY, MOMENT, MOMENT, True, "a", b"\0", "9007199254740993", None, "soon"),
                (2, 2.5, None, dt.datetime(2024, 1, 2), None, False, "3", "é".encode(), "0.5", None, None),
            ],
        ),
        "shop_odd_name": ({"a b": INT, "A-c": TEXT}, []),
    }  # fmt: skip


async def test_duckdb_tables_are_copied_whatever_the_file_is_called(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("word\nhidden\n")
    with closing(duckdb.connect(str(tmp_path / "x.duckdb"))) as source:
        source.execute(
            "CREATE TABLE t (n DECIMAL(9, 2), mood ENUM ('glad')); INSERT INTO t VALUES (1.5, 'glad')"
        )
        source.execute("CREATE SCHEMA s; CREATE TABLE s.u AS SELECT [1, 2] AS l")
        source.execute(f"CREATE VIEW v AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    (tmp_path / "x.duckdb").rename(tmp_path / "x.db")

    tables = await served(tmp_path / "cache", tmp_path / "x.db")

    assert {name: kinds for name, (kinds, _) in tables.items()} == {
        "x_t": {"n": "DECIMAL(9,2)", "mood": "ENUM('glad')"},
        "x_s_u": {"l": "INTEGER[]"},
    }


NAMES = [
    "caf\udce9.csv",
    "a\nb.csv",
    "--x.csv",
    "A.CSV",
    "a*b.csv",
    "[ab].csv",
    "a?b.csv",
    "a'b.csv",
    'a"b.csv',
    "a b.csv",
]
OTHERS = ("axxb.csv", "a.csv", "axb.csv")


async def test_name_of_a_file_is_no_pattern(tmp_path: Path) -> None:
    contents = {f"k{n}/{name}": b"n\n1\n" for n, name in enumerate(NAMES)}
    others = {f"k{n}/{other}": b"n\n2\n" for n in range(len(NAMES)) for other in OTHERS}
    del others[f"k{NAMES.index('A.CSV')}/a.csv"]  # would be the same table
    folder = filled(tmp_path / "d", contents | others)
    tables = [file.table for file in find_data_files([folder]) if file.path.name in NAMES]

    found = await served(tmp_path / "cache", folder)

    assert [found[table][1] for table in tables] == [[(1,)]] * len(NAMES)


BROKEN = [
    ("x.csv", "n\ncafé\n".encode("latin-1"), "x.csv cannot be read: .*Line: 2.*iconv -f LATIN1"),
    ("x.csv", b"a,b\n1,2\n3,4,5\n", "x.csv cannot be read: CSV Error on Line: 3.*Columns: 2 Found: 3"),
    ("x.csv", b"a,b\n" + b"1,2\n" * 50 + b"3\n", "CSV Error on Line: 52.*Columns: 2 Found: 1"),
    ("x.csv.gz", b"a,b\n1,2\n", "not a GZIP stream.*rename it"),
    ("x.csv.gz", packed_gz(b"a\n" + b"1234567\n" * 100_000)[:-2000], "x.csv.gz cannot be read"),
    ("x.jsonl", b'{"a": 1}\n{"a":\n', "x.jsonl cannot be read: Malformed JSON.*line 3"),
    ("x.parquet", b"PAR1 no", "x.parquet cannot be read"),
    ("x.xlsx", b"not a zip", "x.xlsx cannot be read: .*must be an .xlsx workbook"),
    ("x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "without a password"),
    ("x.db", b"plain text", "neither a SQLite nor a DuckDB"),
    ("x.db", b"", "neither a SQLite nor a DuckDB"),
    ("x.db", b"SQLite format 3\0" + b"\0" * 200, "x.db cannot be read"),
    ("x.duckdb", b"\0" * 8 + b"DUCK" + b"\0" * 20_000, "x.duckdb cannot be read"),
]  # fmt: skip


@pytest.fixture(scope="module")
def reasons(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Why each broken file is not served, by its table."""
    place = tmp_path_factory.mktemp("broken")
    contents = {f"k{number}/{name}": content for number, (name, content, _) in enumerate(BROKEN)}
    files = find_data_files([filled(place / "d", {"good.csv": b"n\n1\n", **contents})])
    conversion = DataConversion(files, DataCache(place / "cache", 256), None, Converter, ConverterTemplate)
    conversion.start().result(60)
    conversion.close()
    assert len(list((place / "cache").glob("*.duckdb"))) == 1
    return {one.file.table: one.reason for one in conversion.failed}


@pytest.mark.parametrize(
    ("number", "says"),
    [pytest.param(number, says, id=says) for number, (_, _, says) in enumerate(BROKEN)],
)
def test_file_that_is_not_what_it_says_is_named_with_a_remedy(
    reasons: dict[str, str], tmp_path: Path, number: int, says: str
) -> None:
    reason = reasons[f"k{number}_x"]

    assert re.search(says, reason)
    assert str(tmp_path.parent) not in reason


async def test_database_of_one_broken_file_is_shut(tmp_path: Path) -> None:
    assert re.search("x.csv cannot be read", await refused(tmp_path, "x.csv", b"a,b\n1,2\n3,4,5\n"))


SMALL = ConversionLimits(memory_mb=256, timeout_s=60)


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def sheet(rows: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    return packed(["a"], {"xl/worksheets/sheet1.xml": text})


def long_text(size: int) -> bytes:
    return sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * size}</t></is></c></row>')


def claiming(size: int, content: bytes) -> bytes:
    """The archive with this size given for every part."""
    at = content.find(b"PK\1\2")
    changed = bytearray(content)
    while at >= 0:
        changed[at + 24 : at + 28] = size.to_bytes(4, "little")
        at = content.find(b"PK\1\2", at + 4)
    return bytes(changed)


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("x.xlsx", lambda: sheet(FAR), "x.xlsx could not be converted within 60 s and 256 MiB"),
        ("x.xlsx", lambda: claiming(300 << 20, long_text(1)), "x.xlsx unpacks to 1,800 MiB, at most 1,024"),
        (
            "x.xlsx",
            lambda: claiming(1, long_text(400 << 20)),
            "x.xlsx (could not be converted|cannot be read)",
        ),
        ("x.csv.gz", lambda: packed_gz(b'a\n"' + b"x" * (8 << 20)), "x.csv.gz cannot be read"),
        ("x.json", lambda: b"[" * 5_000_000, "x.json cannot be read"),
    ],
    ids=["a cell far away", "a bomb", "a bomb that lies", "one long line", "deep nesting"],
)
async def test_hostile_file_ends_the_conversion_and_not_the_server(
    tmp_path: Path, name: str, make: Callable[[], bytes], says: str
) -> None:
    assert re.search(says, await refused(tmp_path, name, make(), limits=SMALL))


async def test_conversion_larger_than_the_cache_is_refused(tmp_path: Path) -> None:
    says = await refused(tmp_path, "x.csv", random_lines(100_000), budget_mb=2)

    assert "raise MCP_PYEXEC_CACHE_MB" in says


async def test_conversion_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    says = await refused(tmp_path, "x.csv", b"a\n1\n", limits=ConversionLimits(timeout_s=0.001))

    assert "could not be converted within 0.001 s" in says


async def test_query_that_comes_before_the_conversion_is_done_says_so(tmp_path: Path) -> None:
    random_rows(tmp_path / "x.csv", 500_000)
    async with opened(tmp_path / "cache", tmp_path / "x.csv", wait_s=0.01) as databases:
        with pytest.raises(RequestError, match=r"file 1 of 1: x\.csv") as error:
            await databases.query("SELECT * FROM x")
        described = await databases.describe()

    assert error.value.code == "database-preparing"
    assert "still being converted" in described.databases[0].description


async def test_tables_no_longer_need_their_files(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    async with opened(tmp_path / "cache", tmp_path / "x.csv") as databases:
        await databases.describe()
        (tmp_path / "x.csv").unlink()
        assert (await databases.query("SELECT * FROM x")).table.to_pylist() == [{"a": 1}]
        with pytest.raises(RequestError, match="read-only"):
            await databases.query("DROP TABLE x")


async def test_file_that_was_corrected_is_converted_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{")
    async with opened(tmp_path / "cache", path) as databases:
        with pytest.raises(RequestError, match="Malformed"):
            await databases.query("SELECT * FROM x")
        path.write_text('{"a": 1}')
        assert (await databases.query("SELECT * FROM x")).table.to_pylist() == [{"a": 1}]


def test_description_of_a_table_names_its_file(tmp_path: Path, run: Callable[[Awaitable[Any]], Any]) -> None:
    (tmp_path / "x.json").write_text(json.dumps([{"a": 1}]))

    async def comment() -> str:
        async with opened(tmp_path / "cache", tmp_path / "x.json") as databases:
            return (await databases.describe()).databases[0].tables[0].comment

    assert run(comment()) == "From x.json"


async def test_links_lead_where_they_lead_on_the_host(tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    table = pa.table({"n": [1]})
    pq.write_table(table, away / "part.parquet")
    for year in (2023, 2024):
        (tmp_path / "events" / f"year={year}").mkdir(parents=True)
    pq.write_table(table, tmp_path / "events" / "year=2023" / "a.parquet")
    (tmp_path / "events" / "year=2024" / "b.parquet").symlink_to(away / "part.parquet")
    (away / "x.csv").write_text("n\n3\n")
    (tmp_path / "linked.csv").symlink_to("away/x.csv")

    tables = await served(tmp_path / "cache", tmp_path / "events", tmp_path / "linked.csv")

    assert {name: rows for name, (_, rows) in tables.items()} == {
        "events": [(1, 2023), (1, 2024)],
        "linked": [(3,)],
    }


@pytest.mark.parametrize("left", ["nothing", "journal", "journal and index"])
async def test_sqlite_file_with_a_journal_is_read_without_a_trace(tmp_path: Path, left: str) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as writer:
        writer.executescript("PRAGMA journal_mode = wal; CREATE TABLE t (n); INSERT INTO t VALUES (1);")
        ends = {"nothing": [""], "journal": ["", "-wal"], "journal and index": ["", "-wal", "-shm"]}[left]
        if left == "nothing":
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for end in ends:
            shutil.copyfile(tmp_path / f"x.db{end}", folder / f"x.db{end}")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "linked.sqlite").symlink_to("x.db")

    tables = await served(tmp_path / "cache", folder)

    assert {name: rows for name, (_, rows) in tables.items()} == {"x_t": [(1,)], "linked_t": [(1,)]}
    (folder / "linked.sqlite").unlink()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


async def test_server_without_a_jail_converts_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    conversion = DataConversion(find_data_files([tmp_path / "x.csv"]), DataCache(tmp_path / "cache", 16))
    databases = Databases((), conversion, start_reader=Reader)
    with pytest.raises(
        RequestError, match=r"x\.csv could not be converted: its jail failed \(no-jail\)"
    ) as error:
        await databases.query("SELECT 1")
    await databases.close()

    assert error.value.code == "database-unreachable"
    assert "converted in a jail only, and this server has none" in caplog.text
