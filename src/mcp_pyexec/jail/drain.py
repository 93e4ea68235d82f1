"""Reading a worker's stdout or stderr: always, so that the code never blocks; kept up to a cap, counted past it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Stream

__all__ = ["Drain"]

_CHUNK = 1 << 16


class Drain:
    """The host's end of one pipe."""

    def __init__(self, fd: int, limits: Limits) -> None:
        self._fd = fd
        self._limits = limits
        self._kept = bytearray()
        self._total = 0
        self._on_flood: Callable[[], None] | None = None
        self._open = True
        asyncio.get_running_loop().add_reader(fd, self._read_all)

    def begin(self, limits: Limits, on_flood: Callable[[], None]) -> None:
        """Forget what came before; call `on_flood` when the stream passes its absolute ceiling."""
        self._read_all()
        self._limits = limits
        self._kept.clear()
        self._total = 0
        self._on_flood = on_flood

    def take(self) -> Stream:
        """Return everything written so far: what a run wrote before its last frame is in the pipe by now."""
        self._read_all()
        text = self._kept.decode("utf-8", "replace")
        return Stream(text=text, bytes_total=self._total, truncated=self._total > len(self._kept))

    def close(self) -> None:
        if self._open:
            self._stop()
            os.close(self._fd)
            self._open = False

    def _read_all(self) -> None:
        for _ in range(64):  # a writer without end must not hold the event loop
            if not self._open:
                return
            try:
                chunk = os.read(self._fd, _CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                self._stop()
                return
            self._total += len(chunk)
            self._kept += chunk[: max(0, self._limits.output_bytes - len(self._kept))]
            if self._total > self._limits.flood_bytes and self._on_flood is not None:
                self._on_flood()

    def _stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
