"""Values of PostgreSQL that come late, in unlike batches, or in types of the user's own."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from mcp_pyexec.sql import Databases
from sql.servers import Server, postgresql_server

Run = Callable[[Any], Any]

COUNT = 40_000
"""Rows that come in several batches by each way."""

DAY = "2024-01-02 00:00:00"
LATE = f"CASE i WHEN {COUNT} THEN"


@pytest.fixture(scope="module")
def opened(run: Run) -> Iterator[Databases]:
    """A database with types of its own, as a reader has it."""
    types = "CREATE DOMAIN score AS numeric(5, 2); CREATE DOMAIN word AS text; CREATE EXTENSION hstore"
    with postgresql_server(types) as server:
        databases = Databases([server.reader])
        yield databases
        run(databases.close())


@pytest.mark.parametrize("bound", [False, True], ids=["copy", "cursor"])
@pytest.mark.parametrize(
    ("value", "kind", "first", "last"),
    [
        ("ARRAY[i / (10 ^ (i % 3))::numeric]", "list<item: decimal128(25, 20)>", [Decimal("0.1")], [4000]),
        (f"{LATE} ARRAY[[7]] ELSE '{{}}'::int[] END", "list<item: list<item: int32>>", [], [[7]]),
        (f"{LATE} ARRAY[[7]] END", "list<item: list<item: int32>>", None, [[7]]),
        (f"{LATE} ARRAY[[7]] ELSE ARRAY[7] END", "string", "{7}", "{{7}}"),
        (f"ARRAY[{LATE} 'infinity' ELSE date '2024-01-02' END]", "string", "{2024-01-02}", "{infinity}"),
        ("'{}'::numeric[]", "list<item: decimal128(1, 0)>", [], []),
        (f"{LATE} '24:00' ELSE time '12:00:00.5' END", "string", "12:00:00.5", "24:00:00"),
        (f"{LATE} 'infinity' ELSE timestamptz '2024-01-02' END", "string", f"{DAY}+00", "infinity"),
        (f"{LATE} 'infinity' ELSE timestamp '2024-01-02' END", "string", DAY, "infinity"),
        (f"{LATE} interval '2562047788 hours' ELSE '1 mon' END", "string", "P1M", "PT2562047788H"),
        ("interval '1 mon' * i", "month_day_nano_interval", pa.MonthDayNano([1, 0, 0]), pa.MonthDayNano([COUNT, 0, 0])),
    ],
)  # fmt: skip
def test_batches_of_unlike_values_make_one_column_that_keeps_each(
    opened: Databases, run: Run, bound: bool, value: str, kind: str, first: Any, last: Any
) -> None:
    sql = f"SELECT {value} AS v FROM generate_series(1, {COUNT}) i" + (" WHERE i > :n" if bound else "")
    column = run(opened.query(sql, parameters={"n": 0} if bound else None)).table["v"]

    assert (str(column.type), column[0].as_py(), column[-1].as_py()) == (kind, first, last)


@pytest.mark.parametrize("bound", [False, True], ids=["copy", "cursor"])
@pytest.mark.parametrize(
    ("value", "given"),
    [
        ("ARRAY['a;b', 'c d', ';', '']", ["a;b", "c d", ";", ""]),
        ("ARRAY[date '2024-01-02', NULL]", [datetime.date(2024, 1, 2), None]),
        ("ARRAY[1.25]::score[]", [Decimal("1.25")]),
        ("ARRAY['x;y']::word[]", ["x;y"]),
        ("ARRAY[[true, NULL]]", [[True, None]]),
        ("'1 2'::int2vector", "1 2"),
        ("'10.0.0.1'::inet", "10.0.0.1"),
        ("ARRAY['10.0.0.1'::inet, '::1/64']", ["10.0.0.1", "::1/64"]),
        ("'a=>1'::hstore", '"a"=>"1"'),
        ("12.5::money", "$12.50"),
        ("'a b'::tsvector", "'a' 'b'"),
        ("'{[1,3)}'::int4multirange", "{[1,3)}"),
        ("""'{"n": 123456789012345678901234567890}'::jsonb""", '{"n": 123456789012345678901234567890}'),
        ("jsonb_build_object('a', 'NaN'::numeric)", '{"a": "NaN"}'),
        ("'<a>b</a>'::xml", "<a>b</a>"),
    ],
)  # fmt: skip
def test_value_arrives_as_the_server_writes_it(
    opened: Databases, run: Run, bound: bool, value: str, given: Any
) -> None:
    sql = f"SELECT {value} AS v" + (" WHERE :n = 1" if bound else "")
    table = run(opened.query(sql, parameters={"n": 1} if bound else None)).table

    assert table["v"].to_pylist() == [given]


def test_name_without_schema_means_public_whatever_the_role_has_for_a_search_path(
    postgresql: Server, run: Run
) -> None:
    role = postgresql.reader.url.split("//")[1].split(":")[0]
    admin = postgresql.admin
    admin.execute(f"CREATE SCHEMA {role}; CREATE SCHEMA other")
    for schema in (role, "other"):
        admin.execute(
            f"CREATE TABLE {schema}.customer AS SELECT 0 AS id; GRANT USAGE ON SCHEMA {schema} TO {role}"
        )
        admin.execute(
            f"GRANT SELECT ON {schema}.customer TO {role}; ALTER ROLE {role} SET search_path = other"
        )
    databases = Databases([postgresql.reader])
    found = run(databases.query("SELECT max(id) AS m FROM customer")).table.to_pylist()
    (described,) = run(databases.describe("reader", "customer")).databases
    run(databases.close())
    admin.execute(
        f"DROP SCHEMA {role} CASCADE; DROP SCHEMA other CASCADE; ALTER ROLE {role} RESET search_path"
    )

    assert found == [{"m": 3}]
    assert described.tables[0].columns[0].samples == (1, 2, 3)
