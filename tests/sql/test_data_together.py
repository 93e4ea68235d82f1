"""Many data files: converted beside each other, served together, and what becomes of the others where some fail."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mcp_pyexec.data_cache import DataCache
from mcp_pyexec.data_files import find_data_files
from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Converter, ConverterTemplate, Reader
from mcp_pyexec.jail.argv import CONVERTER_TEMPLATE
from mcp_pyexec.sensitive import SensitiveColumns
from mcp_pyexec.sql import Databases, DataConversion
from sql.data_served import folder_of, opened
from sql.workbooks import workbook

BROKEN = "a,b\n1,2\n3,4,5\n"


class Counted(Converter):
    """A converter that is started by itself, and counted."""

    started = 0

    def __init__(
        self, files: Mapping[str, Path], folder: Path, *, memory_bytes: int, file_bytes: int
    ) -> None:
        type(self).started += 1
        super().__init__(files, folder, memory_bytes=memory_bytes, file_bytes=file_bytes)


class Refused(ConverterTemplate):
    """A template that may make no namespaces, as on a machine that refuses them."""

    program = replace(CONVERTER_TEMPLATE, capabilities=(), root_capabilities=())


def of_every_kind(folder: Path) -> set[str]:
    """Files that a template can have in sight, and one with a journal beside it; their tables."""
    table = pa.table({"n": [1]})
    (folder / "events" / "year=2024").mkdir(parents=True)
    pq.write_table(table, folder / "events" / "year=2024" / "a.parquet")
    pq.write_table(table, folder / "one.parquet")
    (folder / "book.xlsx").write_bytes(workbook({"Sheet1": [["n"], [1]]}))
    (folder / "lines.jsonl").write_text('{"n": 1}')
    for number in range(4):
        (folder / f"x{number}.csv").write_text("n\n1\n")
    with closing(sqlite3.connect(folder / "plain.db")) as plain:
        plain.executescript("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);")
    shutil.copyfile(folder / "plain.db", folder / "kept.db")
    (folder / "kept.db-journal").touch()
    return {"events", "one", "book", "lines", "x0", "x1", "x2", "x3", "plain_t", "kept_t"}


@pytest.mark.parametrize(("template", "alone"), [(ConverterTemplate, 2), (Refused, 11)])
async def test_files_are_converted_by_clones_or_where_there_can_be_none_by_processes_of_their_own(
    tmp_path: Path, template: type[ConverterTemplate], alone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = of_every_kind(tmp_path / "d")
    monkeypatch.setattr(Counted, "started", 0)
    conversion = DataConversion(
        find_data_files([tmp_path / "d"]), DataCache(tmp_path / "cache", 256), None, Counted, template
    )
    databases = Databases((), conversion, start_reader=Reader)
    described = await databases.describe(database="data")
    all_of_them = " UNION ALL ".join(f"SELECT n FROM {table}" for table in tables)
    found = (await databases.query(all_of_them)).table.to_pylist()
    await databases.close()

    assert {table.name for table in described.databases[0].tables} == tables
    assert found == [{"n": 1}] * len(tables)
    assert Counted.started == alone


async def test_log_says_how_far_a_long_conversion_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    conversion = DataConversion(
        find_data_files([folder_of(tmp_path, a="n\n1\n", b="n\n2\n")]),
        DataCache(tmp_path / "cache", 16),
        start_converter=Converter,
        tell_every_s=0.01,
    )
    conversion.start().result(60)
    conversion.close()

    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "--data: 0 of 2 files converted"
    assert said[-1] == "--data: putting the tables of 2 files together"


async def test_broken_file_leaves_the_others_usable_and_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = folder_of(tmp_path, good="a\n1\n", bad=BROKEN, fine="a\n2\n")
    says = "d/bad.csv cannot be read: CSV Error on Line: 3.*Correct or leave out that file"
    async with opened(tmp_path / "cache", folder) as databases:
        good = await databases.query("SELECT good.a, fine.a AS b FROM good, fine")
        described = (await databases.describe()).databases[0]
        with pytest.raises(RequestError, match=f"Table with name bad does not exist.*{says}"):
            await databases.query("SELECT * FROM bad")
        with pytest.raises(RequestError, match=f"There is no table 'bad'.*{says}"):
            await databases.describe(database="data", table="bad")
        with pytest.raises(RequestError) as other:
            await databases.query("SELECT * FROM goood")
        noted = await databases.notes("data")

    assert good.table.to_pylist() == [{"a": 1, "b": 2}]
    assert [table.name for table in described.tables] == ["fine", "good"]
    assert re.search(f"Not all data files are served. {says}", described.description)
    assert noted in described.description
    assert "bad.csv" not in other.value.message
    assert [re.search(says, record.message) is not None for record in caplog.records] == [True]
    assert str(tmp_path) not in described.description + caplog.text


async def test_file_that_goes_away_leaves_the_others_usable(tmp_path: Path) -> None:
    files = find_data_files([folder_of(tmp_path, a="n\n1\n", b="n\n2\n")])
    files[0].path.unlink()
    conversion = DataConversion(files, DataCache(tmp_path / "cache", 16), start_converter=Converter)
    databases = Databases((), conversion, start_reader=Reader)
    found = await databases.query("SELECT * FROM b")
    description = (await databases.describe()).databases[0].description
    await databases.close()

    assert found.table.to_pylist() == [{"n": 2}]
    assert "a.csv: No such file or directory" in description


async def test_database_of_broken_files_alone_is_shut_with_each_named(tmp_path: Path) -> None:
    async with opened(tmp_path / "cache", folder_of(tmp_path, a=BROKEN, b=BROKEN)) as databases:
        with pytest.raises(RequestError, match=r"d/a\.csv cannot be read.*d/b\.csv cannot be read") as error:
            await databases.query("SELECT 1")

    assert error.value.code == "database-unreachable"


async def test_rule_on_a_column_of_a_broken_file_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    files = find_data_files([folder_of(tmp_path, a="n\n1\n", b=BROKEN)])
    conversion = DataConversion(files, DataCache(tmp_path / "cache", 16), start_converter=Converter)
    rules = SensitiveColumns(["data.b.b"], [], ["data"])
    databases = Databases((), conversion, sensitive=rules, start_reader=Reader)
    with pytest.raises(RequestError, match=r"'data\.b\.b' protects nothing.*d/b\.csv cannot be read"):
        await databases.query("SELECT * FROM a")
    await databases.close()


async def test_tables_of_one_name_in_two_files_are_refused_with_both(tmp_path: Path) -> None:
    (tmp_path / "shop_t.csv").write_text("n\n1\n")
    with closing(sqlite3.connect(tmp_path / "shop.db")) as source:
        source.execute("CREATE TABLE T (n)")
    async with opened(tmp_path / "cache", tmp_path / "shop_t.csv", tmp_path / "shop.db") as databases:
        with pytest.raises(RequestError, match=r"shop_t.csv and shop.db, table 'T' are both table 'shop_t'"):
            await databases.query("SELECT 1")
