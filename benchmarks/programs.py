"""Share of ordinary programs that run unchanged in the jail under `moderate` and give the answer of plain CPython.

The programs are those of `tests/guest/policy/programs`. Each runs once in this process as plain Python, in an empty
folder, and once through the pool; what it printed and the repr of its `result` are compared. To reach: 99 %.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import io
import os
import sys
import tempfile
import types
import warnings
from pathlib import Path

from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Job

PROGRAMS = Path(__file__).parent.parent / "tests" / "guest" / "policy" / "programs"
SHOWN = "\nresult = repr(result)"


def main() -> int:
    """Print the share and what differs; return 0 if it is reached."""
    os.environ["JOBLIB_MULTIPROCESSING"] = "0"  # as in the jail, where there are no child processes
    programs = dict(part.split("\n", 1) for path in sorted(PROGRAMS.glob("*.txt")) for part in _parts(path))
    answers = asyncio.run(_in_the_jail(programs))
    differing = [name for name, source in programs.items() if answers[name] != _plainly(source)]
    for name in differing:
        print(f"differs: {name}: {answers[name][0][:200]}")
    same = len(programs) - len(differing)
    print(
        f"{same} of {len(programs)} programs give the same answer: {same / len(programs):.1%}   to reach: 99 %"
    )
    return int(same / len(programs) < 0.99)


def _parts(path: Path) -> list[str]:
    return path.read_text("utf-8").split("# --- ")[1:]


async def _in_the_jail(programs: dict[str, str]) -> dict[str, tuple[str, str]]:
    limits = Limits(wall_s=60, cpu_s=60)
    pool = Pool(load_profiles("moderate"), limits, parked=2, running=2, waiting=4)
    await pool.start()
    answers = {}
    for name, source in programs.items():
        job = Job(kind="execute", request={"code": source + SHOWN}, profile="moderate", limits=limits)
        outcome = await pool.run(job)
        shown = (outcome.values.get("result") or {}).get("text/plain") or str(outcome.error)
        answers[name] = (str(shown), outcome.stdout.text)
    await pool.close()
    return answers


def _plainly(source: str) -> tuple[str, str]:
    program = types.ModuleType("__main__")
    vars(program)["__builtins__"] = builtins
    mine, output, where = sys.modules["__main__"], io.StringIO(), Path.cwd()
    sys.modules["__main__"] = program
    sys.argv = ["program.py"]
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            os.chdir(folder)
            exec(compile(source + SHOWN, "<code>", "exec", dont_inherit=True), vars(program))
            os.chdir(where)
    finally:
        os.chdir(where)
        sys.modules["__main__"] = mine
    return str(vars(program)["result"]), output.getvalue()


if __name__ == "__main__":
    sys.exit(main())
