"""Two clients of one server: neither keeps the other from its turn."""

from __future__ import annotations

import asyncio
from typing import Any

from mcp import Client
from mcp.types import Implementation

from mcp_pyexec.config import Settings
from mcp_pyexec.server import build_server
from mcp_pyexec.service import Service


def named(name: str) -> dict[str, Any]:
    return {"client_info": Implementation(name=name, version="1")}


async def test_client_with_many_runs_lets_another_in_after_one() -> None:
    service = Service(Settings(workers=1, profile="strict"))
    await service.start()
    answered: list[str] = []
    try:
        server = build_server(service)
        async with Client(server, **named("greedy")) as greedy, Client(server, **named("modest")) as modest:

            async def run(client: Client, name: str) -> None:
                result = await client.call_tool("execute_code", {"code": "sum(range(10**6))"})
                assert not result.is_error, result.content
                answered.append(name)

            many = [asyncio.create_task(run(greedy, f"greedy {n}")) for n in range(6)]
            await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
            before = len(answered)
            await run(modest, "modest")
            await asyncio.gather(*many)
    finally:
        await service.close()
    assert answered.index("modest") <= before + 2
    assert len(answered) == 7


async def test_busy_server_says_when_to_try_again() -> None:
    service = Service(Settings(workers=1, waiting=0, profile="strict"))
    await service.start()
    try:
        async with Client(build_server(service)) as client:
            call = {"code": "sum(range(10**6))"}
            both = await asyncio.gather(*(client.call_tool("execute_code", call) for _ in range(2)))
    finally:
        await service.close()
    (refused,) = [result for result in both if result.is_error]
    text = refused.content[0].text  # type: ignore[union-attr]
    assert text.startswith("[busy] All 1 workers are busy and 0 requests are waiting. Try again in ")
