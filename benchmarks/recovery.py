"""The template is killed under the load of four clients: how long until runs succeed again, and what clients get."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections import Counter
from pathlib import Path

from mcp_pyexec.errors import PyexecError
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job

CLIENTS, KILLS, BEFORE_S = 4, 3, 2.0


async def main() -> None:
    """Kill the template a few times while four clients add numbers."""
    pool = Pool(load_profiles("moderate"), Limits(), parked=4, running=4, waiting=16)
    await pool.start()
    await pool.warm()
    numbers, answers, stop = itertools.count(), Counter[str](), asyncio.Event()
    answered_at: list[tuple[float, float]] = []

    async def client() -> None:
        while not stop.is_set():
            number, asked = next(numbers), time.monotonic()
            answers[await _answer(pool, number)] += 1
            answered_at.append((asked, time.monotonic()))

    clients = [asyncio.create_task(client()) for _ in range(CLIENTS)]
    gaps = []
    for _ in range(KILLS):
        await asyncio.sleep(BEFORE_S)
        killed = time.monotonic()
        _kill_templates()
        while not (after := [end for asked, end in answered_at if asked > killed]):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        gaps.append(after[0] - killed)
    stop.set()
    await asyncio.gather(*clients)
    await pool.close()
    worst = max(gaps)
    print(
        f"template killed under load, until runs succeed again       worst {worst:8.2f} s   of {KILLS} (target: ≤ 2)"
    )
    print(f"answers: {', '.join(f'{count} {kind}' for kind, count in answers.most_common())}")


async def _answer(pool: Pool, number: int) -> str:
    job = Job(kind="execute", request={"code": f"{number} + 1"}, profile="moderate", limits=Limits())
    try:
        outcome = await pool.run(job)
    except PyexecError as error:
        return f"lost ({error})"
    if outcome.status != "ok":
        return f"told that the template ended ({outcome.status})"
    return "right" if outcome.values["result"]["text/plain"] == str(number + 1) else "wrong"


def _kill_templates() -> None:
    for task in Path("/proc/self/task").glob("*/children"):
        for pid in task.read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "bwrap":
                os.kill(int(pid), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main())
