"""What changes on disk while a server runs: libraries of the jail, and the operator's profile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jailed import execution, result_of
from mcp_pyexec.jail import Pool, Profiles, load_profiles
from mcp_pyexec.limits import Limits

PROFILE = """
base = "strict"
name = "house"
description = "with the house's own library"
restricted = false
distributions = ["house-colours"]
preload = ["house_colours"]
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution with one module, as an installer leaves it."""
    about = tmp_path / "house_colours-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: house-colours\nVersion: 1\n", "utf-8")
    (about / "RECORD").write_text("house_colours.py,,\nhouse_colours-1.dist-info/METADATA,,\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "house_colours.py"
    module.write_text("WALL = 'white'\n", "utf-8")
    return module


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    path = tmp_path / "house.toml"
    path.write_text(PROFILE, "utf-8")
    return load_profiles(str(path))


@pytest.fixture
async def pool(library: Path, profiles: Profiles) -> AsyncIterator[Pool]:
    pool = Pool(profiles, Limits(), parked=2, running=2, waiting=2)
    await pool.start()
    yield pool
    await pool.close()


def replace(path: Path, text: str) -> None:
    """Put a new file in the place of one, as installers and editors do."""
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)


async def eventually(pool: Pool, profiles: Profiles, code: str, expected: object) -> None:
    """Run code until it says what is expected: a change is looked for once in a second."""
    async with asyncio.timeout(30):
        while result_of(await pool.run(execution(code, profile=profiles.choose(None).name))) != expected:
            await asyncio.sleep(0.05)


async def test_library_that_was_replaced_is_imported_again(
    pool: Pool, library: Path, profiles: Profiles
) -> None:
    await eventually(pool, profiles, "import house_colours; house_colours.WALL", "white")
    replace(library, "WALL = 'green'\n")
    await eventually(pool, profiles, "import house_colours; house_colours.WALL", "green")


async def test_run_under_way_keeps_the_library_it_began_with(
    pool: Pool, library: Path, profiles: Profiles
) -> None:
    slow = "import house_colours, time; time.sleep(3); house_colours.WALL"
    await eventually(pool, profiles, "1", 1)
    under_way = asyncio.create_task(pool.run(execution(slow, profile="house")))
    replace(library, "WALL = 'green'\n")
    await eventually(pool, profiles, "import house_colours; house_colours.WALL", "green")
    assert result_of(await under_way) == "white"


async def test_library_that_is_broken_on_disk_for_a_while_keeps_nobody_from_coming_back(
    pool: Pool, library: Path, profiles: Profiles
) -> None:
    await eventually(pool, profiles, "1", 1)
    replace(library, "raise RuntimeError('half installed')\n")
    await asyncio.sleep(1.1)  # the change is looked for once in a second
    waiting = asyncio.create_task(
        pool.run(execution("import house_colours; house_colours.WALL", profile="house"))
    )
    await asyncio.sleep(0.5)
    replace(library, "WALL = 'blue'\n")
    assert result_of(await waiting) == "blue"


async def test_profile_that_was_edited_counts_for_the_next_run(
    pool: Pool, profiles: Profiles, tmp_path: Path
) -> None:
    await eventually(pool, profiles, "1", 1)
    replace(
        tmp_path / "house.toml",
        PROFILE.replace("restricted = false", 'restricted = true\nimports = ["math"]'),
    )
    outcome = await pool.run(execution("import json", profile=profiles.choose(None).name))
    assert outcome.status == "rejected"
    await eventually(pool, profiles, "import math; math.floor(2.5)", 2)


async def test_profile_that_was_edited_wrongly_stays_as_it_was(
    pool: Pool, profiles: Profiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    replace(tmp_path / "house.toml", PROFILE.replace("restricted", "restrained"))
    await eventually(pool, profiles, "import json; json.loads('1')", 1)
    assert "the profile stays as it was" in caplog.text
    assert "'restrained'" in caplog.text


async def test_profile_with_other_libraries_gets_a_template_of_its_own(
    pool: Pool, profiles: Profiles, tmp_path: Path
) -> None:
    await eventually(pool, profiles, "import house_colours; house_colours.WALL", "white")
    replace(tmp_path / "house.toml", PROFILE.replace('"house-colours"', "").replace('"house_colours"', ""))
    code = "import importlib.util; importlib.util.find_spec('house_colours') is None"
    await eventually(pool, profiles, code, True)
