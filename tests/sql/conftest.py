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

from mcp_pyexec.jail import Reader
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Databases, SqlLimits
from sql.servers import Server, mysql_server, postgresql_server

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
        start_reader=Reader,
    )
    yield opened
    run(opened.close())


POSTGRESQL_SCHEMA = (
    SCHEMA.replace("DOUBLE,", "DOUBLE PRECISION,")
    + """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE kind (id int PRIMARY KEY, mood mood, tags text[], token uuid, data jsonb, raw bytea, span interval,
  price numeric(12, 3), free numeric, at timestamptz, clock time, flag boolean, ratio real, grid int[][]);
INSERT INTO kind VALUES
  (1, 'glad', '{a,"b,c",NULL}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": [1]}', '\\x00ff', '1 mon 2 days 03:00',
   123456789.125, 12345678901234567890.5, '2024-01-02 03:04:05.678901+02', '01:02:03.5', true, 'NaN', '{{1,2},{3,4}}'),
  (2, NULL, '{}', NULL, 'null', '', '-00:00:00.5', -0.001, NULL, NULL, NULL, NULL, 'Infinity', NULL);
COMMENT ON TABLE sale IS 'What was sold';
COMMENT ON COLUMN sale.amount IS 'In euro';
CREATE SEQUENCE counter;
SELECT lo_from_bytea(4242, 'kept');
CREATE FUNCTION erase() RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  AS $$ BEGIN DELETE FROM public.sale; RETURN 1; END $$;
CREATE PROCEDURE eraser() LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM public.sale';
"""
)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL database of this session."""
    with postgresql_server(POSTGRESQL_SCHEMA) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_databases(postgresql: Server, run: Callable[[Awaitable[None]], None]) -> Iterator[Databases]:
    """It, behind the guard, as `superuser` and as `reader`."""
    opened = Databases(
        [postgresql.superuser, postgresql.reader], limits=SqlLimits(row_limit=1000, timeout_s=5)
    )
    yield opened
    run(opened.close())


MYSQL_SCHEMA = [
    *(
        part
        for part in SCHEMA.replace("VARCHAR", "VARCHAR(40)")
        .replace('"', "`")
        .replace("`a`: {`b`", '"a": {"b"')
        .split(";\n")
        if part.strip()
    ),
    """CREATE TABLE kind (id INT PRIMARY KEY, mood ENUM('glad', 'sad'), tags SET('a', 'b'), tiny TINYINT UNSIGNED,
      big BIGINT UNSIGNED, price DECIMAL(12, 3), raw BLOB, fixed BINARY(2), at DATETIME(6), stamp TIMESTAMP NULL,
      clock TIME(3), flags BIT(9), born YEAR, ratio FLOAT, data JSON, note TEXT)""",
    """INSERT INTO kind VALUES (1, 'glad', 'a,b', 255, 18446744073709551615, 123456789.125, X'00ff', 'ab',
      '2024-01-02 03:04:05.678901', '2024-01-02 03:04:05', '-100:00:00.500', b'100000001', 2024, 0.5, '{"a": [1]}',
      'é'),
      (2, NULL, '', NULL, NULL, -0.001, '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '')""",
    "ALTER TABLE sale COMMENT 'What was sold', MODIFY amount DOUBLE COMMENT 'In euro'",
    "CREATE SEQUENCE counter",
    "CREATE FUNCTION erase() RETURNS INT MODIFIES SQL DATA BEGIN DELETE FROM sale; RETURN 1; END",
    "CREATE PROCEDURE eraser() DELETE FROM sale",
    "ANALYZE TABLE customer, sale, kind",
]


@pytest.fixture(scope="session")
def mysql() -> Iterator[Server]:
    """A MariaDB database of this session."""
    with mysql_server(MYSQL_SCHEMA) as server:
        yield server


@pytest.fixture(scope="session")
def mysql_databases(mysql: Server, run: Callable[[Awaitable[None]], None]) -> Iterator[Databases]:
    """It, behind the guard, as `superuser` and as `reader`."""
    opened = Databases([mysql.superuser, mysql.reader], limits=SqlLimits(row_limit=1000, timeout_s=5))
    yield opened
    run(opened.close())
