"""Parked workers, one template per preload set: taken, used once, killed, replaced.

The price of a fresh isolated interpreter is paid before a request arrives. The waiting line is bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail.cgroup import Cgroup, divide_own_cgroup
from mcp_pyexec.jail.profile import Profile, Profiles
from mcp_pyexec.jail.template import Template
from mcp_pyexec.jail.turns import Turns
from mcp_pyexec.jail.worker import NothingRan, Worker
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job, Outcome

__all__ = ["Pool"]

_log = logging.getLogger(__name__)
_START_S = 120.0
_HOLD_BACK_S = 0.02
_BACKOFF_S = (0.0, 0.2, 1.0, 5.0)
_REHEARSED, _AS_PARKED = 0, 1
_LEAST_FOR_A_REHEARSAL = 2


class Pool:
    """All parked workers of a server.

    Args:
        parked: Workers kept ready for each template.
        running: Jobs that may run at the same time.
        waiting: Jobs that may wait for their turn; one more is refused as `busy`.
    """

    def __init__(
        self, profiles: Profiles, limits: Limits, *, parked: int, running: int, waiting: int
    ) -> None:
        self._profiles, self._limits = profiles, limits
        self._parked = parked
        self._turns = Turns(running, waiting)
        self._stocks: dict[object, _Stock] = {}
        self._cgroup: Cgroup | None = None

    async def start(self, template: Template | None = None) -> None:
        """Start the server's own template, or take over one that was started early; wait until it is fit.

        Its imports, and the parking of workers, begin with `warm` or the first job.

        Raises:
            ConfigError: If no jail can be had on this machine, with the remedy.
        """
        self._cgroup = divide_own_cgroup()
        stock = self._stock(self._profiles.ceiling)
        await stock.start(template)

    async def warm(self) -> None:
        """Fill the server's own stock; wait until its template has its libraries.

        Raises:
            SandboxFault: If it was lost on the way; the pool starts another by itself.
        """
        await self._stock(self._profiles.ceiling).warm()

    async def run(self, job: Job) -> Outcome:
        """Run a job in a fresh worker; once more in another if nothing had run when the first was lost.

        Raises:
            RequestError: `busy`.
            SandboxFault: If no worker can be had.
        """
        profile = self._profiles.named(job.profile)
        for attempt in (1, 2):
            async with self.turn() as waited:
                worker = await self._stock(profile).take()
                try:
                    return await worker.run(job, profile, queue_s=waited())
                except NothingRan as lost:
                    _log.warning("a worker was lost before it started (attempt %d): %s", attempt, lost)
                finally:
                    worker.kill()
        raise SandboxFault("worker-lost", "two workers were lost before they started")

    async def take(self, profile: Profile) -> Worker:
        """Return a worker for a session, which the caller kills."""
        return await self._stock(profile).take()

    def hold(self) -> None:
        """Run nobody's code before `admit`; requests wait in line."""
        self._turns.hold()

    def admit(self) -> None:
        """Begin with the requests that wait."""
        self._turns.open()

    def turn(self) -> AbstractAsyncContextManager[Callable[[], float]]:
        """Wait in line for a turn; yields how long it took, in seconds.

        Raises:
            RequestError: `busy` if the line is full.
        """
        return self._turns.turn()

    async def close(self) -> None:
        await asyncio.gather(*(stock.close() for stock in self._stocks.values()))
        if self._cgroup is not None:
            await self._cgroup.close()

    def _stock(self, profile: Profile) -> _Stock:
        if profile.template_key not in self._stocks:
            sharing = self._profiles.sharing_template(profile)
            self._stocks[profile.template_key] = _Stock(sharing, self._limits, self._parked, self._cgroup)
        return self._stocks[profile.template_key]


class _Stock:
    """The parked workers of one template, refilled in the background; one of them has rehearsed and is taken first."""

    def __init__(self, profiles: list[Profile], limits: Limits, size: int, cgroup: Cgroup | None) -> None:
        self._profiles, self._limits, self._size, self._cgroup = profiles, limits, size, cgroup
        self._template: Template | None = None
        self._ready: asyncio.PriorityQueue[tuple[int, int, Worker]] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._wanted = asyncio.Event()
        self._empty = asyncio.Event()
        self._refill: asyncio.Task[None] | None = None
        self._rehearsal: asyncio.Task[None] | None = None
        self._fault: SandboxFault | None = None

    async def start(self, template: Template | None = None) -> None:
        self._template = template or Template(self._profiles)
        await self._template.fit()

    async def warm(self) -> None:
        self._begin()
        if self._template is not None:
            await self._template.warm()

    def _begin(self) -> None:
        if self._refill is None:
            self._refill = asyncio.create_task(self._keep_full())

    async def take(self) -> Worker:
        self._begin()
        deadline = time.monotonic() + _START_S
        while True:
            worker = await self._next(deadline)
            self._wanted.set()
            if self._ready.empty():
                self._empty.set()
            if worker.alive:
                return worker
            worker.kill()

    async def close(self) -> None:
        tasks = [task for task in (self._refill, self._rehearsal) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while not self._ready.empty():
            self._ready.get_nowait()[-1].kill()
        if self._template is not None:
            await self._template.close()

    async def _next(self, deadline: float) -> Worker:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return (await self._ready.get())[-1]
        except TimeoutError:
            raise self._fault or SandboxFault("jail-slow", f"no worker within {_START_S:g} s") from None

    async def _keep_full(self) -> None:
        """Park workers while any are wanted; start the template again when it is lost."""
        failures = 0
        while True:
            self._drop_dead()
            if self._count() >= self._size and self._template_alive():
                self._wanted.clear()
                self._empty.clear()
                self._begin_rehearsal()
                await self._wanted.wait()
                await self._hold_back()
                continue
            try:
                await self._park_one()
                failures, self._fault = 0, None
            except SandboxFault as fault:
                self._fault = fault
                _log.error("no worker could be parked: %s", fault)
                await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
                failures += 1

    async def _hold_back(self) -> None:
        """Leave the processors to the run that has just begun, unless the next one would have to wait."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), _HOLD_BACK_S)

    async def _park_one(self) -> None:
        if self._template is None or not self._template.alive:
            if self._template is not None:
                await self._template.close()
            self._template = Template(self._profiles)
        await self._template.warm()
        self._put(await Worker.park(self._template, self._limits, self._cgroup), _AS_PARKED)

    def _put(self, worker: Worker, order: int) -> None:
        self._ready.put_nowait((order, next(self._numbers), worker))

    def _begin_rehearsal(self) -> None:
        """Have one worker rehearse while the stock is full; not the only one, which a request may need meanwhile."""
        if self._rehearsal is not None or self._ready.qsize() < _LEAST_FOR_A_REHEARSAL:
            return
        order, number, worker = self._ready.get_nowait()
        if order == _REHEARSED:
            self._ready.put_nowait((order, number, worker))
            return
        self._rehearsal = asyncio.create_task(self._rehearse(worker))

    async def _rehearse(self, worker: Worker) -> None:
        try:
            await worker.rehearse()
            self._put(worker, _REHEARSED)
        except SandboxFault as fault:
            _log.warning("a worker was lost in its rehearsal: %s", fault)
            worker.kill()
            self._wanted.set()
        except asyncio.CancelledError:
            worker.kill()
            raise
        finally:
            self._rehearsal = None

    def _count(self) -> int:
        return self._ready.qsize() + (self._rehearsal is not None)

    def _template_alive(self) -> bool:
        return self._template is not None and self._template.alive

    def _drop_dead(self) -> None:
        waiting = [self._ready.get_nowait() for _ in range(self._ready.qsize())]
        for entry in waiting:
            if entry[-1].alive:
                self._ready.put_nowait(entry)
            else:
                entry[-1].kill()
