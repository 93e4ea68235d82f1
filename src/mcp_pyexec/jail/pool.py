"""Parked workers, one template per preload set: taken, used once, killed, replaced.

The price of a fresh isolated interpreter is paid before a request arrives. The waiting line is bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from mcp_pyexec.errors import ConfigError, SandboxFault
from mcp_pyexec.jail.cgroup import Cgroup, divide_own_cgroup
from mcp_pyexec.jail.lone import LoneTemplate
from mcp_pyexec.jail.profile import Profile, Profiles
from mcp_pyexec.jail.template import NestingRefused, Template
from mcp_pyexec.jail.turns import Turns
from mcp_pyexec.jail.worker import NothingRan, Worker
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job, Outcome

__all__ = ["Pool"]

_log = logging.getLogger(__name__)
_START_S = 120.0
_HOLD_BACK_S = 0.02
_QUIET_S = 0.2
_LOOK_EVERY_S = 1.0
_BACKOFF_S = (0.0, 0.0, 0.2, 1.0, 5.0)
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
        self._left: list[_Stock] = []
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

    def starts_slowly(self, profile: Profile) -> bool:
        """Return True where every worker imports for itself, since namespaces cannot be nested."""
        return self._stock(profile).alone

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
        await asyncio.gather(*(stock.close() for stock in (*self._stocks.values(), *self._left)))
        if self._cgroup is not None:
            await self._cgroup.close()

    def _stock(self, profile: Profile) -> _Stock:
        if profile.template_key not in self._stocks:
            self._leave_unused()
            sharing = functools.partial(self._profiles.sharing_template, profile)
            self._stocks[profile.template_key] = _Stock(sharing, self._limits, self._parked, self._cgroup)
        return self._stocks[profile.template_key]

    def _leave_unused(self) -> None:
        """Let go of stocks whose libraries no profile names any more, since a profile has changed."""
        for key, stock in list(self._stocks.items()):
            if not stock.in_use:
                self._left.append(self._stocks.pop(key))
                stock.retire()


class _Stock:
    """The parked workers of one template, refilled in the background; one of them has rehearsed and is taken first."""

    def __init__(
        self, sharing: Callable[[], list[Profile]], limits: Limits, size: int, cgroup: Cgroup | None
    ) -> None:
        self._sharing, self._limits, self._size, self._cgroup = sharing, limits, size, cgroup
        self._template: Template | LoneTemplate | None = None
        self._alone = False
        self._served: list[str] = []
        self._looked_at = 0.0
        self._retired: dict[asyncio.Task[None], Template | LoneTemplate] = {}
        self._ready: asyncio.PriorityQueue[tuple[int, int, Worker]] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._wanted = asyncio.Event()
        self._empty = asyncio.Event()
        self._refill: asyncio.Task[None] | None = None
        self._rehearsal: asyncio.Task[None] | None = None
        self._fault: SandboxFault | None = None

    async def start(self, template: Template | None = None) -> None:
        await self._start_template(template)

    async def warm(self) -> None:
        self._begin()
        if self._template is not None:
            await self._template.warm()

    def _begin(self) -> None:
        if self._refill is None:
            self._refill = asyncio.create_task(self._keep_full())

    async def take(self) -> Worker:
        self._begin()
        self._renew()
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
        templates = [*self._retired.values(), *([self._template] if self._template else [])]
        tasks = [task for task in (self._refill, self._rehearsal, *self._retired) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while not self._ready.empty():
            self._ready.get_nowait()[-1].kill()
        await asyncio.gather(*(template.close() for template in templates))

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
                if await self._quiet():
                    self._begin_rehearsal()
                await self._wanted.wait()
                await self._hold_back()
                continue
            try:
                await self._park_some()
                failures, self._fault = 0, None
            except (SandboxFault, ConfigError) as error:
                self._fault = SandboxFault("no-worker", str(error))
                _log.error("no worker could be parked: %s", error)
                await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
                failures += 1

    async def _quiet(self) -> bool:
        """Return True once nothing was asked for a while, False when something is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), _QUIET_S)
        return not self._wanted.is_set()

    async def _hold_back(self) -> None:
        """Leave the processors to the run that has just begun, unless the next one would have to wait."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), _HOLD_BACK_S)

    async def _park_some(self) -> None:
        """Park one worker; without a template, all that are missing, since each takes a second of its own."""
        template = await self._ready_template()
        missing = self._size - self._count() if self._alone else 1
        await asyncio.gather(*(self._park(template) for _ in range(missing)))

    async def _park(self, template: Template | LoneTemplate) -> None:
        self._put(await Worker.park(template, self._limits, self._cgroup), template, _AS_PARKED)

    async def _ready_template(self) -> Template | LoneTemplate:
        template = self._template
        if template is None or not template.alive:
            if template is not None:
                await template.close()
            template = await self._start_template()
        await template.warm()
        return template

    async def _start_template(self, early: Template | None = None) -> Template | LoneTemplate:
        """Return another template that is fit, or its stand-in where namespaces cannot be nested.

        Raises:
            ConfigError: If no jail can be had on this machine.
        """
        if not self._alone:
            template = early or Template(self._sharing())
            self._take_up(template)
            try:
                await template.fit()
                return template
            except NestingRefused as refused:
                _log.warning("every worker is a bubblewrap of its own here, which starts slower: %s", refused)
                await template.close()
                self._alone = True
        lone = LoneTemplate(self._sharing())
        self._take_up(lone)
        await lone.fit()
        return lone

    def _put(self, worker: Worker, template: Template | LoneTemplate | None, order: int) -> None:
        if template is self._template:
            self._ready.put_nowait((order, next(self._numbers), worker))
        else:
            worker.kill()

    def _take_up(self, template: Template | LoneTemplate) -> None:
        self._template = template
        self._served = [profile.revision for profile in self._sharing()]

    def _renew(self) -> None:
        """Start over with another template once the libraries or the profiles of this one have changed.

        Runs and sessions that are under way keep theirs until they end.
        """
        now = time.monotonic()
        if self._template is None or now - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = now
        if self._served == [p.revision for p in self._sharing()] and not self._template.outdated:
            return
        _log.info("libraries or profiles of the jail have changed: its template is started again")
        self._retire_template(self._template)
        self._wanted.set()

    @property
    def alone(self) -> bool:
        return self._alone

    @property
    def in_use(self) -> bool:
        return bool(self._sharing())

    def retire(self) -> None:
        """Park no more workers; those that were taken go on."""
        if self._refill is not None:
            self._refill.cancel()
        if self._template is not None:
            self._retire_template(self._template)

    def _retire_template(self, template: Template | LoneTemplate) -> None:
        while not self._ready.empty():
            self._ready.get_nowait()[-1].kill()
        retired = asyncio.create_task(template.close_when_unused())
        self._retired[retired] = template
        retired.add_done_callback(self._retired.pop)
        self._template = None

    def _begin_rehearsal(self) -> None:
        """Have one worker rehearse while the stock is full; not the only one, which a request may need meanwhile."""
        if self._rehearsal is not None or self._ready.qsize() < _LEAST_FOR_A_REHEARSAL:
            return
        order, number, worker = self._ready.get_nowait()
        if order == _REHEARSED:
            self._ready.put_nowait((order, number, worker))
            return
        self._rehearsal = asyncio.create_task(self._rehearse(worker, self._template))

    async def _rehearse(self, worker: Worker, template: Template | LoneTemplate | None) -> None:
        try:
            await worker.rehearse()
            self._put(worker, template, _REHEARSED)
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
