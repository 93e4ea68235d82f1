"""How much a worker may say in one run before its answer: frames and bytes, counted down.

A worker that talks without end must not keep the event loop from the clock and from other clients. Tables and
files are not counted here; each frame is bounded by `wire`.
"""

from __future__ import annotations

import asyncio
import time

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail.wire import Frame
from mcp_pyexec.limits import Limits

__all__ = ["Allowance"]

_FRAMES = 20_000
_JSON_SHARE = 8
_PROGRESS_EVERY_S = 0.05


class Allowance:
    """Counts the frames of one run."""

    def __init__(self, limits: Limits) -> None:
        self._frames = _FRAMES
        self._json_bytes = _JSON_SHARE * limits.frame_bytes
        self._started = False
        self._told_at = float("-inf")

    async def spend(self, frame: Frame) -> None:
        """Take one frame off, and let the event loop do everything else that waits before the next one.

        Raises:
            SandboxFault: `broken-frame` when nothing is left, or the run starts twice.
        """
        self._frames -= 1
        self._json_bytes -= frame.json_bytes
        if self._frames < 0 or self._json_bytes < 0:
            raise SandboxFault("broken-frame", "more messages than one run may send")
        if frame.op == "started" and self._started:
            raise SandboxFault("broken-frame", "it started twice")
        self._started = self._started or frame.op == "started"
        # A socket that always has more is read without ever waiting.
        await asyncio.sleep(0)

    def may_tell(self) -> bool:
        """True if progress may be passed on: not more often than a client can follow."""
        now = time.monotonic()
        if now - self._told_at < _PROGRESS_EVERY_S:
            return False
        self._told_at = now
        return True
