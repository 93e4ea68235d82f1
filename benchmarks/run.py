"""Runs every benchmark of this folder and prints one table each; `make bench`.

Figures are medians, compared as ratios within one run: machines are shared and noisy.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run the named benchmarks, or all, each in a process of its own; exit with the worst code."""
    names = sys.argv[1:] or sorted(p.stem for p in HERE.glob("*.py") if p.stem not in {"run", "measure"})
    print(
        f"machine: {_machine()}; Python {platform.python_version()}; Linux {platform.release()}", flush=True
    )
    codes = []
    for name in names:
        print(f"\n## {name}", flush=True)
        codes.append(subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=False).returncode)
    sys.exit(max(codes, key=abs, default=0))


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


if __name__ == "__main__":
    main()
