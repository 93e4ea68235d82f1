"""Messages of a worker that say what no honest worker would."""

from __future__ import annotations

import json

import pytest

from jailed import execution, result_of, run
from mcp_pyexec.doctor import Canaries
from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail import Pool
from mcp_pyexec.jail.wire import checked

OUTCOME: dict[str, object] = {"op": "outcome", "status": "ok", "values": {}, "error": None, "attachments": []}


def forge(message: object, data: bytes = b"") -> str:
    body = json.dumps(message).encode()
    frame = len(body).to_bytes(4, "big") + len(data).to_bytes(8, "big") + body + data
    return f"import os, time\nframe = {frame!r}\nwhile frame:\n    frame = frame[os.write(3, frame):]\ntime.sleep(30)"


def file(name: object, size: object = 0, kind: str = "file", mime: object = "a/b") -> dict[str, object]:
    return {"kind": kind, "name": name, "mime": mime, "size": size}


POISON = {
    "an-artifact-in-the-parent-folder": {**OUTCOME, "attachments": [file("../x")]},
    "an-artifact-with-a-nul": {**OUTCOME, "attachments": [file("a\0b")]},
    "an-artifact-with-a-newline": {**OUTCOME, "attachments": [file("a\nb")]},
    "an-artifact-with-a-backslash": {**OUTCOME, "attachments": [file("..\\x")]},
    "an-artifact-that-is-hidden": {**OUTCOME, "attachments": [file(".bashrc")]},
    "an-artifact-with-an-empty-part": {**OUTCOME, "attachments": [file("a//b")]},
    "an-artifact-of-a-negative-size": {**OUTCOME, "attachments": [file("a", -1)]},
    "an-artifact-of-a-fractional-size": {**OUTCOME, "attachments": [file("a", 0.5)]},
    "an-artifact-of-a-true-size": {**OUTCOME, "attachments": [file("a", True)]},
    "an-artifact-of-no-kind": {**OUTCOME, "attachments": [file("a", 0, "link")]},
    "an-artifact-of-a-strange-type": {**OUTCOME, "attachments": [file("a", 0, mime="text/html\r\nX: y")]},
    "an-attachment-that-is-a-number": {**OUTCOME, "attachments": [5]},
    "tables-without-end": {**OUTCOME, "attachments": [file(f"t{n}", 0, "table") for n in range(1000)]},
    "values-that-are-a-list": {**OUTCOME, "values": []},
    "a-status-of-the-hosts": {**OUTCOME, "status": "crashed", "error": {}},
    "a-key-too-many": {**OUTCOME, "layers": ["all of them"]},
    "a-template-that-exits": {"op": "exited", "id": 1, "code": 0, "signal": None, "cpu_s": 0},
    "a-template-that-is-unfit": {"op": "unfit", "reason": "x"},
    "a-second-ready": {"op": "ready", "layers": ["seccomp"]},
    "a-second-start": {"op": "started"},
    "a-call-with-a-list": {"op": "call", "name": "query_sql", "arguments": []},
    "a-name-that-is-a-number": {"op": "call", "name": 5, "arguments": {}},
    "an-op-that-is-an-object": {"op": {}},
}


@pytest.mark.parametrize("technique", POISON)
async def test_escape_by_a_poisoned_frame_is_stopped_by_frames(
    pool: Pool, canaries: Canaries, technique: str
) -> None:
    outcome = await run(pool, forge(POISON[technique]))
    assert (outcome.status, outcome.files, outcome.tables) == ("crashed", (), {})
    assert await canaries.harm(outcome) == []
    assert result_of(await run(pool, "1 + 1")) == 2


async def test_forged_answer_speaks_for_its_own_run_only(pool: Pool) -> None:
    outcome = await run(pool, forge({**OUTCOME, "values": {"result": {"text/plain": "forged"}}}))
    assert (outcome.status, outcome.values) == ("ok", {"result": {"text/plain": "forged"}})
    assert len(outcome.layers) > 0
    assert outcome.metrics.wall_s > 0
    assert result_of(await run(pool, "1 + 1")) == 2


async def test_progress_reaches_the_caller_no_faster_than_it_can_follow(pool: Pool) -> None:
    told: list[float] = []

    async def tell(fraction: float, message: str) -> None:
        told.append(fraction)

    body = b'{"op":"progress","fraction":7,"message":"x"}'
    flood = f"import os\nos.write(3, {len(body).to_bytes(4, 'big') + bytes(8) + body!r} * 500)\nNone"
    outcome = await pool.run(execution(flood, on_progress=tell))
    assert (outcome.status, set(told), len(told) < 100) == ("ok", {1.0}, True)


async def test_honest_progress_may_be_reported_in_every_turn_of_a_loop(pool: Pool) -> None:
    outcome = await run(pool, "for n in range(100_000): progress(n / 100_000)\nNone")
    assert (outcome.status, outcome.error) == ("ok", None)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_number_that_is_no_json_is_a_broken_frame(number: str) -> None:
    with pytest.raises(SandboxFault, match="broken-frame"):
        checked(f'{{"op":"progress","fraction":{number},"message":""}}'.encode())


def test_half_a_surrogate_pair_becomes_text_that_can_be_sent() -> None:
    body = b'{"op":"progress","fraction":1,"message":"\\ud800 \\ud83d\\ude00 \\\\ud800"}'
    assert checked(body) == ("progress", {"fraction": 1, "message": "? \U0001f600 \\ud800"})


@pytest.mark.parametrize(
    "body", [b'{"op":"warm"}\xed\xa0\x80', '{"op":"warm"}'.encode("utf-16"), b"\xef\xbb\xbf{}"]
)
def test_bytes_that_are_not_utf_8_are_a_broken_frame(body: bytes) -> None:
    with pytest.raises(SandboxFault, match="broken-frame"):
        checked(body)
