"""Ordinary programs run unchanged and compute what they compute under plain Python."""

from __future__ import annotations

import pytest

from guest.policy.programs import all_programs
from guest.policy.running import Profile, run_plain, run_under

PROGRAMS = all_programs()


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_ordinary_program_computes_the_same_under_the_policy(name: str, moderate: Profile) -> None:
    assert run_under(PROGRAMS[name], moderate) == run_plain(PROGRAMS[name])


def test_there_are_at_least_two_hundred_ordinary_programs() -> None:
    assert len(PROGRAMS) >= 200
