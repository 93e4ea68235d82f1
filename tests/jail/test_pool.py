"""The pool: turns, the waiting line, and the loss of a template or a worker."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jailed import execution, result_of, run
from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits


@pytest.fixture
async def own_pool() -> AsyncIterator[Pool]:
    pool = Pool(load_profiles("strict"), Limits(), parked=1, running=1, waiting=1)
    await pool.start()
    yield pool
    await pool.close()


def template_pids() -> list[int]:
    """Our own children that are bubblewrap."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "bwrap"]


async def test_runs_at_the_same_time_do_not_see_each_other(pool: Pool) -> None:
    codes = [f"import time; open('x', 'w').write('{n}'); time.sleep(.2); open('x').read()" for n in range(4)]
    outcomes = await asyncio.gather(*(run(pool, code) for code in codes))
    assert [result_of(outcome) for outcome in outcomes] == ["0", "1", "2", "3"]


async def test_full_waiting_line_is_busy(own_pool: Pool) -> None:
    slow = execution("import math\nwhile True: pass", Limits(wall_s=2), profile="strict")
    waiting = [asyncio.create_task(own_pool.run(slow)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(RequestError) as refused:
        await own_pool.run(slow)
    assert refused.value.code == "busy"
    assert [outcome.status for outcome in await asyncio.gather(*waiting)] == ["limit", "limit"]


async def test_cancelled_run_gives_its_turn_back(own_pool: Pool) -> None:
    task = asyncio.create_task(own_pool.run(execution("while True: pass", profile="strict")))
    await own_pool.run(execution("1", profile="strict")) if task.done() else None
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert result_of(await own_pool.run(execution("1 + 1", profile="strict"))) == 2


async def test_killed_template_is_replaced(own_pool: Pool) -> None:
    assert result_of(await own_pool.run(execution("1 + 1", profile="strict"))) == 2
    before = template_pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert result_of(await own_pool.run(execution("2 + 2", profile="strict"))) == 4


async def test_run_whose_template_was_killed_says_so_and_not_that_it_used_too_much(own_pool: Pool) -> None:
    started = asyncio.Event()

    async def on_progress(_fraction: float, _message: str) -> None:
        started.set()

    code = "progress(0.5, 'on the way')\nwhile True: pass"
    running = asyncio.create_task(own_pool.run(execution(code, profile="strict", on_progress=on_progress)))
    await asyncio.wait_for(started.wait(), 60)
    for pid in template_pids():
        os.kill(pid, signal.SIGKILL)
    outcome = await running
    assert outcome.error is not None
    assert (outcome.status, outcome.error["message"]) == (
        "crashed",
        "The jail's template ended while the code ran, and the run with it.",
    )
    assert result_of(await own_pool.run(execution("2 + 2", profile="strict"))) == 4


PROGRAM = """
import asyncio, os, sys
sys.path.insert(0, {tests!r})
from jailed import execution
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits

async def once():
    pool = Pool(load_profiles("strict"), Limits(), parked=2, running=2, waiting=4)
    await pool.start()
    await asyncio.gather(*(pool.run(execution("1", profile="strict")) for _ in range(4)))
    await pool.close()
    return len(os.listdir("/proc/self/fd")), open(f"/proc/self/task/{{os.getpid()}}/children").read()

async def main():
    return [await once() for _ in range(3)]

print(asyncio.run(main()))
"""


def test_closed_pool_leaves_no_process_and_no_descriptor() -> None:
    program = PROGRAM.format(tests=str(Path(__file__).parents[1]))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, *later = ast.literal_eval(done.stdout)
    assert first[1] == ""
    assert later == [first, first]
