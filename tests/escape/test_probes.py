"""Every attempt of `sandbox/probes`, in the jail with the policy off: the canaries of the host are as they were."""

from __future__ import annotations

import pytest

from mcp_pyexec.doctor import LAYERS, Canaries, Probe, Verdict, attempt, load_probes
from mcp_pyexec.jail import Pool

PROBES = load_probes()


def name(probe: Probe) -> str:
    return f"{probe.technique}-is-stopped-by-{probe.layer}"


@pytest.mark.parametrize("probe", PROBES, ids=name)
async def test_escape(pool: Pool, canaries: Canaries, probe: Probe) -> None:
    verdict = await attempt(pool, probe, canaries)
    assert verdict == Verdict(probe, (), verdict.status)


def test_there_are_at_least_120_attempts_on_all_layers_with_names_of_their_own() -> None:
    assert len({probe.technique for probe in PROBES}) == len(PROBES) >= 120
    assert {probe.layer for probe in PROBES} == set(LAYERS)
    assert {probe.layer for probe in PROBES if probe.short} == set(LAYERS)
