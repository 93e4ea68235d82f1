"""Fresh workers a second with four clients, against a bare loop of clone and exit with the same imports."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job

SANDBOX = Path(__file__).parents[1] / "sandbox"
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
CLIENTS, SECONDS = 4, 6.0
JOB = Job(kind="execute", request={"code": "1 + 1"}, profile="moderate", limits=Limits())


def main() -> None:
    """Alternate the two, twice."""
    bare, ours = [], []
    for _ in range(2):
        told = subprocess.run(
            [sys.executable, __file__, "bare"],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )
        bare.append(float(told.stdout))
        ours.append(asyncio.run(_workers_a_second()))
    print(f"bare clone and exit, same imports and namespaces           {max(bare):8.1f} a second")
    best, ratio = max(ours), max(ours) / max(bare)
    print(
        f"fresh workers, {CLIENTS} clients (target: ratio ≥ 0.70)            {best:8.1f} a second   ratio {ratio:.2f}"
    )


async def _workers_a_second() -> float:
    pool = Pool(load_profiles("moderate"), Limits(), parked=4, running=4, waiting=16)
    await pool.start()
    await pool.run(JOB)
    done = 0
    began = time.perf_counter()

    async def client() -> None:
        nonlocal done
        while time.perf_counter() - began < SECONDS:
            assert (await pool.run(JOB)).status == "ok"
            done += 1

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    elapsed = time.perf_counter() - began
    await pool.close()
    return done / elapsed


def _bare() -> None:
    """Clone into the same namespaces and exit at once, one after another, in a process with the template's imports."""
    sys.path.insert(0, str(SANDBOX / "guest"))
    from pyexec_guest import kernel, warm

    profile = tomllib.loads((SANDBOX / "profiles" / "moderate.toml").read_text("utf-8"))
    warm.preload(profile["preload"], [profile])
    gc.freeze()
    kernel.collapse_memory()
    done = 0
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        pid, pidfd = kernel.clone_into_namespaces(kernel.CLONE_NEWALL)
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        os.close(pidfd)
        done += 1
    print(done / (time.perf_counter() - began))


if __name__ == "__main__":
    _bare() if sys.argv[-1] == "bare" else main()
