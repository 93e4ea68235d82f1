"""Shorthands for running code in a jail from a test."""

from __future__ import annotations

from typing import Any

from mcp_pyexec.jail import Pool
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job, Outcome

QUICK = Limits(wall_s=20.0)


def execution(code: str, limits: Limits = QUICK, profile: str = "permissive", **more: Any) -> Job:
    """Return the job that runs code."""
    request = {"code": code, "return_variables": more.pop("return_variables", [])}
    return Job(kind="execute", request=request, profile=profile, limits=limits, **more)


async def run(
    pool: Pool, code: str, limits: Limits = QUICK, profile: str = "permissive", **more: Any
) -> Outcome:
    """Run code in a fresh worker."""
    return await pool.run(execution(code, limits, profile, **more))


def result_of(outcome: Outcome) -> Any:
    """Return the JSON of the result of a run that must have ended well."""
    assert outcome.status == "ok", (outcome.error, outcome.stderr.text)
    return outcome.values["result"]["application/json"]
