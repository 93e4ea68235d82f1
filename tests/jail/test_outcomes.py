"""How a run ends, and that the next one is not touched by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jailed import QUICK, result_of, run
from mcp_pyexec.jail import Pool


async def test_result_is_the_value_of_the_last_expression(pool: Pool) -> None:
    assert result_of(await run(pool, "x = 20\nx + 22")) == 42


async def test_result_falls_back_to_the_variable_named_result(pool: Pool) -> None:
    assert result_of(await run(pool, "result = [1, 2]")) == [1, 2]


async def test_fresh_worker_has_nothing_of_the_run_before(pool: Pool) -> None:
    await run(pool, "import math; math.leak = 1; leak = 1; open('leak.txt', 'w').write('x')")
    seen = await run(pool, "import math, os; [hasattr(math, 'leak'), 'leak' in globals(), os.listdir('.')]")
    assert result_of(seen) == [False, False, []]


async def test_traceback_shows_the_users_lines_and_no_path(pool: Pool) -> None:
    outcome = await run(pool, "import json\ndef load(text):\n    return json.loads(text)\nload('{')")
    assert outcome.status == "raised"
    assert outcome.error is not None
    assert outcome.error["line"] == 3
    assert outcome.error["type"] == "JSONDecodeError"
    assert outcome.error["category"] == "value"
    assert "return json.loads(text)" in outcome.error["traceback"]
    assert "in loads (library)" in outcome.error["traceback"]
    assert "/" not in outcome.error["traceback"]


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("while True: pass", "wall"),
        ("import time\ntry:\n    time.sleep(60)\nexcept BaseException:\n    pass\nwhile True: pass", "wall"),
        ("import numpy as np\na = np.ones((5000, 5000))\nwhile True: a @ a", "wall"),
        ("x = bytearray(900 << 20)", "memory"),
        ("x = []\nwhile True: x.append('a' * 1_000_000)", "memory"),
        ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "output"),
        ("files = [open('/dev/null') for _ in range(1000)]", "files"),
        ("open('big', 'wb').write(b'x' * (80 << 20))", "disk"),
        ("import os\nos.fork()", "processes"),
        (
            "import threading, time\nfor _ in range(500): threading.Thread(target=time.sleep, args=(9,)).start()",
            "processes",
        ),
    ],
)
async def test_limit_ends_the_run_with_its_name(pool: Pool, code: str, limit: str) -> None:
    limits = replace(QUICK, wall_s=1.5, flood_bytes=1 << 22, memory_mb=768 if "numpy" in code else 512)
    outcome = await run(pool, code, limits)
    assert outcome.status == "limit"
    assert outcome.error is not None
    assert (outcome.error["category"], outcome.error["limit"]) == ("limit", limit)
    assert outcome.error["hint"]
    assert result_of(await run(pool, "1 + 1")) == 2


async def test_cpu_limit_ends_the_run_with_its_name(pool: Pool) -> None:
    outcome = await run(pool, "while True: pass", replace(QUICK, cpu_s=0.5))
    assert outcome.status == "limit"
    assert outcome.error is not None
    assert outcome.error["limit"] == "cpu"


async def test_output_before_the_wall_is_kept(pool: Pool) -> None:
    outcome = await run(pool, "print('began')\nwhile True: pass", replace(QUICK, wall_s=0.5))
    assert outcome.stdout.text == "began\n"
    assert outcome.metrics.wall_s < 5


async def test_code_may_finish_its_output_when_it_is_interrupted(pool: Pool) -> None:
    code = "import time\ntry:\n    time.sleep(60)\nfinally:\n    print('cleaned up')"
    outcome = await run(pool, code, replace(QUICK, wall_s=0.5))
    assert (outcome.status, outcome.stdout.text) == ("limit", "cleaned up\n")


@pytest.mark.parametrize(
    "code",
    [
        "import ctypes; ctypes.string_at(0)",
        "import os; os._exit(3)",
        "import ctypes; ctypes.CDLL(None).abort()",
        "import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)",
    ],
)
async def test_death_is_an_outcome_and_the_pool_goes_on(pool: Pool, code: str) -> None:
    outcome = await run(pool, code)
    assert outcome.status == "crashed"
    assert result_of(await run(pool, "1 + 1")) == 2


async def test_output_past_the_cap_is_counted_and_does_not_block(pool: Pool) -> None:
    outcome = await run(pool, "print('x' * 1_000_000)", replace(QUICK, output_bytes=1000))
    assert outcome.status == "ok"
    assert (len(outcome.stdout.text), outcome.stdout.bytes_total, outcome.stdout.truncated) == (
        1000,
        1_000_001,
        True,
    )


async def test_metrics_are_measured_by_the_host(pool: Pool) -> None:
    outcome = await run(pool, "x = bytearray(b'x') * (100 << 20)\nsum(range(10**6))")
    assert 95 < outcome.metrics.peak_memory_mb < 220
    assert 0 < outcome.metrics.cpu_s <= outcome.metrics.wall_s * 2 + 0.1


async def test_layers_are_named(pool: Pool) -> None:
    outcome = await run(pool, "1")
    assert outcome.layers == (
        "namespaces",
        "read-only-root",
        "private-tmpfs",
        "no-capabilities",
        "no-new-privileges",
        "rlimits",
        "seccomp",
    )


async def test_exit_with_zero_is_a_good_end_and_another_code_is_not(pool: Pool) -> None:
    assert (await run(pool, "import sys; sys.exit(0)")).status == "ok"
    outcome = await run(pool, "import sys; sys.exit('bad input')")
    assert outcome.status == "raised"
    assert outcome.error is not None
    assert (outcome.error["type"], outcome.error["message"]) == ("SystemExit", "bad input")


@pytest.mark.parametrize(
    "draw", ["import random\nrandom.random()", "import numpy as np\nfloat(np.random.rand())"]
)
async def test_random_numbers_do_not_repeat_from_run_to_run(pool: Pool, draw: str) -> None:
    drawn = {result_of(await run(pool, draw)) for _ in range(3)}
    assert len(drawn) == 3
