"""Serving over stdin and stdout: one server, ended by end of file, SIGINT or SIGTERM, leaving nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer, ServerRequestContext
from mcp.server.context import CallNext, HandlerResult

from mcp_pyexec.errors import ConfigError, SandboxFault
from mcp_pyexec.server import build_server

if TYPE_CHECKING:
    from mcp_pyexec.jail import Template
    from mcp_pyexec.service import Service

__all__ = ["serve_stdio"]

_LIST_WITHIN_S = 1.0
_END_WITHIN_S = 0.5


def serve_stdio(service: Service, template: Template) -> None:
    """Serve until the client goes or a signal comes; does not return.

    Exits with 2 and the remedy on stderr if there is no jail on this machine, or it does not hold.
    """
    code = 0
    try:
        asyncio.run(_serve(service, template))
    except ConfigError as refused:
        print(f"mcp-pyexec: {refused}", file=sys.stderr)
        code = 2
    sys.stderr.flush()
    # A thread of the SDK blocks on stdin until it is closed; everything of ours is closed by now.
    os._exit(code)


async def _serve(service: Service, template: Template) -> None:
    try:
        await service.start(template)
        service.pool.hold()
        built = build_server(service)
        preparing = asyncio.create_task(_prepare(built, service))
        server = asyncio.create_task(built.run_stdio_async())
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        stopped = asyncio.create_task(stop.wait())
        ends: set[asyncio.Task[Any]] = {server, stopped}
        await asyncio.wait({*ends, preparing}, return_when=asyncio.FIRST_COMPLETED)
        if preparing.done() and preparing.exception() is None:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in (*ends, preparing):
            task.cancel()
        await asyncio.wait({*ends, preparing}, timeout=_END_WITHIN_S)
        for task in (preparing, server):
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error
    finally:
        await service.close()


async def _prepare(server: MCPServer[Any], service: Service) -> None:
    """Warm the jail up, attack it, let requests in, and import what the first query would wait for.

    An agent asks for the tools at once and for work later: the processors are left to it until then.

    Raises:
        ConfigError: If the jail does not hold.
    """
    await _first_request(server)
    with contextlib.suppress(SandboxFault):  # the pool starts another template by itself
        await service.pool.warm()
    from mcp_pyexec.doctor import prove  # the attempts are read after the tools were listed

    await prove(service.pool, service.profiles)
    service.pool.admit()
    await service.warm_up()


async def _first_request(server: MCPServer[Any]) -> None:
    """Return when the tools were listed or one is called, at the latest after a second."""
    asked = asyncio.Event()

    async def note(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method == "tools/call":
            asked.set()
        result = await call_next(ctx)
        if ctx.method == "tools/list":
            asked.set()
        return result

    server.middleware.append(note)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asked.wait(), _LIST_WITHIN_S)
