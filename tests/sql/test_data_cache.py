"""What of converted data files is kept between starts, and that nothing else is served."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mcp_pyexec.data_cache import DataCache
from mcp_pyexec.data_files import find_data_files
from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.jail import Converter
from mcp_pyexec.sql import DataConversion
from mcp_pyexec.sql.converters import ConversionLimits
from sql.data_served import folder_of, opened, products, random_rows, served

BROKEN = "a,b\n1,2\n3,4,5\n"


async def rows(cache: Path, path: Path, **options: Any) -> list[Any]:
    ((_, found),) = (await served(cache, path, **options)).values()
    return found


async def test_second_start_converts_nothing(tmp_path: Path) -> None:
    path, cache = tmp_path / "x.csv", tmp_path / "cache"
    path.write_text("a\n1\n")
    await rows(cache, path)
    (product,) = products(cache)
    written = product.stat().st_ino
    never = ConversionLimits(timeout_s=0.0001)
    assert await rows(cache, path, limits=never) == [(1,)]
    assert [p.stat().st_ino for p in products(cache)] == [written]


async def test_changed_file_is_converted_again(tmp_path: Path) -> None:
    path, cache = tmp_path / "x.csv", tmp_path / "cache"
    path.write_text("a\n1\n")
    status = path.stat()
    await rows(cache, path)
    path.write_text("a\n2\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert await rows(cache, path) == [(2,)]


def cut(product: Path) -> None:
    os.truncate(product, product.stat().st_size // 2)


def open_to_others(product: Path) -> None:
    product.chmod(0o666)


def replace_by_link(product: Path) -> None:
    away = product.with_suffix(".away")
    product.rename(away)
    product.symlink_to(away)


def link_elsewhere(product: Path) -> None:
    product.with_suffix(".copy").hardlink_to(product)


def give_away(product: Path) -> None:
    os.chown(product, 12345, 12345)


HARMS = [cut, open_to_others, replace_by_link, link_elsewhere, *([give_away] if os.geteuid() == 0 else [])]


async def test_product_that_is_torn_or_may_be_another_users_is_not_served(tmp_path: Path) -> None:
    path, cache = tmp_path / "x.csv", tmp_path / "cache"
    path.write_text("a\n1\n")
    await rows(cache, path)
    for harm in HARMS:
        (product,) = products(cache)
        with closing(duckdb.connect(str(product))) as planted:
            planted.execute("UPDATE x SET a = 666")
        product.rename(
            renamed := product.with_name(f"{product.name.split('.')[0]}.{product.stat().st_size}.duckdb")
        )
        harm(renamed)

        assert await rows(cache, path) == [(1,)], harm.__name__


def others_may_enter(cache: Path) -> None:
    cache.mkdir(mode=0o755)
    cache.chmod(0o755)


def is_a_file(cache: Path) -> None:
    cache.write_text("")


def of_another_user(cache: Path) -> None:
    cache.mkdir(mode=0o700)
    os.chown(cache, 12345, 12345)


@pytest.mark.parametrize("harm", [others_may_enter, is_a_file, of_another_user])
def test_cache_that_is_not_this_users_alone_is_refused(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    if harm is of_another_user and os.geteuid() != 0:
        pytest.skip("needs root to give a folder away")
    harm(tmp_path / "cache")

    with pytest.raises(ConfigError, match="MCP_PYEXEC_CACHE"):
        DataCache(tmp_path / "cache", 16)


def test_new_cache_can_be_entered_by_its_owner_only(tmp_path: Path) -> None:
    DataCache(tmp_path / "a" / "cache", 16)

    assert (tmp_path / "a" / "cache").stat().st_mode & 0o777 == 0o700


async def test_least_recently_used_products_go_first_and_none_that_is_in_use(tmp_path: Path) -> None:
    cache, made = tmp_path / "cache", {}
    for name in "abc":
        random_rows(tmp_path / f"{name}.csv", 60_000)  # about 3 MiB each
        before = set(products(cache))
        await rows(cache, tmp_path / f"{name}.csv")
        (made[name],) = set(products(cache)) - before
    await rows(cache, tmp_path / "a.csv")  # used again: b is the oldest now
    random_rows(tmp_path / "d.csv", 60_000)

    async with opened(cache, tmp_path / "b.csv") as using:
        await using.query("SELECT 1")
        os.utime(made["b"], (0, 0))
        await rows(cache, tmp_path / "d.csv", budget_mb=7)
        assert made["b"].exists()
        assert (await using.query("SELECT count(*) AS n FROM b")).table.to_pylist() == [{"n": 60_000}]

    assert not made["c"].exists()


async def test_what_a_crash_left_is_cleaned_up(tmp_path: Path) -> None:
    path, cache = tmp_path / "x.csv", tmp_path / "cache"
    DataCache(cache, 16)
    left = [cache / f"{digit}{'0' * 63}.partial" for digit in "0123456789abcdef"]
    for partial in left:
        (partial / "spill").mkdir(parents=True)
        (partial / "product").write_bytes(b"half")
    path.write_text("a\n1\n")

    await rows(cache, path)

    assert not [partial for partial in left if partial.exists()]


async def test_servers_that_start_together_convert_once(
    tmp_path: Path, run: Callable[[Awaitable[Any]], Any]
) -> None:
    path, cache = tmp_path / "x.csv", tmp_path / "cache"
    path.write_text("a\n1\n")
    conversions = [
        DataConversion(find_data_files([path]), DataCache(cache, 16), start_converter=Converter)
        for _ in range(4)
    ]
    futures = [conversion.start() for conversion in conversions]
    for future in futures:
        future.result(60)
    made = {conversion.path for conversion in conversions}
    for conversion in conversions:
        conversion.close()

    assert len(made) == len(products(cache)) == 1


async def test_changed_file_is_converted_alone_and_joins_what_was_there(tmp_path: Path) -> None:
    folder, cache = folder_of(tmp_path, a="n\n1\n", b="n\n2\n", c="n\n3\n"), tmp_path / "cache"
    await served(cache, folder)
    before = {product: product.stat().st_ino for product in products(cache)}
    (folder / "b.csv").write_text("n\n2\n20\n")

    tables = await served(cache, folder)

    kept = {product: product.stat().st_ino for product in before}
    assert {name: rows for name, (_, rows) in tables.items()} == {
        "a": [(1,)],
        "b": [(2,), (20,)],
        "c": [(3,)],
    }
    assert kept == before
    assert len(before) == 4  # three of their own and the whole
    assert len(set(products(cache)) - set(before)) == 2


async def test_second_start_with_many_files_converts_nothing(tmp_path: Path) -> None:
    folder, cache = folder_of(tmp_path, a="n\n1\n", b="n\n2\n"), tmp_path / "cache"
    first = await served(cache, folder)
    before = products(cache)

    assert await served(cache, folder, limits=ConversionLimits(timeout_s=0.0001)) == first
    assert products(cache) == before


async def test_whole_is_the_same_whatever_the_cache_held_before(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = folder_of(tmp_path, a="n\n1\n", b="n\n2\n", c="n,m\n3,x\n", e=BROKEN)
    for change in ({}, {"b": "n,o\n4,2024-01-02\n", "d": "n\n5\n"}, {"a": BROKEN, "e": "n\n6\n"}):
        folder_of(tmp_path, **change)
        former = await served(cache, folder)
        assert former == await served(tmp_path / "new" / str(len(change)) / str(sorted(change)), folder)
    (folder / "c.csv").unlink()

    assert await served(cache, folder) == await served(tmp_path / "new" / "last", folder)
    assert sorted(await served(cache, folder)) == ["b", "d", "e"]


async def test_tables_of_one_name_are_refused_alike_whatever_the_cache_held(tmp_path: Path) -> None:
    folder, cache = folder_of(tmp_path, a="n\n1\n", shop_t="n\n1\n"), tmp_path / "cache"
    await served(cache, folder)
    with closing(sqlite3.connect(folder / "shop.db")) as source:
        source.execute("CREATE TABLE T (n)")
    await served(cache, folder / "a.csv", folder / "shop.db")
    said = []
    for place in (cache, tmp_path / "new"):
        async with opened(place, folder) as databases:
            with pytest.raises(RequestError) as error:
                await databases.query("SELECT 1")
            said.append(error.value.message)

    assert (
        said
        == ["d/shop.db, table 'T' and d/shop_t.csv are both table 'shop_t'. Rename or leave out one."] * 2
    )


async def test_files_that_are_together_larger_than_the_cache_are_refused(tmp_path: Path) -> None:
    for name in "abc":
        random_rows(folder_of(tmp_path) / f"{name}.csv", 60_000)  # about 3 MiB each

    async with opened(tmp_path / "cache", tmp_path / "d", budget_mb=7) as databases:
        with pytest.raises(RequestError, match=r"larger than the cache may be.*raise MCP_PYEXEC_CACHE_MB"):
            await databases.query("SELECT 1")
    assert sum(product.stat().st_size for product in products(tmp_path / "cache")) <= 7 << 20


async def test_torn_product_of_one_file_is_made_again(tmp_path: Path) -> None:
    folder, cache = folder_of(tmp_path, a="n\n1\n", b="n\n2\n"), tmp_path / "cache"
    first = await served(cache, folder)
    for harm in HARMS:
        for product in products(cache):
            harm(product)

        assert await served(cache, folder) == first, harm.__name__


async def test_row_in_the_journal_of_a_sqlite_file_is_seen(tmp_path: Path) -> None:
    path, cache = tmp_path / "x.db", tmp_path / "cache"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.executescript("PRAGMA journal_mode = wal; CREATE TABLE t (n); INSERT INTO t VALUES (1);")
        assert await rows(cache, path) == [(1,)]
        writer.execute("INSERT INTO t VALUES (2)")
        assert await rows(cache, path) == [(1,), (2,)]


async def test_closing_ends_a_conversion_that_is_under_way(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    random_rows(path, 300_000)
    conversion = DataConversion(
        find_data_files([path]), DataCache(tmp_path / "cache", 256), start_converter=Converter
    )
    future = conversion.start()
    while not list((tmp_path / "cache").glob("*.partial")) and not future.done():
        await asyncio.sleep(0.01)
    conversion.close()

    assert isinstance(future.exception(30), RequestError)
    assert products(tmp_path / "cache") == []
