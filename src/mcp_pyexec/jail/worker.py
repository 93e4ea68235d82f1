"""A worker from the host's side: parked, given one job (or a session's cells), drained, killed.

The host holds the clock and the pidfd. What the worker says counts only as far as `answers` lets it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterable, Mapping
from typing import Any

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.jail import answers, usage
from mcp_pyexec.jail.allowance import Allowance
from mcp_pyexec.jail.cgroup import Cgroup, WorkerCgroup
from mcp_pyexec.jail.drain import Drain
from mcp_pyexec.jail.failure import classify_exit, forbidden_call_error, limit_error, with_figure
from mcp_pyexec.jail.lone import LoneTemplate
from mcp_pyexec.jail.profile import Profile
from mcp_pyexec.jail.template import Clone, Template
from mcp_pyexec.jail.violation import Listener
from mcp_pyexec.jail.wire import Channel, ControlChannel, EndOfStream, Frame
from mcp_pyexec.limits import MIB, Limits
from mcp_pyexec.outcomes import HostReply, Job, Metrics, Outcome, Status

__all__ = ["NothingRan", "Worker"]

_READY_S = 20.0
_READY_JSON = 4096
_REAPED_S = 2.0
_MESSAGE_CHARS = 500
_LOOK_EVERY_S = 0.1
_MEASURING_SLACK = 1.1


class NothingRan(Exception):
    """The worker was lost before it started on the job, which can be given to another."""


class Worker:
    """One isolated clone, waiting for work."""

    def __init__(
        self, clone: Clone, channel: ControlChannel, stdout: Drain, stderr: Drain, limits: Limits
    ) -> None:
        self._clone = clone
        self._channel: Channel = channel
        self._stdout, self._stderr = stdout, stderr
        self._listener: Listener | None = None
        self._cgroup: WorkerCgroup | None = None
        self._pid = usage.pid_of(clone.pidfd)
        self._private_mb: float | None = None
        self._given_mb = 0.0
        self.layers: tuple[str, ...] = ()
        self.limits = limits
        self._closed = False

    @classmethod
    async def park(
        cls, template: Template | LoneTemplate, limits: Limits, cgroup: Cgroup | None = None
    ) -> Worker:
        """Return a clone of the template that has taken on every layer, in a cgroup of its own if there is one.

        Raises:
            SandboxFault: If the kernel refuses, a layer is missing, or the template is lost.
        """
        ours, theirs = socket.socketpair()
        out_read, out_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        err_read, err_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        for fd in (out_write, err_write):
            os.set_blocking(fd, True)
        drains = (Drain(out_read, limits), Drain(err_read, limits))
        channel = ControlChannel(ours)
        try:
            clone = await template.clone([theirs.fileno(), out_write, err_write], _shape(limits))
        except BaseException:
            channel.close()
            for drain in drains:
                drain.close()
            raise
        finally:
            theirs.close()
            os.close(out_write)
            os.close(err_write)
        worker = cls(clone, channel, *drains, limits)
        try:
            await worker._become_ready(channel, cgroup)
        except BaseException:
            worker.kill()
            raise
        return worker

    @property
    def alive(self) -> bool:
        return not self._closed and not self._clone.ended.done()

    def kill(self) -> None:
        """End the whole namespace at once and let go of everything."""
        if self._closed:
            return
        self._closed = True
        self._signal(signal.SIGKILL)
        os.close(self._clone.pidfd)
        self._channel.close()
        self._stdout.close()
        self._stderr.close()
        if self._listener is not None:
            self._listener.close()
        if self._cgroup is not None:
            self._cgroup.close()

    async def rehearse(self) -> None:
        """Have a worker that has not run anything warm up more of its memory.

        Raises:
            SandboxFault: If it is lost on the way.
        """
        try:
            async with asyncio.timeout(_READY_S):
                await self._channel.send({"op": "rehearse"})
                frame = await self._channel.receive(_READY_JSON, 0)
        except (EndOfStream, TimeoutError):
            raise SandboxFault("worker-lost", self._stderr.take().text[-2000:]) from None
        if frame.op != "rehearsed":
            raise SandboxFault("broken-frame", f"{frame.op} instead of rehearsed")

    async def run(
        self, job: Job, profile: Profile, *, queue_s: float = 0.0, session: bool = False
    ) -> Outcome:
        """Do one job and return what it came to. The worker of a session may be used again while it is alive.

        Between cells a session stands still: threads that a cell left behind get no time.

        Raises:
            NothingRan: If the worker was lost before it started.
        """
        self._signal(signal.SIGCONT)
        run = _Run(self, job, queue_s)
        try:
            outcome = await run.outcome(profile, session)
            if session and self.alive:
                self._signal(signal.SIGSTOP)
            return outcome
        except asyncio.CancelledError:
            self.kill()
            raise

    async def _become_ready(self, channel: ControlChannel, cgroup: Cgroup | None) -> None:
        try:
            async with asyncio.timeout(_READY_S):
                frame = await channel.receive(_READY_JSON, 0)
        except (EndOfStream, TimeoutError):
            raise SandboxFault("isolation-failed", self._stderr.take().text[-2000:]) from None
        if frame.op != "ready":
            raise SandboxFault("broken-frame", f"{frame.op} before ready")
        self._channel = channel.without_descriptors()
        self._listener = Listener(frame.fds[0]) if frame.fds else None
        usage.verify_confinement(self._pid, self._clone.namespaces)
        self.layers = tuple(str(layer) for layer in frame.message["layers"])
        if cgroup is not None:
            try:
                self._cgroup = cgroup.worker(self._pid, self.limits)
            except OSError as error:
                raise SandboxFault("isolation-failed", f"cgroup: {error}") from None
            self.layers += ("cgroup",)

    def _signal(self, number: signal.Signals) -> None:
        try:
            signal.pidfd_send_signal(self._clone.pidfd, number)
        except ProcessLookupError:
            return


class _Run:
    """One job on one worker."""

    def __init__(self, worker: Worker, job: Job, queue_s: float) -> None:
        self._worker = worker
        self._job = job
        self._queue_s = queue_s
        self._started = False
        if worker._cgroup is not None:
            worker._cgroup.limit(job.limits)
        worker._given_mb += _size_mb(job.tables.values())
        self._started_at = time.monotonic()
        self._resting = usage.read(worker._pid)
        if worker._private_mb is None:
            worker._private_mb = self._resting.private_mb
        self._private_mb = worker._private_mb
        self._sentence: asyncio.Future[tuple[Status, Mapping[str, Any]]] = (
            asyncio.get_running_loop().create_future()
        )
        for drain in (worker._stdout, worker._stderr):
            drain.begin(job.limits, self._flooded)
        if worker._listener is not None:
            worker._listener.watch(self._forbidden)

    async def outcome(self, profile: Profile, session: bool) -> Outcome:
        talk = asyncio.create_task(self._converse(profile, session))
        growth = asyncio.create_task(self._outgrown())
        ends: set[asyncio.Future[Any]] = {talk, self._sentence}
        try:
            await asyncio.wait(ends, timeout=self._job.limits.wall_s, return_when=asyncio.FIRST_COMPLETED)
            if talk.done():
                return await self._answered(talk)
            if self._sentence.done():
                return await self._ended_by_host(*self._sentence.result())
            return await self._at_the_wall(talk)
        finally:
            for task in (talk, growth):
                task.cancel()
            await asyncio.gather(talk, growth, return_exceptions=True)

    def _condemn(self, status: Status, error: Mapping[str, Any]) -> None:
        """Have the run ended by the host; the first reason counts."""
        if not self._sentence.done():
            self._sentence.set_result((status, error))

    def _flooded(self) -> None:
        self._condemn("limit", limit_error("output", self._flood_message()))

    def _forbidden(self, call: str) -> None:
        self._condemn("crashed", forbidden_call_error(call))

    async def _outgrown(self) -> None:
        """Condemn the run once it uses more memory than it may have, by the kernel's count.

        RLIMIT_DATA stops honest code first; it does not count shared mappings, stacks that grow, or pages that
        were made read-only after they were filled.
        """
        worker = self._worker
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            used = usage.read(worker._pid).private_mb - self._private_mb - worker._given_mb
            if used > self._job.limits.memory_mb * _MEASURING_SLACK:
                self._condemn("limit", limit_error("memory", self._memory_message(used)))
                return

    async def _converse(self, profile: Profile, session: bool) -> Frame:
        """Send the job, serve its calls, return the outcome frame."""
        job, channel = self._job, self._worker._channel
        message = {
            "op": "run",
            "kind": job.kind,
            "request": dict(job.request),
            "profile": dict(profile.document),
            "limits": {"cpu_s": job.limits.cpu_s, "memory_mb": job.limits.memory_mb},
            "tables": list(job.tables),
            "session": session,
        }
        await channel.send(message, list(job.tables.values()))
        allowance = Allowance(job.limits)
        while True:
            frame = await channel.receive(job.limits.frame_bytes, job.limits.attachment_bytes)
            await allowance.spend(frame)
            if frame.op == "outcome":
                return frame
            if frame.op == "started":
                self._started = True
            elif frame.op == "progress":
                await self._progress(frame, allowance)
            elif frame.op == "call":
                await self._serve(frame)
            else:
                raise SandboxFault("broken-frame", f"{frame.op} from a worker")

    async def _progress(self, frame: Frame, allowance: Allowance) -> None:
        if self._job.on_progress is not None and allowance.may_tell():
            fraction = float(min(1, max(0, frame.message["fraction"])))
            await self._job.on_progress(fraction, frame.message["message"][:_MESSAGE_CHARS])

    async def _serve(self, frame: Frame) -> None:
        """Answer one host function; a refusal is the code's to handle."""
        call = self._job.host.get(frame.message["name"])
        reply, error = HostReply(), None
        if call is None:
            error = f"The host has no function {frame.message['name'][:80]!r} here."
        else:
            try:
                reply = await call(frame.message["arguments"], frame.data)
            except RequestError as refused:
                error = str(refused)
        fds = [] if reply.table is None else [reply.table.fileno()]
        self._worker._given_mb += _size_mb(fds)
        await self._worker._channel.send({"op": "reply", "value": reply.value, "error": error}, fds)

    async def _answered(self, talk: asyncio.Task[Frame]) -> Outcome:
        try:
            frame = talk.result()
        except EndOfStream:
            return await self._died()
        except SandboxFault as fault:
            if fault.code != "broken-frame":
                raise
            return self._misbehaved(fault)
        return self._said(frame, interrupted=False)

    async def _at_the_wall(self, talk: asyncio.Task[Frame]) -> Outcome:
        """SIGINT, a grace in which the code may finish its output, then the end."""
        self._worker._signal(signal.SIGINT)
        await asyncio.wait({talk}, timeout=self._job.limits.grace_s)
        if talk.done() and not talk.cancelled() and talk.exception() is None:
            return self._said(talk.result(), interrupted=True)
        return await self._ended_by_host("limit", limit_error("wall", self._wall_message()))

    def _said(self, frame: Frame, interrupted: bool) -> Outcome:
        try:
            answer = answers.parse(frame, self._job.limits)
        except SandboxFault as fault:
            return self._misbehaved(fault)
        if interrupted:
            error = {**limit_error("wall", self._wall_message()), **_where(answer.error)}
            return self._outcome("limit", error, answer)
        return self._outcome(answer.status, with_figure(answer.error, self._job.limits), answer)

    async def _ended_by_host(self, status: Status, error: Mapping[str, Any]) -> Outcome:
        metrics = self._metrics()
        self._worker._signal(signal.SIGKILL)
        await self._worker._clone.ended
        return self._outcome(status, error, metrics=metrics)

    async def _died(self) -> Outcome:
        ended = self._worker._clone.ended
        await asyncio.wait({ended}, timeout=_REAPED_S)
        if not ended.done():
            return self._misbehaved(SandboxFault("broken-frame", "it closed its channel"))
        exit_ = ended.result()
        if not self._started:
            raise NothingRan(f"exit code {exit_.code}, signal {exit_.signal}")
        starved = self._worker._cgroup is not None and self._worker._cgroup.ran_out_of_memory
        status, error = classify_exit(exit_, self._job.limits, starved)
        return self._outcome(status, error, metrics=self._metrics(cpu_s=exit_.cpu_s))

    def _misbehaved(self, fault: SandboxFault) -> Outcome:
        """End a worker that broke the protocol; its output is taken before its pipes are let go."""
        outcome = self._outcome("crashed", answers.misbehaviour(fault.detail))
        self._worker.kill()
        return outcome

    def _outcome(
        self,
        status: Status,
        error: Mapping[str, Any] | None,
        answer: answers.Answer | None = None,
        metrics: Metrics | None = None,
    ) -> Outcome:
        worker = self._worker
        return Outcome(
            status=status,
            values=answer.values if answer else {},
            error=error,
            stdout=worker._stdout.take(),
            stderr=worker._stderr.take(),
            metrics=metrics or self._metrics(),
            layers=worker.layers,
            tables=answer.tables if answer else {},
            files=answer.files if answer else (),
        )

    def _metrics(self, cpu_s: float | None = None) -> Metrics:
        now = usage.read(self._worker._pid)
        return Metrics(
            wall_s=time.monotonic() - self._started_at,
            cpu_s=max(0.0, now.cpu_s - self._resting.cpu_s) if cpu_s is None else cpu_s,
            peak_memory_mb=max(0.0, self._peak_mb(now) - self._resting.resident_mb),
            queue_s=self._queue_s,
        )

    def _peak_mb(self, now: usage.Usage) -> float:
        """The kernel keeps one peak for the whole life of a worker, which may be that of its rehearsal."""
        return now.peak_mb if now.peak_mb > self._resting.peak_mb else now.resident_mb

    def _wall_message(self) -> str:
        return f"The wall-clock limit of {self._job.limits.wall_s:g} s was reached; the run was stopped."

    def _memory_message(self, used_mb: float) -> str:
        return f"The memory limit of {self._job.limits.memory_mb} MiB was reached ({used_mb:.0f} MiB used)."

    def _flood_message(self) -> str:
        return f"More than {self._job.limits.flood_bytes:,} bytes were written to one stream; the run was stopped."


def _where(error: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Where the code was when it was interrupted."""
    return {key: error[key] for key in ("line", "traceback")} if error else {}


def _size_mb(fds: Iterable[int]) -> float:
    return sum(os.fstat(fd).st_size for fd in fds) / MIB


def _shape(limits: Limits) -> dict[str, int]:
    return {
        "disk_mb": limits.disk_mb,
        "memory_mb": limits.memory_mb,
        "inodes": 4096,
        "open_files": limits.open_files,
        "processes": limits.processes,
    }
