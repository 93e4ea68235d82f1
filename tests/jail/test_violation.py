"""Forbidden system calls end the run, and the outcome says which call it was."""

from __future__ import annotations

import platform
import tomllib

import pytest

from jailed import result_of, run
from mcp_pyexec.bundled import bundled
from mcp_pyexec.jail import Pool, system_calls

SECCOMP = bundled("sandbox") / "seccomp"
NUMBERS = system_calls(SECCOMP / "numbers.tsv")
KILLED = [
    name
    for group in tomllib.loads((SECCOMP / "policy.toml").read_text("utf-8"))["kill"]
    for name in group["calls"]
    if name in NUMBERS
]
CALL = "import ctypes, threading\ncall = ctypes.CDLL(None).syscall\n"


def said(call: str) -> str:
    return f"The code made the system call {call}, which the jail forbids; the run was ended."


async def message_of(pool: Pool, code: str) -> str:
    outcome = await run(pool, CALL + code)
    assert outcome.status == "crashed"
    assert outcome.error is not None
    return str(outcome.error["message"])


@pytest.mark.parametrize("name", KILLED)
async def test_forbidden_system_call_is_named(pool: Pool, name: str) -> None:
    assert await message_of(pool, f"call({NUMBERS[name]}, 0, 0, 0, 0, 0, 0)") == said(name)


async def test_call_is_named_from_a_thread_with_every_signal_ignored(pool: Pool) -> None:
    code = f"""
import signal, time
for number in set(signal.Signals) - {{signal.SIGKILL, signal.SIGSTOP}}:
    signal.signal(number, signal.SIG_IGN)
threading.Thread(target=call, args=({NUMBERS["unshare"]}, 0x10000000)).start()
time.sleep(20)
"""
    assert await message_of(pool, code) == said("unshare")


async def test_many_threads_in_forbidden_calls_at_once_are_one_outcome(pool: Pool) -> None:
    code = f"""
import time
for _ in range(30):
    threading.Thread(target=call, args=({NUMBERS["bpf"]}, 0, 0, 0)).start()
time.sleep(20)
"""
    assert await message_of(pool, code) == said("bpf")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 calls are a matter of x86_64")
async def test_call_of_another_architecture_is_named_by_its_number(pool: Pool) -> None:
    assert await message_of(pool, "call(0x40000000 + 39)") == said("number 39 of another architecture")


async def test_output_before_the_forbidden_call_is_kept_and_the_pool_goes_on(pool: Pool) -> None:
    outcome = await run(pool, f"{CALL}print('began')\ncall({NUMBERS['ptrace']}, 0, 0, 0, 0)")
    assert (outcome.status, outcome.stdout.text) == ("crashed", "began\n")
    assert result_of(await run(pool, "1 + 1")) == 2


async def test_worker_holds_no_descriptor_of_the_listener(pool: Pool) -> None:
    code = """
import contextlib, os, stat
found = []
for fd in range(64):
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(os.fstat(fd).st_mode):  # fonts of matplotlib, which a rehearsal has read
            found.append(fd)
found
"""
    assert result_of(await run(pool, code)) == [0, 1, 2, 3]
