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

from mcp_pyexec.server import build_server

if TYPE_CHECKING:
    from mcp_pyexec.jail import Template
    from mcp_pyexec.service import Service

__all__ = ["serve_stdio"]

_LIST_WITHIN_S = 1.0


def serve_stdio(service: Service, template: Template) -> None:
    """Serve until the client goes or a signal comes; does not return.

    Raises:
        ConfigError: If no jail can be had on this machine; nothing was served.
    """
    asyncio.run(_serve(service, template))
    sys.stderr.flush()
    # A thread of the SDK blocks on stdin until it is closed; everything of ours is closed by now.
    os._exit(0)


async def _warm_up_after_the_first_list(server: MCPServer[Any], service: Service) -> None:
    """An agent asks for the tools at once and for work later: leave it the processors until then."""
    listed = asyncio.Event()

    async def note(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if ctx.method == "tools/list":
            listed.set()
        return result

    server.middleware.append(note)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(listed.wait(), _LIST_WITHIN_S)
    await service.warm_up()


async def _serve(service: Service, template: Template) -> None:
    try:
        await service.start(template)
        built = build_server(service)
        warming = asyncio.create_task(_warm_up_after_the_first_list(built, service))
        server = asyncio.create_task(built.run_stdio_async())
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({server, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in (server, stopped, warming):
            task.cancel()
        await asyncio.wait({server, stopped, warming}, timeout=2)
        if server.done() and not server.cancelled() and (error := server.exception()):
            raise error
    finally:
        await service.close()
