"""The waiting line: bounded, fair between clients, and nothing is lost of it."""

from __future__ import annotations

import asyncio

import pytest

from mcp_pyexec.asking import asking
from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail.turns import Turns


class Office:
    """Requests of clients on one set of turns, and the order in which they were served."""

    def __init__(self, running: int, waiting: int) -> None:
        self.turns = Turns(running, waiting)
        self.served: list[str] = []
        self._done: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Office:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ask(self, request: str) -> asyncio.Task[None]:
        """Have a request line up, of the client that its first letter names."""
        asking.set(request[0])
        self._done[request] = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._serve(request)))
        await settle()
        return self._tasks[-1]

    async def finish(self, *requests: str) -> None:
        for request in requests:
            self._done[request].set()
            await settle()

    async def _serve(self, request: str) -> None:
        async with self.turns.turn():
            self.served.append(request)
            await self._done[request].wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_client_with_one_request_waits_for_one_run_of_the_one_with_many() -> None:
    async with Office(running=1, waiting=10) as office:
        for request in ("a1", "a2", "a3", "a4", "b1"):
            await office.ask(request)
        await office.finish("a1", "b1", "a2", "a3", "a4")
        assert office.served == ["a1", "b1", "a2", "a3", "a4"]


async def test_free_turn_goes_to_the_client_with_the_fewest_runs() -> None:
    async with Office(running=3, waiting=10) as office:
        for request in ("a1", "a2", "b1", "a3", "b2"):
            await office.ask(request)
        await office.finish("a1")
        assert office.served == ["a1", "a2", "b1", "a3"]
        await office.finish("a2")
        assert office.served[-1] == "b2"


async def test_clients_with_many_requests_take_turns() -> None:
    async with Office(running=1, waiting=10) as office:
        for request in ("a1", "a2", "a3", "b1", "b2", "c1", "c2"):
            await office.ask(request)
        await office.finish("a1", "b1", "c1", "a2", "b2", "c2", "a3")
        assert office.served == ["a1", "b1", "c1", "a2", "b2", "c2", "a3"]


async def test_full_line_is_busy_and_says_when_to_try_again() -> None:
    async with Office(running=1, waiting=1) as office:
        await office.ask("a1")
        await office.ask("a2")
        with pytest.raises(RequestError) as refused:
            await (await office.ask("a3"))
        assert (refused.value.code, refused.value.retry_after_s) == ("busy", 2)
        assert refused.value.message == "All 1 workers are busy and 1 requests are waiting. Try again in 2 s."


async def test_full_line_makes_room_for_a_client_that_waits_less() -> None:
    async with Office(running=1, waiting=3) as office:
        for request in ("a1", "a2", "a3"):
            await office.ask(request)
        latest = await office.ask("a4")
        await office.ask("b1")
        with pytest.raises(RequestError, match="busy"):
            await latest
        with pytest.raises(RequestError, match="busy"):
            await (await office.ask("b2"))
        await office.finish("a1", "b1", "a2", "a3")
        assert office.served == ["a1", "b1", "a2", "a3"]


async def test_cancelled_requests_leave_no_gap_and_take_no_turn() -> None:
    async with Office(running=1, waiting=10) as office:
        await office.ask("a1")
        second, third = await office.ask("a2"), await office.ask("b1")
        second.cancel()
        third.cancel()
        office._done["a1"].set()  # the turn comes free before the cancelled ones have left the line
        await settle()
        await office.ask("c1")
        await office.finish("c1")
        assert office.served == ["a1", "c1"]


async def test_turn_that_was_given_in_the_moment_of_the_cancellation_goes_to_the_next() -> None:
    turns = Turns(1, 5)
    order: list[str] = []

    async def take(name: str) -> None:
        async with turns.turn():
            order.append(name)

    async with turns.turn():
        waiting = asyncio.create_task(take("cancelled"))
        following = asyncio.create_task(take("following"))
        await settle()
    waiting.cancel()  # its turn was handed out above, it has not run since
    await asyncio.wait({waiting, following}, timeout=5)
    assert (waiting.cancelled(), order) == (True, ["following"])


async def test_nothing_is_handed_out_while_it_is_held() -> None:
    async with Office(running=2, waiting=1) as office:
        office.turns.hold()
        await office.ask("a1")
        with pytest.raises(RequestError, match="busy"):
            await (await office.ask("a2"))
        assert office.served == []
        office.turns.open()
        await settle()
        assert office.served == ["a1"]
