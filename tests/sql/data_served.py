"""The tables of `--data` files, through the whole way: found, converted in a jail, queried."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp_pyexec.data_cache import DataCache
from mcp_pyexec.data_files import find_data_files
from mcp_pyexec.jail import Converter, ConverterTemplate, Reader
from mcp_pyexec.sql import Databases, DataConversion, SqlLimits
from mcp_pyexec.sql.converters import ConversionLimits


@asynccontextmanager
async def opened(
    cache: Path,
    *paths: Path,
    budget_mb: int = 256,
    limits: ConversionLimits | None = None,
    wait_s: float = 60,
) -> AsyncIterator[Databases]:
    conversion = DataConversion(
        find_data_files(paths), DataCache(cache, budget_mb), limits, Converter, ConverterTemplate
    )
    databases = Databases((), conversion, SqlLimits(timeout_s=wait_s), start_reader=Reader)
    try:
        yield databases
    finally:
        await databases.close()


async def served(cache: Path, *paths: Path, **options: Any) -> dict[str, tuple[dict[str, str], list[Any]]]:
    """Types by column, and rows, by table."""
    async with opened(cache, *paths, **options) as databases:
        described = await databases.describe(database="data")
        tables = {}
        for table in described.databases[0].tables:
            rows = (await databases.query(f'SELECT * FROM "{table.name}"')).table.to_pylist()
            kinds = {column.name: column.type for column in table.columns}
            tables[table.name] = kinds, [tuple(row.values()) for row in rows]
        return tables


def products(cache: Path) -> list[Path]:
    return sorted(cache.glob("*.duckdb"))


def folder_of(tmp_path: Path, **content: str) -> Path:
    folder = tmp_path / "d"
    folder.mkdir(exist_ok=True)
    for name, text in content.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def filled(folder: Path, contents: Mapping[str, bytes]) -> Path:
    """The folder with files by their paths below it."""
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def random_lines(number: int) -> bytes:
    """A column of text that no codec makes much smaller than 32 bytes a row."""
    return b"a\n" + os.urandom(32 * number).hex("\n", 32).encode() + b"\n"


def random_rows(path: Path, number: int) -> None:
    path.write_bytes(random_lines(number))
