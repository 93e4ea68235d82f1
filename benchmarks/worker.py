"""What a fresh isolated worker costs: request to answer, a fit, a whole tool call over stdio, memory."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path

from mcp import Client, StdioServerParameters
from measure import show

from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job

ROUNDS = 100

FIT = """
import numpy as np
from sklearn.linear_model import LogisticRegression
random = np.random.default_rng(0)
x = random.normal(size=(1000, 10)); y = (x[:, 0] + random.normal(size=1000)) > 0
LogisticRegression().fit(x, y)
"""


async def main() -> None:
    """Measure on a pool of this process, then over stdio."""
    pool = Pool(load_profiles("permissive"), Limits(), parked=2, running=2, waiting=16)
    await pool.start()
    show("fresh worker, `1 + 1`, at 10 requests a second", await _paced(pool, "1 + 1"))
    show("fresh worker, `1 + 1`, back to back", [await _timed(pool, "1 + 1") for _ in range(ROUNDS)])
    inside = show("LogisticRegression on 1000 × 10, in this process", _fit_here())
    show("the same in a fresh worker, twice a second", await _paced(pool, FIT, 0.5, ROUNDS // 4), inside)
    plain, rehearsed = await _parked_mb()
    print(
        f"{'parked worker, memory of its own':<58} {plain:12.1f} MiB   (the one that rehearsed {rehearsed:.1f} MiB)"
    )
    await pool.close()
    await _over_stdio()


async def _timed(pool: Pool, code: str) -> float:
    job = Job(kind="execute", request={"code": code}, profile="permissive", limits=Limits())
    began = time.perf_counter()
    outcome = await pool.run(job)
    assert outcome.status == "ok", outcome.error
    return time.perf_counter() - began


async def _paced(pool: Pool, code: str, pause_s: float = 0.1, rounds: int = ROUNDS) -> list[float]:
    times = []
    for _ in range(rounds):
        times.append(await _timed(pool, code))
        await asyncio.sleep(pause_s)
    return times


def _fit_here() -> list[float]:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        exec(FIT, {})  # the same program, with everything imported
        times.append(time.perf_counter() - began)
    return times[1:]


async def _parked_mb() -> tuple[float, float]:
    """Least and most private memory of the processes two levels of namespaces down: the workers."""
    await asyncio.sleep(2)
    private = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            levels = re.search(r"^NSpid:(.*)$", status.read_text(), re.MULTILINE)
            if levels is not None and len(levels[1].split()) == 3:
                kib = dict(
                    re.findall(
                        r"^(\w+):\s+(\d+) kB", (status.parent / "smaps_rollup").read_text(), re.MULTILINE
                    )
                )
                private.append((int(kib["Private_Clean"]) + int(kib["Private_Dirty"])) / 1024)
        except OSError:
            continue
    return min(private), max(private)


async def _over_stdio() -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "mcp_pyexec", "serve"])
    async with Client(server) as client:
        await client.call_tool("execute_code", {"code": "1 + 1"})
        calls = {"list": [], "execute": [], "validate": [], "again": []}  # type: ignore[var-annotated]
        for number in range(ROUNDS):
            program = f"y = {number}\n" + "x = [i * 2 for i in range(10)]\n" * 99
            for name, tool, arguments in (
                ("list", "manage_session", {"action": "list"}),
                ("execute", "execute_code", {"code": "1 + 1"}),
                ("validate", "validate_code", {"code": program}),
                ("again", "validate_code", {"code": program}),
            ):
                began = time.perf_counter()
                result = await client.call_tool(tool, arguments)
                calls[name].append(time.perf_counter() - began)
                assert not result.is_error, result
                await asyncio.sleep(0.05)
    trivial = show("stdio: a trivial tool call (list sessions)", calls["list"])
    median = show("stdio: execute_code('1 + 1')", calls["execute"])
    print(f"{'       of that, above the trivial call':<58} p50 {(median - trivial) * 1e3:8.2f} ms")
    show("stdio: validate_code, 100 lines, seen for the first time", calls["validate"])
    show("stdio: validate_code, the same lines again", calls["again"])


if __name__ == "__main__":
    asyncio.run(main())
