"""Runs back to back: what grows on the host. `python benchmarks/soak.py 20000` for the long form."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job

RUNS = 2_000
WARM_UP = 200
REPORTS = 5

CODE = (
    "sum(range(1000))",
    "open('x', 'w').write('x' * 10_000)\nprint('written')",
    "raise ValueError('no')",
    "import ctypes; ctypes.string_at(0)",
)
"""Ends of several kinds: a value, a file and output, an exception, a crash."""


@dataclass(frozen=True)
class Host:
    """What a leak would make grow; memory in MiB."""

    own_mb: float
    jail_mb: float
    descriptors: int
    processes: int
    mounts: int
    temporary_files: int


async def main(runs: int) -> None:
    """Print what the host has before, on the way, and after."""
    pool = Pool(load_profiles("permissive"), Limits(), parked=2, running=2, waiting=8)
    await pool.start()
    await _run(pool, WARM_UP)
    first = await _look()
    print(
        f"{'runs':>8} {'server MiB':>11} {'jail MiB':>9} {'descriptors':>12} "
        f"{'processes':>10} {'mounts':>7} {'files':>6}"
    )
    _show(0, first)
    started = time.monotonic()
    for part in range(1, REPORTS + 1):
        await _run(pool, runs // REPORTS)
        _show(part * (runs // REPORTS), await _look())
    last, seconds = await _look(), time.monotonic() - started
    await pool.close()
    growth = {name: getattr(last, name) - getattr(first, name) for name in first.__dataclass_fields__}
    print(f"growth over {runs:,} runs ({runs / seconds:.0f} a second): ", end="")
    print(", ".join(f"{name} {value:+.1f}" for name, value in growth.items()))
    print(f"after closing: {len(_descendants())} processes left")


async def _run(pool: Pool, count: int) -> None:
    """Two clients, each its share."""

    async def client(first: int) -> None:
        for n in range(first, count, 2):
            request = {"code": CODE[n % len(CODE)], "return_variables": []}
            await pool.run(
                Job(kind="execute", request=request, profile="permissive", limits=Limits(wall_s=10))
            )

    await asyncio.gather(client(0), client(1))


async def _look() -> Host:
    """Look when the pool has parked its workers again, or what is being replaced would count as growth."""
    counts: list[int] = []
    while len(counts) < 5 or len(set(counts[-5:])) > 1:
        counts.append(len(_descendants()))
        await asyncio.sleep(0.1)
    children = _descendants()
    template = max(children, key=_resident_mb)
    return Host(
        own_mb=_resident_mb(os.getpid()),
        jail_mb=_resident_mb(template),
        descriptors=len(list(Path("/proc/self/fd").iterdir())) + _descriptors(template),
        processes=len(children),
        mounts=len(Path("/proc/self/mountinfo").read_text().splitlines()),
        temporary_files=len(list(Path("/tmp").iterdir())),
    )


def _show(runs: int, host: Host) -> None:
    print(
        f"{runs:>8} {host.own_mb:>11.1f} {host.jail_mb:>9.1f} {host.descriptors:>12} {host.processes:>10} "
        f"{host.mounts:>7} {host.temporary_files:>6}"
    )


def _descendants() -> list[int]:
    """Return the pids of all processes below this one."""
    found, waiting = [], [os.getpid()]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                children = [int(pid) for pid in task.read_text().split()]
            except OSError:
                continue
            found += children
            waiting += children
    return found


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return 0.0


def _descriptors(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else RUNS))
