"""Sessions: a worker that is kept, so that variables and files stay from cell to cell.

One cell at a time; a session that is not used, or whose worker dies, is closed and says so by name.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.jail.pool import Pool
from mcp_pyexec.jail.profile import Profile, Profiles
from mcp_pyexec.jail.worker import NothingRan, Worker
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job, Outcome

__all__ = ["SessionInfo", "Sessions"]

_CLOSED_NAMES = 200


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session as TOOLS `manage_session` shows it; times in seconds, memory in MiB."""

    session: str
    profile: str
    cells: int
    idle_s: float
    expires_s: float
    memory_mb: float
    variables: tuple[Mapping[str, str], ...] = ()


@dataclass(slots=True)
class _Session:
    name: str
    profile: Profile
    worker: Worker
    cells: int = 0
    memory_mb: float = 0.0
    used_at: float = field(default_factory=time.monotonic)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Sessions:
    """The open sessions of a server."""

    def __init__(self, pool: Pool, profiles: Profiles, limits: Limits, *, most: int, idle_s: float) -> None:
        self._pool, self._profiles, self._limits = pool, profiles, limits
        self._most, self._idle_s = most, idle_s
        self._open: dict[str, _Session] = {}
        self._closed: dict[str, str] = {}

    async def open(self, profile: str | None = None) -> SessionInfo:
        """Open a session.

        Raises:
            RequestError: `too-many-sessions`, or a profile that may not be chosen.
        """
        chosen = self._profiles.choose(profile)
        self._expire()
        if len(self._open) >= self._most:
            raise RequestError(
                "too-many-sessions",
                f"{len(self._open)} sessions are open, which is the most here. Close one with "
                "manage_session(action='close', session=…).",
            )
        name = f"s_{secrets.token_hex(6)}"
        session = _Session(name, chosen, await self._pool.take(chosen))
        self._open[name] = session
        return self._info(session)

    async def run(self, name: str, job: Job) -> Outcome:
        """Run one cell.

        Raises:
            RequestError: `unknown-session`, `session-closed`, `session-profile`.
        """
        session = self._get(name)
        if job.profile != session.profile.name:
            raise RequestError(
                "session-profile",
                f"Session {name!r} has profile {session.profile.name!r}, not {job.profile!r}. Leave `profile` out, "
                "or open another session.",
            )
        async with session.lock, self._pool.turn() as waited:
            self._get(name)
            try:
                outcome = await session.worker.run(job, session.profile, queue_s=waited(), session=True)
            except NothingRan:
                self._close(session, "its worker was lost")
                raise self._closed_error(name) from None
            except asyncio.CancelledError:
                self._close(session, "a cell was cancelled")
                raise
            session.used_at = time.monotonic()
            session.cells += job.kind == "execute"
            session.memory_mb = max(session.memory_mb, outcome.metrics.peak_memory_mb)
            if not session.worker.alive or outcome.status == "crashed" or _was_cut(outcome):
                self._close(session, f"a cell ended as {outcome.status}")
            return outcome

    async def variables(self, name: str) -> SessionInfo:
        """Return a session with its variables."""
        session = self._get(name)
        job = Job(kind="variables", request={}, profile=session.profile.name, limits=self._limits)
        outcome = await self.run(name, job)
        return self._info(session, tuple(_variables(outcome.values)))

    def list(self) -> list[SessionInfo]:
        self._expire()
        return [self._info(session) for session in self._open.values()]

    def profile_of(self, name: str) -> str:
        """Return the profile that a session was opened with."""
        return self._get(name).profile.name

    def close(self, name: str) -> None:
        """Close a session; its variables and files are gone."""
        self._close(self._get(name), "it was closed")

    def close_all(self) -> None:
        for session in list(self._open.values()):
            self._close(session, "the server ended")

    def _get(self, name: str) -> _Session:
        self._expire()
        if name in self._open:
            return self._open[name]
        if name in self._closed:
            raise self._closed_error(name)
        raise RequestError(
            "unknown-session",
            f"There is no session {name!r}.{nearest(name, self._open)} "
            "Open one with manage_session(action='open').",
        )

    def _closed_error(self, name: str) -> RequestError:
        return RequestError(
            "session-closed",
            f"Session {name!r} is no longer there: {self._closed[name]}. Its variables and files are gone; "
            "open another with manage_session(action='open').",
        )

    def _close(self, session: _Session, reason: str) -> None:
        session.worker.kill()
        self._open.pop(session.name, None)
        self._closed[session.name] = reason
        while len(self._closed) > _CLOSED_NAMES:
            self._closed.pop(next(iter(self._closed)))

    def _expire(self) -> None:
        now = time.monotonic()
        for session in list(self._open.values()):
            if not session.worker.alive:
                self._close(session, "its worker was lost")
            elif now - session.used_at > self._idle_s and not session.lock.locked():
                self._close(session, f"it was idle for more than {self._idle_s:g} s")

    def _info(self, session: _Session, variables: tuple[Mapping[str, str], ...] = ()) -> SessionInfo:
        idle_s = time.monotonic() - session.used_at
        return SessionInfo(
            session=session.name,
            profile=session.profile.name,
            cells=session.cells,
            idle_s=idle_s,
            expires_s=max(0.0, self._idle_s - idle_s),
            memory_mb=session.memory_mb,
            variables=variables,
        )


def _was_cut(outcome: Outcome) -> bool:
    """True if the host ended the run: the worker may be in the middle of anything."""
    return (
        outcome.status == "limit"
        and (outcome.error or {}).get("limit") in ("wall", "output", "memory")
        and not outcome.values
    )


def _variables(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """The variables as a worker tells them, bounded."""
    told = values.get("variables")
    rows = told[:500] if isinstance(told, list) else []
    return [
        {key: str(row.get(key, ""))[:200] for key in ("name", "type", "summary")}
        for row in rows
        if isinstance(row, dict)
    ]
