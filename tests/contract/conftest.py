"""Shorthands of the contract tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp import Client
from mcp.types import TextContent

Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def call(client: Client) -> Call:
    """Call a tool that must succeed; returns its structured content."""

    async def call(tool: str, **arguments: Any) -> dict[str, Any]:
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        assert result.structured_content is not None
        return dict(result.structured_content)

    return call


@pytest.fixture
def refused(client: Client) -> Callable[..., Awaitable[str]]:
    """Call a tool that must refuse; returns the text of its error."""

    async def refused(tool: str, **arguments: Any) -> str:
        result = await client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        (block,) = result.content
        assert isinstance(block, TextContent)
        return block.text

    return refused
