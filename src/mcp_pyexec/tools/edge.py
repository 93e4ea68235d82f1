"""The tool edge: arguments checked strictly on the way in, errors made readable on the way out.

The one broad `except` of the host is here: what nobody expected goes to the log, and the caller gets a code.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from mcp.server.mcpserver.context import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools.base import Tool
from mcp.types import CallToolResult, ContentBlock, TextContent, ToolAnnotations
from pydantic import BaseModel, ValidationError

from mcp_pyexec.asking import asking
from mcp_pyexec.errors import RequestError, SandboxFault, nearest

__all__ = ["Progress", "answer", "progress_of", "strict_tool"]

_log = logging.getLogger(__name__)

Progress = Callable[[float, str], Awaitable[None]]
ToolFunction = Callable[..., Awaitable[Any]]


class StrictTool(Tool):
    """A tool that refuses arguments it does not have, by name, and says what was wrong in one sentence."""

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        known = self.parameters["properties"]
        for name in arguments:
            if name not in known:
                raise ToolError(
                    f"[unknown-argument] {self.name} has no argument {name!r}.{nearest(name, known)}"
                )
        asking.set(_client_of(context))
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(f"[bad-argument] {self.name}: {_explain(error.__cause__)}") from None
            raise ToolError(str(error).removeprefix(f"Error executing tool {self.name}: ")) from None


def strict_tool(function: ToolFunction, title: str, annotations: ToolAnnotations) -> StrictTool:
    """Return a tool for the function; its docstring is what the agent reads."""
    tool = StrictTool.from_function(_with_readable_errors(function), title=title, annotations=annotations)
    tool.description = " ".join((function.__doc__ or "").split())
    tool.parameters = _slim(tool.parameters)
    tool.parameters["additionalProperties"] = False
    if tool.fn_metadata.output_schema is not None:
        tool.fn_metadata.output_schema = _without_required(_slim(tool.fn_metadata.output_schema))
    return cast(StrictTool, tool)


def answer(text: str, model: BaseModel, content: Sequence[ContentBlock] = ()) -> CallToolResult:
    """Return a tool result: text that stands alone, the structured model, and pictures or links."""
    blocks: list[ContentBlock] = [TextContent(type="text", text=text), *content]
    return CallToolResult(content=blocks, structured_content=model.model_dump(mode="json"))


def progress_of(context: Context[Any, Any]) -> Progress:
    """Return a reporter of (fraction 0..1, message); nothing happens if nobody asked."""
    last = 0.0

    async def report(fraction: float, message: str) -> None:
        nonlocal last
        last = max(fraction, last + 1e-6)  # the protocol wants it to grow
        await context.report_progress(last, 1.0, message)

    return report


def _client_of(context: Context[Any, Any]) -> str:
    """Return what the client calls itself: enough to share turns out among those of one trusted transport."""
    params = context.session.client_params
    return "" if params is None else f"{params.client_info.name} {params.client_info.version}"


def _with_readable_errors(function: ToolFunction) -> ToolFunction:
    @functools.wraps(function)
    async def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return await function(*args, **kwargs)
        except RequestError as error:
            raise ToolError(str(error)) from None
        except SandboxFault as fault:
            _log.error("the jail failed: %s", fault)
            raise ToolError(
                f"[{fault.code}] The jail failed, not the code. Try again; if it stays, the operator finds the "
                "detail in the server's log."
            ) from None
        except ToolError:
            raise
        except Exception as error:
            _log.exception("unexpected error in %s", function.__name__)
            raise ToolError(
                "[internal-error] Something failed in the server; its log has the detail."
            ) from error

    return called


def _explain(error: ValidationError) -> str:
    details = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in details) + "."


def _slim(schema: Any) -> Any:
    """Drop what agents pay for and do not use: generated titles, null defaults, what is the default anyway."""
    if isinstance(schema, list):
        return [_slim(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    slim = {key: _slim(value) for key, value in schema.items() if not _is_noise(key, value)}
    options = slim.get("anyOf")
    if isinstance(options, list) and len(options) == 2 and {"type": "null"} in options:
        (kept,) = [option for option in options if option != {"type": "null"}] or [{}]
        if isinstance(kept.get("type"), str) and "enum" not in kept:
            del slim["anyOf"]
            slim = {**kept, "type": [kept["type"], "null"], **slim}
    return slim


def _is_noise(key: str, value: Any) -> bool:
    generated = key == "title" and isinstance(value, str)
    return (
        generated or (key == "default" and value is None) or (key == "additionalProperties" and value is True)
    )


def _without_required(schema: Any) -> Any:
    """Every field of a result is always there, so a list of all their names says nothing."""
    if isinstance(schema, list):
        return [_without_required(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        k: _without_required(v) for k, v in schema.items() if not (k == "required" and isinstance(v, list))
    }
