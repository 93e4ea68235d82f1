"""Where user namespaces cannot be nested: every worker is a bubblewrap of its own, with the same layers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DEEP = Path(__file__).with_name("deep.py")
PROGRAM = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
from dataclasses import replace
from jailed import QUICK, execution
from mcp_pyexec.doctor import prove
from mcp_pyexec.jail import Pool, Sessions, load_profiles

CODES = [
    "1 + 1",
    "import os; [os.getpid(), os.getuid(), sorted(os.listdir('/proc')), os.listdir('/work'), os.listdir('/tmp')]",
    "import ctypes; ctypes.CDLL(None).unshare(0x10000000)",
    "import os; os._exit(3)",
    "import ctypes; ctypes.string_at(0)",
    "x = bytearray(900 << 20)",
    "open('big', 'wb').write(b'x' * (80 << 20))",
    "while True: pass",
]

async def main():
    profiles = load_profiles("strict")
    pool = Pool(profiles, QUICK, parked=2, running=2, waiting=16)
    await pool.start()
    limits = replace(QUICK, wall_s=2.0)
    # Policy off and no libraries: what `permissive` would import takes every one of these workers a second.
    bare = replace(profiles.named("permissive"), preload=profiles.ceiling.preload, distributions=())
    profiles._known["bare"] = bare
    outcomes = await asyncio.gather(*(pool.run(execution(code, limits, "bare")) for code in CODES))
    await prove(pool, profiles)
    session = Sessions(pool, profiles, limits, most=1, idle_s=60)
    name = (await session.open()).session
    await session.run(name, execution("kept = 41", limits, "strict"))
    kept = await session.run(name, execution("kept + 1", limits, "strict"))
    session.close_all()
    await pool.close()
    print(json.dumps({
        "slow": pool.starts_slowly(profiles.ceiling),
        "layers": sorted({layer for outcome in outcomes for layer in outcome.layers}),
        "ended": [[o.status, (o.error or {}).get("limit"), (o.error or {}).get("message", "")] for o in outcomes],
        "seen": outcomes[1].values["result"]["application/json"],
        "kept": kept.values["result"]["application/json"],
    }))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    argv = [sys.executable, str(DEEP), sys.executable, "-c", PROGRAM, str(DEEP.parents[1])]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_workers_without_nested_namespaces_have_every_layer(told: dict[str, object]) -> None:
    assert told["slow"] is True
    assert told["layers"] == [
        "namespaces",
        "no-capabilities",
        "no-new-privileges",
        "private-tmpfs",
        "read-only-root",
        "rlimits",
        "seccomp",
    ]


def test_worker_alone_is_the_only_process_and_sees_no_file(told: dict[str, object]) -> None:
    assert told["seen"] == [1, 1000, ["cpuinfo", "meminfo", "self"], [], []]


def test_runs_of_workers_alone_end_as_those_of_clones(told: dict[str, object]) -> None:
    forbidden = "The code made the system call unshare, which the jail forbids; the run was ended."
    ended = told["ended"]
    assert isinstance(ended, list)
    assert [status for status, _, _ in ended] == [
        "ok", "ok", "crashed", "crashed", "crashed", "limit", "limit", "limit",
    ]  # fmt: skip
    assert [limit for _, limit, _ in ended[5:]] == ["memory", "disk", "wall"]
    assert ended[2][2] == forbidden
    assert "exit code 3" in ended[3][2]
    assert "segmentation fault" in ended[4][2]


def test_session_of_a_worker_alone_keeps_its_variables(told: dict[str, object]) -> None:
    assert told["kept"] == 42
