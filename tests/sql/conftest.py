"""Real databases of both dialects, filled alike."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import duckdb
import pytest

from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Databases, SqlLimits

T = TypeVar("T")

SCHEMA = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, region VARCHAR);
CREATE TABLE sale (id INTEGER, customer_id INTEGER REFERENCES customer(id), product VARCHAR, amount DOUBLE,
                   day DATE, note VARCHAR);
CREATE TABLE "update" (id INTEGER, "select" VARCHAR);
INSERT INTO customer VALUES (1, 'Ada', 'north'), (2, 'Bo', 'south'), (3, 'Cy', NULL);
INSERT INTO sale VALUES (1, 1, 'tea', 3.5, '2024-01-02', '{"a": {"b": 1}}'), (2, 1, 'jam', 2.0, '2024-01-09', NULL),
  (3, 2, 'tea', 4.0, '2024-02-02', '{"a": {"b": 2}}'), (4, 2, 'oil', 9.25, '2024-02-03', '; drop table sale'),
  (5, 3, 'tea', 1.0, '2024-03-01', NULL);
INSERT INTO "update" VALUES (1, 'x');
"""


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `shop.db`, `shop.duckdb` and a file that nothing may read."""
    place = tmp_path_factory.mktemp("databases")
    with closing(sqlite3.connect(place / "shop.db")) as connection:
        connection.executescript(SCHEMA)
        connection.executescript(
            "CREATE VIRTUAL TABLE note USING fts5(body); INSERT INTO note VALUES ('hello world');"
        )
    with closing(sqlite3.connect(place / "other.db")) as connection:
        connection.executescript("CREATE TABLE secret (word TEXT); INSERT INTO secret VALUES ('hidden');")
    with closing(duckdb.connect(str(place / "shop.duckdb"))) as writer:
        writer.execute(SCHEMA.replace("DATE, note", "DATE, note"))
        writer.execute("CREATE SEQUENCE counter")
    (place / "secret.txt").write_text("hidden")
    (place / "secret.csv").write_text("word\nhidden\n")
    return place


@pytest.fixture(params=["sqlite", "duckdb"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each dialect in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def run() -> Iterator[Callable[[Awaitable[T]], T]]:
    """Run a coroutine to its end, all of a session on one loop."""
    with asyncio.Runner() as runner:

        async def awaited(thing: Awaitable[T]) -> T:
            return await thing

        yield lambda thing: runner.run(awaited(thing))


@pytest.fixture(scope="session")
def databases(directory: Path, run: Callable[[Awaitable[None]], None]) -> Iterator[Databases]:
    """Both databases behind the guard, with short limits."""
    opened = Databases(
        [
            DatabaseSource("sqlite", f"sqlite:///{directory}/shop.db", "A shop"),
            DatabaseSource("duckdb", f"duckdb:///{directory}/shop.duckdb", "The same shop"),
        ],
        limits=SqlLimits(row_limit=1000, timeout_s=5, memory_mb=256, threads=2),
    )
    yield opened
    run(opened.close())
