"""The whole examination: the machine, then real attempts to break out of a jail started for the purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcp_pyexec.config import Settings
from mcp_pyexec.doctor.attempts import Verdict, attempt
from mcp_pyexec.doctor.canaries import Canaries
from mcp_pyexec.doctor.databases import check_databases
from mcp_pyexec.doctor.machine import Check, check_machine
from mcp_pyexec.doctor.probes import LAYERS, Probe, load_probes
from mcp_pyexec.errors import ConfigError, SandboxFault
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits

__all__ = ["Examination", "examine"]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found; `refusal` is why there is no jail, with the remedy, or None."""

    checks: tuple[Check, ...]
    verdicts: tuple[Verdict, ...]
    refusal: str | None
    databases: tuple[Check, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 if every layer held and every database opens, 1 if something did not, 2 if there is no jail."""
        if self.refusal is not None:
            return 2
        untried = set(LAYERS) - {verdict.probe.layer for verdict in self.verdicts}
        shut = any(database.state == "problem" for database in self.databases)
        return int(shut or bool(untried) or not all(verdict.held for verdict in self.verdicts))


async def examine(
    full: bool, settings: Settings, on_attempt: Callable[[Probe, int, int], None] = lambda *_: None
) -> Examination:
    """Return the examination of this machine.

    Args:
        full: Every attempt instead of the short set.
        settings: What they name is opened, and nothing else of them matters here.
        on_attempt: Called before each with the attempt, its number from 1, and how many there are.
    """
    checks, databases = tuple(check_machine()), tuple(await check_databases(settings))
    try:
        pool = Pool(load_profiles("permissive"), Limits(), parked=1, running=2, waiting=2)
        try:
            await pool.start()
            verdicts = await _attack(pool, [p for p in load_probes() if full or p.short], on_attempt)
        finally:
            await pool.close()
    except ConfigError as refused:
        return Examination(checks, (), str(refused), databases)
    except SandboxFault as fault:
        return Examination(checks, (), f"The jail started and then failed: {fault}", databases)
    return Examination(checks, tuple(verdicts), None, databases)


async def _attack(
    pool: Pool, probes: list[Probe], on_attempt: Callable[[Probe, int, int], None]
) -> list[Verdict]:
    verdicts = []
    with Canaries() as canaries:
        for number, probe in enumerate(probes, 1):
            on_attempt(probe, number, len(probes))
            verdicts.append(await attempt(pool, probe, canaries))
            if not verdicts[-1].held:
                canaries.revive()
    return verdicts
