"""generate_and_execute with a scripted endpoint on a real socket and the real jail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from pydantic import SecretStr

from mcp_pyexec.config import Settings
from mcp_pyexec.server import build_server
from mcp_pyexec.service import Service
from model_server import ScriptedModel, say

WRONG = "```python\nresult = df['species'].value_count()\n```"
RIGHT = "```python\nresult = df['species'].value_counts().to_dict()\n```"
SQL = "SELECT species FROM iris"


@pytest.fixture
async def generating(demo_database: Path) -> AsyncIterator[Any]:
    """A client of a server whose model says what the test scripts."""
    started: list[Any] = []

    async def start(*replies: str) -> tuple[Client, ScriptedModel]:
        model = ScriptedModel(*(say(reply) for reply in replies))
        model.__enter__()
        service = Service(
            Settings(
                databases={"demo": SecretStr(f"sqlite:///{demo_database}")},
                model_base_url=model.base_url,
                model_name="scripted",
            )
        )
        await service.start()
        client = Client(build_server(service))
        await client.__aenter__()
        started.append((client, service, model))
        return client, model

    yield start
    for client, service, model in started:
        await client.__aexit__(None, None, None)
        await service.close()
        model.__exit__(None, None, None)


async def test_error_goes_back_to_the_model_and_the_repair_is_the_answer(generating: Any) -> None:
    client, model = await generating(WRONG, RIGHT)
    checks = ["sum(result.values()) == 150"]
    result = await client.call_tool(
        "generate_and_execute", {"task": "Count each species", "sql": SQL, "checks": checks}
    )
    said = result.structured_content
    assert said["status"] == "ok"
    assert said["execution"]["result"]["application/json"] == {
        "setosa": 50,
        "versicolor": 50,
        "virginica": 50,
    }
    assert [(a["status"], a["category"]) for a in said["attempts"]] == [("raised", "attribute"), ("ok", None)]
    assert said["attempts"][1]["checks_passed"] == checks
    assert said["usage"]["calls"] == 2
    repair = model.asked[1].messages[-1]["content"]
    assert "value_count" in repair
    assert "setosa" not in str(model.asked[0].messages) or "<data" in str(model.asked[0].messages)


async def test_program_that_the_policy_refuses_is_repaired(generating: Any) -> None:
    client, _ = await generating("```python\nimport os\nresult = os.listdir('/')\n```", RIGHT)
    result = await client.call_tool("generate_and_execute", {"task": "Count each species", "sql": SQL})
    said = result.structured_content
    assert [(a["status"]) for a in said["attempts"]] == ["rejected", "ok"]


async def test_attempts_are_bounded_and_the_failure_is_told(generating: Any) -> None:
    client, model = await generating(WRONG, "```python\n1 / 0\n```", RIGHT)
    arguments = {"task": "Count each species", "sql": SQL, "max_attempts": 2}
    said = (await client.call_tool("generate_and_execute", arguments)).structured_content
    assert (said["status"], len(said["attempts"]), len(model.asked)) == ("failed", 2, 2)
