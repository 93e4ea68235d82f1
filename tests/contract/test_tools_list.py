"""What agents see first: names, arguments, schemas, and what it costs to read."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mcp import Client

ROOT = Path(__file__).parents[2]

ARGUMENTS = {
    "describe_database": {"database", "table", "samples"},
    "query_sql": {"sql", "database", "parameters", "max_rows", "timeout_s"},
    "read_dataset": {"dataset", "offset", "limit", "columns"},
    "validate_code": {"code", "profile"},
    "execute_code": {
        "code", "path", "arguments", "datasets", "session", "profile", "timeout_s", "memory_mb", "return_variables",
    },
    "run_classifier": {
        "dataset", "sql", "database", "target", "features", "model", "code", "test_fraction", "folds", "seed", "group",
        "time", "positive", "timeout_s", "memory_mb", "profile",
    },
    "generate_and_execute": {
        "task", "datasets", "sql", "database", "checks", "max_attempts", "session", "profile", "timeout_s", "memory_mb",
    },
    "manage_session": {"action", "session", "profile"},
}  # fmt: skip


async def test_tools_have_the_names_and_arguments_of_the_contract(client: Client) -> None:
    tools = (await client.list_tools()).tools
    assert {tool.name: set(tool.input_schema["properties"]) for tool in tools} == ARGUMENTS


async def test_every_tool_has_an_output_schema_and_refuses_unknown_arguments(client: Client) -> None:
    for tool in (await client.list_tools()).tools:
        assert tool.output_schema is not None
        assert tool.output_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert tool.description
        assert tool.annotations is not None


async def test_tools_list_stays_under_4000_tokens(client: Client) -> None:
    """At four characters a token; counting with a vocabulary would need one to be downloaded."""
    listed = (await client.list_tools()).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert len(json.dumps(listed, separators=(",", ":"))) / 4 < 4000


async def test_readme_has_every_tool_in_its_table(client: Client) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE))
    assert {tool.name for tool in (await client.list_tools()).tools} <= rows


def test_readme_has_every_setting_in_its_table() -> None:
    from mcp_pyexec.config import ENV_PREFIX, Settings

    readme = (ROOT / "README.md").read_text("utf-8")
    rows = set(re.findall(rf"^\| `{ENV_PREFIX}(\w+)` \|", readme, re.MULTILINE))
    assert rows == {name.upper() for name in Settings.model_fields} | {"CONFIG"}
