"""The made-up `/proc` of a worker: the few files that ordinary libraries read, and no process.

Written once by the template, in its own private memory; every clone has them read-only in the place of the real
one. `self/maps` is the template's, which a clone shares; it names places in the jail only.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["FOLDER", "record_maps", "write"]

FOLDER = Path("/tmp/proc")  # noqa: S108 - the template's own, never a worker's


def write() -> None:
    """Write the files that do not change."""
    (FOLDER / "self").mkdir(parents=True)
    cores = range(len(os.sched_getaffinity(0)))
    (FOLDER / "cpuinfo").write_text(
        "".join(f"processor\t: {core}\ncore id\t\t: {core}\n\n" for core in cores)
    )
    total_kb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024
    lines = (f"{name}:{total_kb:>16} kB\n" for name in ("MemTotal", "MemFree", "MemAvailable"))
    (FOLDER / "meminfo").write_text("".join(lines))
    record_maps()


def record_maps() -> None:
    """Write `self/maps` again, after the imports."""
    (FOLDER / "self" / "maps").write_bytes(Path("/proc/self/maps").read_bytes())
