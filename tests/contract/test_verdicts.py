"""What is kept of verdicts: by code and profile, bounded, and nothing that is no verdict."""

from __future__ import annotations

from typing import Any, cast

from mcp_pyexec.outcomes import Metrics, Outcome, Status, Stream
from mcp_pyexec.verdicts import Verdicts


def _outcome(status: str = "ok", **values: Any) -> Outcome:
    metrics = Metrics(wall_s=0, cpu_s=0, peak_memory_mb=0, queue_s=0)
    return Outcome(cast(Status, status), values, None, Stream(), Stream(), metrics, ())


def test_a_verdict_is_kept_for_its_code_and_profile_alone() -> None:
    verdicts, outcome = Verdicts(), _outcome(valid=True)
    verdicts.add("x = 1", "moderate", outcome)
    assert verdicts.get("x = 1", "moderate") is outcome
    assert verdicts.get("x = 1", "strict") is None
    assert verdicts.get("x = 2", "moderate") is None


def test_limits_crashes_and_large_verdicts_are_not_kept() -> None:
    verdicts = Verdicts()
    verdicts.add("a", "moderate", _outcome("crashed"))
    verdicts.add("b", "moderate", _outcome("limit"))
    verdicts.add("c", "moderate", _outcome(text="x" * 100_000))
    assert [verdicts.get(code, "moderate") for code in "abc"] == [None] * 3


def test_the_verdict_not_asked_for_longest_makes_room() -> None:
    verdicts = Verdicts()
    for number in range(256):
        verdicts.add(str(number), "moderate", _outcome())
    assert verdicts.get("0", "moderate") is not None
    verdicts.add("one more", "moderate", _outcome())
    assert verdicts.get("0", "moderate") is not None
    assert verdicts.get("1", "moderate") is None


async def test_code_checked_again_gets_the_same_answer_and_another_profile_its_own(call: Any) -> None:
    code = "import numpy\nx = numpy.arange(3)"
    first = await call("validate_code", code=code)
    assert first["valid"] is True
    assert await call("validate_code", code=code) == first
    assert (await call("validate_code", code=code, profile="strict"))["valid"] is False
    assert await call("validate_code", code=code) == first
