"""Datasets as an agent and its code meet them: bounded, released, and read where they lie."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from mcp import Client, MCPError
from pydantic import SecretStr

from mcp_pyexec.config import Settings
from mcp_pyexec.server import build_server
from mcp_pyexec.service import Service

MANY = "SELECT a.id + b.id * 150 AS n FROM iris AS a, iris AS b, iris AS c LIMIT 200000"
LARGE = pa.table({"n": pa.array(range(10_000_000), pa.int64())})


@pytest.fixture(scope="module")
async def tight(anyio_backend: str, demo_database: Path) -> AsyncIterator[Service]:
    """A service with little room for results."""
    databases = {"demo": SecretStr(f"sqlite:///{demo_database}")}
    service = Service(Settings(databases=databases, sql_rows=100_000, datasets_mb=96, profile="permissive"))
    await service.start()
    yield service
    await service.close()


@pytest.fixture
async def client(tight: Service) -> AsyncIterator[Client]:
    async with Client(build_server(tight)) as client:
        yield client


def _sealed_memories() -> set[int]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(link.readlink()).startswith("/memfd:dataset"):
                found.add(link.stat().st_ino)
    return found


async def test_numbers_of_a_dataset_larger_than_the_memory_of_a_run_are_read_where_they_are(
    call: Any, tight: Service
) -> None:
    handle = tight.datasets.add(LARGE, origin="here").handle
    said = await call("execute_code", code="int(df['n'].sum())", datasets={"df": handle}, memory_mb=32)

    assert said["result"]["application/json"] == sum(range(10_000_000)), said["error"]


async def test_result_that_was_cut_warns_the_code_that_asked_for_it(call: Any) -> None:
    said = await call("execute_code", code=f"len(query_sql('{MANY}'))")

    assert said["result"]["application/json"] == 100_000
    assert "the result was cut at a ceiling" in said["stderr"]
    assert "cut" not in (await call("execute_code", code="len(query_sql('SELECT 1 AS a'))"))["stderr"]


async def test_results_that_code_asks_for_are_released_with_its_run(call: Any, tight: Service) -> None:
    kept, before = tight.datasets.list(), _sealed_memories()
    said = await call(
        "execute_code", code="len(query_sql('SELECT * FROM iris')), len(query_sql('SELECT 1 AS a'))"
    )

    assert said["result"]["application/json"] == [150, 1]
    assert said["datasets"] == []
    assert (tight.datasets.list(), _sealed_memories()) == (kept, before)


async def test_code_cannot_hold_more_results_than_all_datasets_may_have(call: Any) -> None:
    sql = "SELECT group_concat(a.species || b.species) AS t FROM iris AS a, iris AS b, iris AS c WHERE c.id <= 90"
    said = await call("execute_code", code=f"held = [query_sql('{sql}') for _ in range(5)]")

    assert said["status"] == "raised"
    assert "results-too-large" in said["error"]["message"]


@pytest.mark.parametrize("format", ["csv", "parquet", "arrow", "json"])
async def test_dataset_too_large_for_a_message_is_refused_with_what_to_do(
    client: Client, tight: Service, format: str
) -> None:
    noise = pa.array([os.urandom(40).hex() for _ in range(500_000)])
    handle = tight.datasets.add(pa.table({"n": noise}), origin="here").handle

    with pytest.raises(MCPError, match=r"dataset-too-large-to-read.*read_dataset"):
        await client.read_resource(f"pyexec://datasets/{handle}.{format}")


async def test_info_of_a_dataset_tells_its_origin_and_the_hash_of_its_bytes(
    client: Client, call: Any
) -> None:
    handle = (await call("query_sql", sql="SELECT id FROM iris"))["dataset"]

    async def read(suffix: str) -> bytes:
        (content,) = (await client.read_resource(f"pyexec://datasets/{handle}.{suffix}")).contents
        return b64decode(content.blob)  # type: ignore[union-attr]

    info = json.loads(await read("info"))
    assert info.pop("origin").startswith("query_sql on the database 'demo': SELECT id")
    assert info == {
        "dataset": handle,
        "row_count": 150,
        "complete": True,
        "bytes": len(await read("arrow")),
        "sha256": hashlib.sha256(await read("arrow")).hexdigest(),
        "columns": [{"name": "id", "type": "int64", "nulls": 0}],
    }


async def test_dataset_that_is_gone_says_how_to_get_it_again(call: Any, refused: Any, tight: Service) -> None:
    handle = (await call("query_sql", sql="SELECT id FROM iris"))["dataset"]
    tight.datasets.add(LARGE, origin="here")
    tight.datasets.add(LARGE.slice(0, 9_000_000), origin="here")
    said = await refused("read_dataset", dataset=handle)

    assert said.startswith("[dataset-evicted]")
    assert "query_sql on the database 'demo': SELECT id FROM iris" in said


async def test_long_values_are_cut_and_long_pages_end_early(call: Any, tight: Service) -> None:
    long = pa.table({"n": range(60), "t": ["x" * 90_000_000] + ["y" * 40_000] * 59})
    page = await call("read_dataset", dataset=tight.datasets.add(long, origin="here").handle)
    first = page["rows"][0][1]

    assert (page["cells_cut"], page["row_count"]) == (1, 60)
    assert first.startswith("x" * 1000)
    assert "cut: 90,000,000 characters" in first
    assert 2 < len(page["rows"]) == page["next_offset"] < 30
    assert page["rows"][-1] == [len(page["rows"]) - 1, "y" * 40_000]
