from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mcp_pyexec.sql import Databases
from sql.analytics import statements
from sql.honest import COMMON, DUCKDB, SQLITE

BY_DIALECT = {
    "sqlite": COMMON + SQLITE + statements("sqlite.sql"),
    "duckdb": COMMON + DUCKDB + statements("duckdb.sql"),
}


def _rows(directory: Path, dialect: str, sql: str) -> list[tuple[Any, ...]]:
    if dialect == "sqlite":
        with closing(sqlite3.connect(directory / "shop.db")) as connection:
            return list(connection.execute(sql))
    with closing(duckdb.connect(":memory:")) as connection:
        connection.execute(f"ATTACH '{directory}/shop.duckdb' AS shop (READ_ONLY); USE shop")
        table = connection.sql(sql).to_arrow_table()
        return [tuple(row) for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [pytest.param(d, sql, id=f"{d}-{i}") for d, all_ in BY_DIALECT.items() for i, sql in enumerate(all_)],
)
def test_honest_statement_gives_what_the_engine_gives(
    databases: Databases, run: Callable[[Any], Any], directory: Path, dialect: str, sql: str
) -> None:
    result = run(databases.query(sql, database=dialect))

    assert result.complete
    if "EXPLAIN" not in sql:
        columns = [column.to_pylist() for column in result.table.columns]
        assert list(zip(*columns, strict=True)) == _rows(directory, dialect, sql)


@pytest.mark.parametrize(("dialect", "count"), [("sqlite", 200), ("duckdb", 250)])
def test_the_list_of_honest_statements_is_long_enough_to_mean_something(dialect: str, count: int) -> None:
    assert len(set(BY_DIALECT[dialect])) >= count
