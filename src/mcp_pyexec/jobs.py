"""What scoring and code generation need of the jail, made of the pool, the datasets and the executions."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mcp_pyexec.codegen import Execution as Run
from mcp_pyexec.codegen import FailedCheck
from mcp_pyexec.errors import RequestError
from mcp_pyexec.executions import Execution, ExecutionRequest, Progress
from mcp_pyexec.jail import Profile
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job
from mcp_pyexec.scoring import JobReply
from mcp_pyexec.tables import seal
from mcp_pyexec.untrusted import read_untrusted

if TYPE_CHECKING:
    import pyarrow as pa

    from mcp_pyexec.service import Service

__all__ = ["CodeExecutor", "PoolRunner"]


_OWN_PROFILE = "moderate"
"""Its template has the libraries that the project's own jobs need; a caller's profile decides on their code only."""


class PoolRunner:
    """A `scoring.JobRunner`: every job in a fresh worker, with no host functions (they would give the labels)."""

    def __init__(self, service: Service, profile: Profile, limits: Limits) -> None:
        self._service, self._profile, self._limits = service, profile, limits

    async def __call__(
        self, kind: str, request: Mapping[str, Any], tables: Mapping[str, pa.Table]
    ) -> JobReply:
        sealed = {name: seal(table, name) for name, table in tables.items()}
        profile = self._profile.name if request.get("code") else _OWN_PROFILE
        fds = {name: memory.fileno() for name, memory in sealed.items()}
        job = Job(kind=kind, request=request, profile=profile, limits=self._limits, tables=fds)
        outcome = await self._service.pool.run(job)
        return JobReply(
            status=outcome.status,
            values=outcome.values,
            error=outcome.error,
            metrics=outcome.metrics,
            layers=outcome.layers,
            executor=outcome.executor,
            tables=self._believable(outcome.tables),
            files=outcome.files,
        )

    def _believable(self, tables: Mapping[str, bytes]) -> dict[str, pa.Table]:
        """The tables that are plain Arrow; one that is not is as good as missing."""
        read = {}
        for name, data in tables.items():
            with contextlib.suppress(RequestError):
                read[name] = read_untrusted(data, byte_limit=self._limits.attachment_bytes)
        return read


class CodeExecutor:
    """A `codegen.Executor`: one attempt in the jail, with the datasets and the session of the request."""

    def __init__(self, service: Service, request: ExecutionRequest, progress: Progress | None = None) -> None:
        self._service, self._request, self._progress = service, request, progress

    async def __call__(self, code: str, checks: Sequence[str]) -> Run:
        asked = self._request
        execution = await self._service.executions.run(
            ExecutionRequest(
                code=code,
                datasets=asked.datasets,
                session=asked.session,
                profile=asked.profile,
                timeout_s=asked.timeout_s,
                memory_mb=asked.memory_mb,
                checks=checks,
            ),
            self._progress,
        )
        return _as_run(execution)


def _as_run(execution: Execution) -> Run:
    outcome, values = execution.outcome, execution.values
    told = values.get("checks")
    checks = [c for c in told if isinstance(c, dict)] if isinstance(told, list) else []
    result = values.get("result")
    text = result.get("text/plain") if isinstance(result, dict) else None
    return Run(
        status=outcome.status,
        error=outcome.error,
        stdout=outcome.stdout.text,
        result_text=text if isinstance(text, str) else None,
        displays=len(outcome.files) + len(execution.datasets),
        checks_passed=[str(c.get("check")) for c in checks if c.get("holds") is True],
        checks_failed=[
            FailedCheck(str(c.get("check")), str(c.get("message")))
            for c in checks
            if c.get("holds") is not True
        ],
        payload=execution,
    )
