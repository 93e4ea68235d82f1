"""One attempt in the jail, and the verdict on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mcp_pyexec.doctor.canaries import Canaries
from mcp_pyexec.doctor.probes import Probe, program
from mcp_pyexec.jail import Pool
from mcp_pyexec.limits import MIB, Limits
from mcp_pyexec.outcomes import Job, Outcome

__all__ = ["PROBE_LIMITS", "Verdict", "attempt", "probe_job"]

PROBE_LIMITS = Limits(wall_s=5.0, grace_s=0.1, cpu_s=20.0, memory_mb=256, flood_bytes=4 * MIB)
_MEMORY_SLACK_MB = 512
_LOWER: dict[str | None, dict[str, float]] = {"cpu": {"cpu_s": 0.3}, "wall": {"wall_s": 0.3}}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt did to the host; held if `harm` is empty."""

    probe: Probe
    harm: tuple[str, ...]
    status: str

    @property
    def held(self) -> bool:
        return not self.harm


async def attempt(pool: Pool, probe: Probe, canaries: Canaries) -> Verdict:
    """Run a probe with the policy off, look at the host, and at whether the next run is well."""
    limits = replace(PROBE_LIMITS, **_LOWER.get(probe.limit, {}))  # type: ignore[arg-type]  # floats by field name
    outcome = await pool.run(probe_job(probe, canaries, limits))
    harm = [*await canaries.harm(outcome), *_overrun(outcome, probe, limits)]
    after = await pool.run(_job("1 + 1", limits))
    if after.status != "ok" or after.values["result"]["text/plain"] != "2":
        harm.append(f"the next run ended as {after.status}")
    return Verdict(probe, tuple(harm), outcome.status)


def probe_job(probe: Probe, canaries: Canaries, limits: Limits) -> Job:
    """Return the job that runs a probe, told where the canaries are and what its limits are."""
    return _job(program(probe, {**canaries.facts, **_ceilings(limits)}), limits)


def _job(code: str, limits: Limits) -> Job:
    request = {"code": code, "return_variables": []}
    return Job(kind="execute", request=request, profile="permissive", limits=limits)


def _ceilings(limits: Limits) -> dict[str, Any]:
    names = ("memory_mb", "processes", "open_files", "disk_mb")
    return {name: getattr(limits, name) for name in names}


def _overrun(outcome: Outcome, probe: Probe, limits: Limits) -> list[str]:
    """What the host measured beyond the limits."""
    found = []
    metrics = outcome.metrics
    if metrics.peak_memory_mb > limits.memory_mb + _MEMORY_SLACK_MB:
        found.append(f"{metrics.peak_memory_mb:.0f} MiB were used of {limits.memory_mb}")
    if metrics.cpu_s > limits.cpu_s + 3:
        found.append(f"{metrics.cpu_s:.1f} s of CPU time were used of {limits.cpu_s}")
    if metrics.wall_s > limits.wall_s + limits.grace_s + 3:
        found.append(f"it took {metrics.wall_s:.1f} s of {limits.wall_s}")
    if probe.limit is not None and (outcome.error or {}).get("limit") != probe.limit:
        found.append(
            f"it ended as {outcome.status} {(outcome.error or {}).get('message')}, not at its {probe.limit} limit"
        )
    return found
