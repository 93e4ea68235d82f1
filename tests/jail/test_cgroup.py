"""The server's cgroup, divided: who is moved where, and that everything is as before afterwards.

Runs where root has a cgroup v2 hierarchy. Which controllers it has differs from machine to machine: what needs one
of memory, pids or cpu says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_pyexec.jail.cgroup import CONTROLLERS

HIERARCHY = next(
    (
        folder
        for folder in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
        if (folder / "cgroup.controllers").exists() and os.access(folder / "cgroup.subtree_control", os.W_OK)
    ),
    None,
)
if HIERARCHY is None:
    pytest.skip("needs root and a writable cgroup v2 hierarchy", allow_module_level=True)

AVAILABLE = (HIERARCHY / "cgroup.controllers").read_text().split()
PROGRAM = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from mcp_pyexec.jail import cgroup, Pool, load_profiles
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job

controllers = sys.argv[2].split()
cgroup.find_cgroup.__defaults__ = cgroup.Cgroup.__init__.__defaults__ = (controllers,)
own = cgroup.find_cgroup()
assert own == Path(sys.argv[1]), own

async def main():
    limits = Limits(memory_mb=64, processes=8, disk_mb=8)
    pool = Pool(load_profiles("strict"), limits, parked=1, running=1, waiting=1)
    await pool.start()
    for code in ("1 + 1", *sys.argv[3:]):
        job = Job(kind="execute", request={"code": code}, profile="permissive", limits=limits)
        outcome = await pool.run(job)
        print(outcome.status, (outcome.error or {}).get("limit"), "cgroup" in outcome.layers, flush=True)
    workers = [path for path in (own / "workers").iterdir() if path.is_dir()]
    print("workers' cgroups:", 0 < len(workers) <= 3)
    print("server in its leaf:", Path("/proc/self/cgroup").read_text().strip().endswith("/server"))
    await pool.close()
    print("afterwards:", sorted(p.name for p in own.iterdir() if p.is_dir()))

asyncio.run(main())
"""


@pytest.fixture
def own_cgroup() -> Iterator[Path]:
    assert HIERARCHY is not None
    enabled = (HIERARCHY / "cgroup.subtree_control").read_text().split()
    for name in AVAILABLE:
        if name not in enabled:
            (HIERARCHY / "cgroup.subtree_control").write_text(f"+{name}")
    folder = HIERARCHY / f"pyexec-test-{os.getpid()}"
    folder.mkdir()
    yield folder
    for inner in sorted(folder.rglob("*/"), reverse=True):
        if inner.is_dir():
            inner.rmdir()
    folder.rmdir()


def run_in(folder: Path, controllers: str, *code: str) -> list[str]:
    """Run the program in a cgroup; it joins before it starts Python."""
    join = f'echo $$ > "{folder}/cgroup.procs" && exec "$@"'
    argv = ["/bin/sh", "-c", join, "sh", sys.executable, "-c", PROGRAM, str(folder), controllers, *code]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_worker_has_a_cgroup_and_nothing_is_left_of_it(own_cgroup: Path) -> None:
    if not AVAILABLE:
        pytest.skip("needs a cgroup v2 hierarchy with any controller")
    assert run_in(own_cgroup, AVAILABLE[0]) == [
        "ok None True",
        "workers' cgroups: True",
        "server in its leaf: True",
        "afterwards: []",
    ]


def test_cgroup_with_a_stranger_in_it_is_left_alone(own_cgroup: Path) -> None:
    if not AVAILABLE:
        pytest.skip("needs a cgroup v2 hierarchy with any controller")
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        (own_cgroup / "cgroup.procs").write_text(str(stranger.pid))
        join = f'echo $$ > "{own_cgroup}/cgroup.procs" && exec "$@"'
        program = (
            "from pathlib import Path; from mcp_pyexec.jail.cgroup import Cgroup\n"
            f"try: Cgroup(Path({str(own_cgroup)!r}), [{AVAILABLE[0]!r}])\nexcept OSError as error: print(error)"
        )
        argv = ["/bin/sh", "-c", join, "sh", sys.executable, "-c", program]
        said = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout
    finally:
        stranger.kill()
        stranger.wait()
    assert said == "1 processes that are not the server's are in its cgroup\n"
    assert not [path for path in own_cgroup.iterdir() if path.is_dir()]


@pytest.mark.skipif("memory" not in AVAILABLE, reason="needs the memory controller in cgroup v2")
def test_memory_past_the_cgroups_limit_is_a_memory_limit(own_cgroup: Path) -> None:
    fill = "import mmap\nm = mmap.mmap(-1, 400 << 20)\nfor at in range(0, 400 << 20, 4096): m[at] = 1"
    assert run_in(own_cgroup, " ".join(CONTROLLERS), fill)[:2] == ["ok None True", "limit memory True"]
