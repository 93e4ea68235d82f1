"""What a server does with its jail before it runs anyone's code in it."""

from __future__ import annotations

import pytest

from mcp_pyexec.doctor import LAYERS, prove, quick_probes
from mcp_pyexec.errors import ConfigError
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits

PROFILES = load_profiles("permissive")


def test_quick_attempts_cover_every_layer() -> None:
    assert {probe.layer for probe in quick_probes()} == set(LAYERS)


async def test_jail_that_holds_is_proved(pool: Pool) -> None:
    await prove(pool, PROFILES)


async def test_jail_under_the_lowest_limits_and_the_strictest_profile_is_proved() -> None:
    profiles = load_profiles("strict")
    pool = Pool(profiles, Limits(memory_mb=16, processes=4, disk_mb=1), parked=1, running=1, waiting=1)
    await pool.start()
    try:
        await prove(pool, profiles)
    finally:
        await pool.close()


async def test_layer_without_an_attempt_is_not_proved(pool: Pool) -> None:
    without = [probe for probe in quick_probes() if probe.layer != "frames"]
    with pytest.raises(ConfigError, match="no attempt on the layer frames"):
        await prove(pool, PROFILES, without)
