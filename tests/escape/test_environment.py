"""A jail started by a server with a secret in its environment: no run finds it, wherever it looks."""

# ruff: noqa: E501 - programs, one a line

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import pytest

from jailed import run
from mcp_pyexec.doctor import Canaries
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits

LOOK = {
    "asking-python": "import os\nprint(dict(os.environ), os.environb)",
    "asking-the-c-library": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.getenv.restype = ctypes.c_char_p\nprint(libc.getenv(name.encode()))\n"
        "at = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, 'environ')\nn = 0\nwhile at[n]:\n    print(at[n])\n    n += 1"
    ),
    "reading-the-stack-past-its-end": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nthere = (ctypes.c_ubyte * 1)()\n"
        "top = ctypes.c_void_p.in_dll(libc, 'environ').value & ~4095\n"
        "for page in range(top - (1 << 20), top + (1 << 20), 4096):\n"
        "    if libc.mincore(ctypes.c_void_p(page), ctypes.c_size_t(4096), there) == 0:\n"
        "        print(ctypes.string_at(page, 4096).replace(b'\\0', b' ').decode('latin-1'))"
    ),
    "reading-proc": (
        "for pid in ('self', 'thread-self', 1, 2, host):\n    try:\n        print(open(f'/proc/{pid}/environ').read())\n"
        "    except OSError:\n        pass"
    ),
}


@pytest.mark.parametrize("technique", LOOK)
async def test_escape_to_the_servers_environment_is_stopped_by_namespaces(
    monkeypatch: pytest.MonkeyPatch, technique: str
) -> None:
    secret, name = secrets.token_hex(16), "PYEXEC_TEST_SECRET"
    monkeypatch.setenv(name, secret)
    pool = Pool(load_profiles("permissive"), Limits(output_bytes=1 << 22), parked=1, running=1, waiting=1)
    try:
        await pool.start()
        with Canaries() as canaries:
            code = f"name, host = {name!r}, {os.getpid()}\n{LOOK[technique]}\nNone"
            outcome = await run(pool, code, Limits(output_bytes=1 << 22))
            assert secret not in outcome.stdout.text + outcome.stderr.text + str(outcome.error)
            assert outcome.status == "ok", outcome.error
            assert await canaries.harm(outcome) == []
    finally:
        await pool.close()


async def test_program_finds_no_path_of_the_host_in_what_it_is_told(pool: Pool) -> None:
    code = "import os, sys, sysconfig\nprint(sys.argv, sys.path, sys.prefix, sys.executable, sys.orig_argv, dict(os.environ))"
    outcome = await run(pool, code)
    hosts = {str(Path(__file__).parents[2]), sys.prefix, sys.base_prefix} - {"/usr", "/usr/local"}
    assert (outcome.status, [path for path in hosts if f"{path}/" in outcome.stdout.text]) == ("ok", [])
