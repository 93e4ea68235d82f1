"""Profiles: bundled, and of the operator's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from jailed import result_of, run
from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits

HOUSE = """
base = "moderate"
name = "house"
description = "moderate with half the memory"
imports = ["math", "json"]

[ceilings]
memory_mb = 256
timeout_s = 10
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    path = tmp_path / "house.toml"
    path.write_text(HOUSE, "utf-8")
    return path


def test_custom_profile_is_its_base_with_what_differs(house: Path) -> None:
    profiles = load_profiles(str(house))
    own, base = profiles.choose(None), load_profiles("moderate").choose("moderate")
    assert (own.name, own.order, own.document["imports"]) == ("house", base.order, ["math", "json"])
    assert own.template_key == base.template_key


def test_custom_profile_lowers_ceilings_and_raises_none(house: Path) -> None:
    own = load_profiles(str(house)).choose(None)
    limited = own.limited(Limits(wall_s=30, memory_mb=128))
    assert (limited.wall_s, limited.memory_mb) == (10, 128)


def test_under_a_custom_profile_its_base_is_not_to_be_had(house: Path) -> None:
    profiles = load_profiles(str(house))
    assert profiles.choose("strict").name == "strict"
    for name in ("moderate", "permissive"):
        with pytest.raises(RequestError) as refused:
            profiles.choose(name)
        assert refused.value.code == "profile-not-allowed"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("imports", "import"), "no key 'import'. Did you mean 'imports'"),
        (('imports = ["math", "json"]', 'imports = "math"'), "'imports' must be a list of texts"),
        (('name = "house"', ""), "lacks the key 'name'"),
        (('name = "house"', 'name = "strict"'), "'strict' is the name of a bundled profile"),
        (('"moderate"\n', '"modrate"\n'), "Did you mean 'moderate'"),
        (("memory_mb", "memory"), "no ceiling 'memory'. Did you mean 'memory_mb'"),
        (("256", "0"), "'memory_mb' must be a number above zero"),
        (("[ceilings]", 'files = "all"\n[ceilings]'), "'files' must be one of 'none', 'working-directory'"),
        (("[ceilings]", "files = true\n[ceilings]"), "'files' must be text"),
        (("[ceilings]", "order = 7\n[ceilings]"), "'order' cannot be chosen"),
        (("[ceilings]", "[ceilings"), "could not be read"),
    ],
)
def test_fault_in_a_custom_profile_is_named(house: Path, change: tuple[str, str], says: str) -> None:
    house.write_text(HOUSE.replace(*change), "utf-8")
    with pytest.raises(ConfigError, match=r"house\.toml") as refused:
        load_profiles(str(house))
    assert says in str(refused.value)


def test_profile_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_profiles("/nowhere.toml")


WRITES = """
import os
try:
    with open("/work/out.txt", "w") as stream:
        stream.write("x" * 10)
    kept = "written"
except OSError as error:
    kept = type(error).__name__
kept, os.path.getsize("/work/out.txt")
"""


async def test_a_profile_without_files_and_without_a_policy_puts_no_byte_into_one(tmp_path: Path) -> None:
    path = tmp_path / "bare.toml"
    path.write_text('base = "permissive"\nname = "bare"\ndescription = "no files"\nfiles = "none"\n', "utf-8")
    pool = Pool(load_profiles(str(path)), Limits(), parked=1, running=1, waiting=4)
    await pool.start()
    try:
        assert result_of(await run(pool, WRITES, profile="bare")) == ["OSError", 0]
        assert result_of(await run(pool, WRITES, profile="permissive")) == ["written", 10]
    finally:
        await pool.close()


async def test_a_traceback_shows_the_program_and_the_libraries_functions_and_nothing_of_the_guards(
    tmp_path: Path,
) -> None:
    pool = Pool(load_profiles("moderate"), Limits(), parked=1, running=1, waiting=4)
    await pool.start()
    code = "import numpy as np\ndef load(name):\n    return np.loadtxt(name)\npath = '/etc/' + 'passwd'\nload(path)"
    try:
        outcome = await run(pool, code, profile="moderate")
    finally:
        await pool.close()
    assert outcome.error is not None
    assert outcome.error["traceback"].splitlines() == [
        "Traceback (most recent call last):",
        "  line 5, in <module>",
        "    load(path)",
        "  line 3, in load",
        "    return np.loadtxt(name)",
        "PolicyFileError: `/etc/passwd` is outside the working directory.",
    ]
