"""One run of code with its datasets, host functions and artifacts: what `execute_code` is behind the tool edge."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp_pyexec.artifacts import Artifact
from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.jail import Profile
from mcp_pyexec.limits import MIB
from mcp_pyexec.outcomes import HostReply, Job, Outcome
from mcp_pyexec.verdicts import Verdicts

if TYPE_CHECKING:
    from mcp_pyexec.datasets import Dataset
    from mcp_pyexec.service import Service
    from mcp_pyexec.tables import SealedTable

__all__ = ["Execution", "ExecutionRequest", "Executions"]

Progress = Callable[[float, str], Awaitable[None]]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class ExecutionRequest:
    """What one run is asked to do.

    Attributes:
        datasets: Handle by the name that the DataFrame gets.
        checks: Expressions that are evaluated afterwards.
    """

    code: str
    datasets: Mapping[str, str] = field(default_factory=dict)
    session: str | None = None
    profile: str | None = None
    timeout_s: float | None = None
    memory_mb: int | None = None
    return_variables: Sequence[str] = ()
    arguments: Sequence[str] = ()
    checks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Execution:
    """What one run came to, with what the server keeps of it."""

    execution_id: str
    outcome: Outcome
    datasets: Sequence[tuple[str, Dataset]]
    artifacts: Sequence[Artifact]
    session: str | None

    @property
    def values(self) -> Mapping[str, Any]:
        return self.outcome.values


class Executions:
    """Runs code in the jail on behalf of the tools."""

    def __init__(self, service: Service, code_chars: int, workspace: Path | None) -> None:
        self._service = service
        self._code_chars = code_chars
        self._workspace = workspace
        self._verdicts = Verdicts()

    async def run(self, request: ExecutionRequest, progress: Progress | None = None) -> Execution:
        """Run code and keep what it leaves.

        Raises:
            RequestError: For a request that cannot be served; nothing was run.
        """
        self.check_code(request.code)
        profile = self._profile(request)
        ceilings = profile.limited(self._service.limits)
        limits = ceilings.lowered(timeout_s=request.timeout_s, memory_mb=request.memory_mb)
        execution_id = f"x_{secrets.token_hex(6)}"
        saved: list[tuple[str, Dataset]] = []
        given, lent = self._given(request.datasets), _Lent(self._service.settings.datasets_mb * MIB)
        job = Job(
            kind="execute",
            request={
                "code": request.code,
                "return_variables": list(request.return_variables),
                "arguments": list(request.arguments),
                "checks": list(request.checks),
            },
            profile=profile.name,
            limits=limits,
            tables={name: dataset.memory.fileno() for name, dataset in given.items()},
            host=self.host_functions(execution_id, saved, lent),
            on_progress=progress,
        )
        try:
            outcome = await self._outcome(request.session, job)
        finally:
            lent.release()
        saved += self._kept_tables(execution_id, outcome)
        artifacts = self._service.artifacts.add(execution_id, outcome.files)
        return Execution(execution_id, outcome, saved, artifacts, request.session)

    async def validate(self, code: str, profile: str | None) -> Outcome:
        """Return what the policy says of code, from a worker in check mode; the code is not run.

        Raises:
            RequestError: For code that is empty or too long, or a profile that may not be chosen.
        """
        self.check_code(code)
        chosen = self._service.profiles.choose(profile)
        kept = self._verdicts.get(code, chosen.revision)
        if kept is not None:
            return kept
        job = Job(kind="check", request={"code": code}, profile=chosen.name, limits=self._service.limits)
        outcome = await self._service.pool.run(job)
        self._verdicts.add(code, chosen.revision, outcome)
        return outcome

    def check_code(self, code: str) -> None:
        """Refuse code that no worker should be bothered with.

        Raises:
            RequestError: `code-empty`, `code-too-long`.
        """
        if not code.strip():
            raise RequestError("code-empty", "There is no code. Send a Python program as `code`.")
        if len(code) > self._code_chars:
            raise RequestError(
                "code-too-long",
                f"The code has {len(code):,} characters, the most is {self._code_chars:,}. Pass data as datasets "
                "instead of literals, or split the work into cells of a session.",
            )

    def read_program(self, path: str) -> str:
        """Return the text of a file in the workspace.

        Raises:
            RequestError: `no-workspace`, `bad-path`.
        """
        if self._workspace is None:
            raise RequestError(
                "no-workspace",
                "This server has no workspace. Send the program as `code`, or start it with --workspace DIR.",
            )
        root = self._workspace.resolve()
        file = (root / path).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            names = [str(p.relative_to(root)) for p in sorted(root.rglob("*.py"))[:500]]
            raise RequestError("bad-path", f"{path!r} is not a file of the workspace.{nearest(path, names)}")
        try:
            return file.read_text("utf-8")
        except UnicodeDecodeError:
            raise RequestError("bad-path", f"{path!r} is not UTF-8 text.") from None

    def host_functions(
        self, execution_id: str, saved: list[tuple[str, Dataset]], lent: _Lent
    ) -> dict[str, Any]:
        """Return what code in the jail may ask of the host, by name."""
        service = self._service

        async def query_sql(arguments: Mapping[str, Any], _data: bytes) -> HostReply:
            sql, database = arguments.get("sql"), arguments.get("database")
            result = await service.databases.query(
                str(sql),
                database=database if isinstance(database, str) else None,
                parameters=_mapping(arguments),
            )
            return HostReply({"complete": result.complete}, lent.lend(result.sealed))

        async def dataset(arguments: Mapping[str, Any], _data: bytes) -> HostReply:
            found = service.datasets.get(str(arguments.get("handle")))
            return HostReply(found.handle, lent.lend(found.memory))

        async def save_dataset(arguments: Mapping[str, Any], data: bytes) -> HostReply:
            name = str(arguments.get("name"))[:64]
            kept = service.datasets.add_untrusted(data, origin=f"save_dataset({name!r}) in {execution_id}")
            saved.append((name, kept))
            return HostReply(kept.handle)

        return {"query_sql": query_sql, "dataset": dataset, "save_dataset": save_dataset}

    async def _outcome(self, session: str | None, job: Job) -> Outcome:
        if session is None:
            return await self._service.pool.run(job)
        return await self._service.sessions.run(session, job)

    def _profile(self, request: ExecutionRequest) -> Profile:
        if request.session is not None and request.profile is None:
            return self._service.profiles.named(self._service.sessions.profile_of(request.session))
        return self._service.profiles.choose(request.profile)

    def _given(self, handles: Mapping[str, str]) -> dict[str, Dataset]:
        """The datasets by variable; whoever holds them can use them even if they are evicted meanwhile."""
        for name in handles:
            if not _NAME.fullmatch(name):
                raise RequestError(
                    "bad-dataset-name", f"{name!r} cannot be a variable; use a plain Python name."
                )
        return {name: self._service.datasets.get(handle) for name, handle in handles.items()}

    def _kept_tables(self, execution_id: str, outcome: Outcome) -> list[tuple[str, Dataset]]:
        """Frames that the run offered; one that is not plain Arrow is not kept."""
        kept = []
        for name, data in outcome.tables.items():
            with contextlib.suppress(RequestError):
                dataset = self._service.datasets.add_untrusted(data, origin=f"{name} of {execution_id}")
                kept.append((name, dataset))
        return kept


class _Lent:
    """Tables that code asked for while it ran: each is counted once and let go when the run has ended.

    A worker can keep what it was given open without mapping it, so nothing but this bounds them.
    """

    def __init__(self, budget_bytes: int) -> None:
        self._budget = budget_bytes
        self._tables: set[SealedTable] = set()

    def lend(self, table: SealedTable) -> SealedTable:
        """Return the table.

        Raises:
            RequestError: `results-too-large` if all together are above the budget.
        """
        self._tables.add(table)
        if sum(lent.size_bytes for lent in self._tables) > self._budget:
            self._tables.discard(table)
            raise RequestError(
                "results-too-large",
                f"The tables that this run asked for have more than {self._budget // MIB} MiB together. Aggregate or "
                "filter in SQL, or use several runs.",
            )
        return table

    def release(self) -> None:
        """Let go of every table."""
        self._tables.clear()


def _mapping(arguments: Mapping[str, Any]) -> dict[str, Any]:
    parameters = arguments.get("parameters")
    return parameters if isinstance(parameters, dict) else {}
