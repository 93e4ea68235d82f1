"""The short form of the examination, for a server that starts: no code of anyone's is run before it is through."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mcp_pyexec.doctor.attempts import PROBE_LIMITS, probe_job
from mcp_pyexec.doctor.canaries import Canaries
from mcp_pyexec.doctor.probes import LAYERS, Probe, load_probes
from mcp_pyexec.errors import ConfigError, SandboxFault
from mcp_pyexec.jail import NothingRan, Pool, Profiles
from mcp_pyexec.outcomes import Outcome

__all__ = ["prove", "quick_probes"]

_AT_ONCE = 2


def quick_probes() -> list[Probe]:
    """Return the attempts of the short form, at least one for every layer, but those that must run into a limit."""
    return [probe for probe in load_probes() if probe.short and probe.limit is None]


async def prove(pool: Pool, profiles: Profiles, probes: Sequence[Probe] | None = None) -> None:
    """Return once every attempt was stopped, each in a worker of its own with the policy off.

    Where a worker takes a second to start, one attempt on each layer has to do.

    Args:
        probes: Instead of the quick ones.

    Raises:
        ConfigError: If one was not, or there is a layer without an attempt, or the jail failed under them.
    """
    tried = quick_probes() if probes is None else probes
    if pool.starts_slowly(profiles.ceiling):
        tried = list({probe.layer: probe for probe in reversed(tried)}.values())
    turns = asyncio.Semaphore(_AT_ONCE)
    with Canaries() as canaries:

        async def attempt(probe: Probe) -> list[str]:
            async with turns:
                outcome = await _in_fresh_worker(pool, profiles, probe, canaries)
            return [f"{probe.technique} ({probe.layer}): {line}" for line in canaries.signs_in(outcome)]

        try:
            found = await asyncio.gather(*map(attempt, tried))
        except (SandboxFault, NothingRan) as fault:
            raise ConfigError(f"The jail started and then failed: {fault}") from None
        harm = [line for lines in found for line in lines] + await canaries.harm()
    harm += [f"no attempt on the layer {layer}" for layer in set(LAYERS) - {p.layer for p in tried}]
    if harm:
        raise ConfigError(
            f"The jail does not hold on this machine: {'; '.join(harm)}. Nothing was served. "
            "Run: mcp-pyexec doctor"
        )


async def _in_fresh_worker(pool: Pool, profiles: Profiles, probe: Probe, canaries: Canaries) -> Outcome:
    worker = await pool.take(profiles.ceiling)
    try:
        limits = PROBE_LIMITS.within(worker.limits)
        return await worker.run(probe_job(probe, canaries, limits), profiles.named("permissive"))
    finally:
        worker.kill()
