"""Whose turn it is to run: a bounded waiting line, fair between clients.

A free turn goes to the client with the fewest runs at that moment, and among equals to the one that was served
longest ago, so a client that asks for a hundred runs delays another's one run by at most one of its own. A full
line makes room for a client that waits less by sending away the latest request of the one that waits most.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mcp_pyexec.asking import asking
from mcp_pyexec.errors import RequestError

__all__ = ["Turns"]

_SMOOTHING = 0.2
_Waiter = asyncio.Future[None]


class Turns:
    """Turns of one pool.

    Args:
        running: Turns that may be out at the same time.
        waiting: Requests that may wait; one more is refused as `busy`.
    """

    def __init__(self, running: int, waiting: int) -> None:
        self._most_running, self._most_waiting = running, waiting
        self._running: Counter[str] = Counter()
        self._lines: dict[str, deque[_Waiter]] = {}
        self._served: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._usual_s = 1.0
        self._open = True

    def hold(self) -> None:
        """Hand out nothing until `open`; requests wait in line."""
        self._open = False

    def open(self) -> None:
        self._open = True
        self._hand_out()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Callable[[], float]]:
        """Wait in line for a turn of the client that asks; yields how long it took, in seconds.

        Raises:
            RequestError: `busy`, with when to try again.
        """
        client, asked = asking.get(), time.monotonic()
        await self._wait(client)
        began = time.monotonic()
        try:
            yield lambda: began - asked
        finally:
            self._usual_s += _SMOOTHING * (time.monotonic() - began - self._usual_s)
            self._give_back(client)

    async def _wait(self, client: str) -> None:
        full = not self._open or self._running.total() >= self._most_running
        if full and self._count() >= self._most_waiting:
            self._make_room(client)
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(waiter)
        self._hand_out()
        try:
            await waiter
        except asyncio.CancelledError:
            self._leave(client, waiter)
            raise

    def _hand_out(self) -> None:
        while self._open and self._lines and self._running.total() < self._most_running:
            client = min(self._lines, key=lambda name: (self._running[name], self._served.get(name, 0)))
            waiter = self._lines[client][0]
            self._take_out(client, waiter)
            if not waiter.done():  # it may have been cancelled a moment ago
                waiter.set_result(None)
                self._running[client] += 1
                self._served[client] = next(self._numbers)

    def _leave(self, client: str, waiter: _Waiter) -> None:
        """Give back a place or a turn that nobody waits for any more."""
        if waiter in self._lines.get(client, ()):
            self._take_out(client, waiter)
        elif not waiter.cancelled() and waiter.exception() is None:
            self._give_back(client)

    def _give_back(self, client: str) -> None:
        self._running[client] -= 1
        self._hand_out()
        if not self._running[client] and client not in self._lines:
            del self._running[client], self._served[client]

    def _make_room(self, client: str) -> None:
        greediest = max(self._lines, key=lambda name: len(self._lines[name]), default=client)
        own = len(self._lines.get(client, ()))
        if greediest == client or len(self._lines[greediest]) <= own + 1:
            raise self._busy()
        latest = self._lines[greediest][-1]
        self._take_out(greediest, latest)
        if not latest.done():
            latest.set_exception(self._busy())

    def _take_out(self, client: str, waiter: _Waiter) -> None:
        self._lines[client].remove(waiter)
        if not self._lines[client]:
            del self._lines[client]

    def _busy(self) -> RequestError:
        waiting = self._count()
        retry_after_s = math.ceil((waiting + 1) * self._usual_s / self._most_running)
        return RequestError(
            "busy",
            f"All {self._most_running} workers are busy and {waiting} requests are waiting. "
            f"Try again in {max(1, retry_after_s)} s.",
            retry_after_s=max(1, retry_after_s),
        )

    def _count(self) -> int:
        return sum(map(len, self._lines.values()))
