"""What a session's code can do with a worker that is kept, and what the kernel shows of any worker."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from jailed import execution, result_of, run
from mcp_pyexec.doctor import Canaries
from mcp_pyexec.jail import Pool, Sessions, load_profiles
from mcp_pyexec.limits import Limits

NAMED = "import ctypes\nctypes.CDLL(None).prctl(15, {name!r}.encode(), 0, 0, 0)\n"


@pytest.fixture
async def sessions(pool: Pool) -> AsyncIterator[Sessions]:
    sessions = Sessions(pool, load_profiles("permissive"), Limits(), most=4, idle_s=60)
    yield sessions
    sessions.close_all()


def task_named(name: str) -> Path:
    """Return the folder in /proc of the one thread with a name."""
    (found,) = [p.parent for p in Path("/proc").glob("[0-9]*/comm") if p.read_text().strip() == name]
    return found


def field(process: Path, name: str) -> str:
    match = re.search(rf"^{name}:\s+(.+)$", (process / "status").read_text(), re.MULTILINE)
    assert match is not None
    return match[1]


def states(process: Path) -> set[str]:
    """Return the states of all threads of a process, such as R for running and T for stopped."""
    tasks = (process / "task").iterdir()
    return {(task / "status").read_text().partition("State:\t")[2][0] for task in tasks}


def shared_namespaces(process: Path) -> str:
    """Return the namespaces that a process has in common with this one, or that even its own user may not look."""
    own = {n.name: n.readlink() for n in Path("/proc/self/ns").iterdir()}
    try:
        return " ".join(sorted(n.name for n in (process / "ns").iterdir() if own[n.name] == n.readlink()))
    except PermissionError:
        return "not shown"


async def until(true: Callable[[], bool]) -> None:
    """Wait for what the kernel does in its own time."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)


async def test_escape_by_a_thread_that_works_between_cells_is_stopped_by_the_host_clock(
    sessions: Sessions, canaries: Canaries
) -> None:
    name = (await sessions.open()).session
    burn = NAMED.format(name=f"{canaries.mark}b") + "import threading\ndef burn():\n    while True: pass\n"
    outcome = await sessions.run(name, execution(burn + "threading.Thread(target=burn, daemon=True).start()"))
    process = task_named(f"{canaries.mark}b")
    await until(lambda: states(process) == {"T"})
    assert outcome.status == "ok"
    assert result_of(await sessions.run(name, execution("1 + 1"))) == 2


@pytest.mark.parametrize("kind", ["DATA", "AS", "NOFILE", "NPROC", "FSIZE", "CORE"])
async def test_escape_from_limits_in_a_later_cell_is_stopped_by_rlimits(
    sessions: Sessions, kind: str
) -> None:
    name = (await sessions.open()).session
    await sessions.run(name, execution("import resource"))
    raise_it = (
        f"try:\n    resource.setrlimit(resource.RLIMIT_{kind}, (-1, -1))\nexcept ValueError:\n    pass\n"
    )
    outcome = await sessions.run(
        name, execution(f"{raise_it}resource.getrlimit(resource.RLIMIT_{kind})[1] > 0")
    )
    assert result_of(outcome) is (kind != "CORE")


async def test_escape_by_memory_added_cell_by_cell_is_stopped_by_rlimits(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    statuses = [
        (
            await sessions.run(
                name,
                execution(
                    "try: held\nexcept NameError: held = []\nheld.append(bytearray(b'x') * (200 << 20))\nNone"
                ),
            )
        ).status
        for _ in range(4)
    ]
    assert statuses == ["ok", "ok", "limit", "limit"]


async def test_escape_into_another_session_is_stopped_by_namespaces(sessions: Sessions) -> None:
    first, second = [(await sessions.open()).session for _ in range(2)]
    await sessions.run(first, execution("secret = 'px'; open('/work/px', 'w').write(secret)"))
    seen = await sessions.run(
        second, execution("import os\n['secret' in globals(), os.listdir('/work'), os.listdir('/tmp')]")
    )
    assert result_of(seen) == [False, [], []]


async def test_second_answer_of_a_cell_is_no_answer_of_the_next(sessions: Sessions) -> None:
    """A forged outcome that waits in the socket can only be taken for the session's own; it ends nothing else."""
    name = (await sessions.open()).session
    body = b'{"op":"outcome","status":"ok","values":{},"error":null,"attachments":[]}'
    forge = f"import os\nos.write(3, {len(body).to_bytes(4, 'big') + bytes(8) + body!r} * 3)\nNone"
    assert (await sessions.run(name, execution(forge))).status == "ok"
    other = (await sessions.open()).session
    assert result_of(await sessions.run(other, execution("1 + 1"))) == 2


async def test_worker_as_the_kernel_shows_it_has_no_privilege(pool: Pool, canaries: Canaries) -> None:
    """Looked at from outside, while the code runs."""
    shown: dict[str, str] = {}

    async def look(fraction: float, message: str) -> None:
        process = task_named(f"{canaries.mark}w")
        names = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
        shown.update({name: field(process, name) for name in names})
        shown["root"] = str(os.geteuid() == 0 and field(process, "Uid").startswith("0"))
        shown["groups"] = field(process, "Groups") if os.geteuid() == 0 and "Groups" in shown else ""
        shown["killed first"] = (process / "oom_score_adj").read_text().strip()
        shown["shared"] = shared_namespaces(process)

    code = NAMED.format(name=f"{canaries.mark}w") + "progress(0.5, 'look')\nimport time\ntime.sleep(0.3)"
    outcome = await pool.run(execution(code, on_progress=look))
    assert outcome.status == "ok", outcome.error
    assert shown == {
        **dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), "0000000000000000"),
        "NoNewPrivs": "1",
        "Seccomp": "2",
        "root": "False",
        "groups": "",
        "killed first": "1000",
        "shared": "time time_for_children" if os.geteuid() == 0 else "not shown",
    }


async def test_process_that_names_itself_like_a_field_of_proc_is_measured_right(pool: Pool) -> None:
    code = NAMED.format(name="x\nVmHWM:  1 kB") + "held = bytearray(b'x') * (64 << 20)\nNone"
    outcome = await run(pool, code)
    assert 60 < outcome.metrics.peak_memory_mb < 200
