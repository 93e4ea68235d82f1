"""Two runs at the same time: what one has, the other cannot see, reach or end."""

# ruff: noqa: E501 - programs, one a line

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import pytest

from jailed import result_of, run
from mcp_pyexec.doctor import Canaries
from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Pool
from mcp_pyexec.outcomes import HostReply

VICTIM = """
import os, socket, ctypes, mmap
secret = {secret!r}
open('/work/pxsecret', 'w').write(secret)
open('/tmp/pxsecret', 'w').write(secret)
shared = mmap.mmap(-1, 4096)
shared.write(secret.encode())
ours, theirs = socket.socketpair()
ours.send(secret.encode())
ctypes.CDLL(None).prctl(15, b'pxvictim', 0, 0, 0)
try:
    dataset('wait')
except RuntimeError:
    pass
[open('/work/pxsecret').read(), open('/tmp/pxsecret').read(), shared[:32].decode(), theirs.recv(99).decode(), os.listdir('/work')]
"""

ATTACKS = {
    "reading-the-same-paths": (
        "for folder in ('/work', '/tmp', '/scratch', '/proc', '/dev'):\n"
        "    for name in os.listdir(folder):\n        print(open(f'{folder}/{name}', errors='replace').read(99) if 'px' in name else name)"
    ),
    "signals-to-any-pid": "[call_kill(p, 9) for p in range(2, 5000)]\nos.kill(-1, 9)",
    "filling-its-own-disk": "open('/work/x', 'wb').write(bytes(60 << 20))\n[open(f'/tmp/{n}', 'w') for n in range(100)]",
    "writing-the-same-paths": "open('/work/pxsecret', 'w').write('defaced')\nopen('/tmp/pxsecret', 'w').write('defaced')",
    "shared-memory-by-name": (
        "for number in (29, 30, 31, 64, 66, 68, 71):\n    print(ctypes.CDLL(None).syscall(number, 0x7078, 4096, 0o1666))\n"
        "print(os.listdir('/dev'))"
    ),
    "abstract-sockets": (
        "ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "for name in ('\\0pxvictim', '/work/pxsocket'):\n    ours.sendto(b'x', name)"
    ),
    "locks-on-what-is-shared": "import fcntl\nfcntl.flock(open('/guest/models.json'), fcntl.LOCK_EX)\nfcntl.flock(open('/dev/null'), fcntl.LOCK_EX)",
    "reading-its-whole-memory": "mark = bytes(reversed(b'-kramxp'))\nassert in_memory(mark)\n"
    "if in_memory(bytes(reversed(b'-tercesxp'))) > in_memory(mark): print('ESCAPED: it is in the memory')",
    "eating-all-memory": "held = []\nwhile True: held.append(bytearray(b'x') * (8 << 20))",
    "eating-all-threads": "import threading\nwhile True: threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "flooding-the-server": "while True: os.write(3, b'\\0\\0\\0\\x10' + bytes(8) + b'{\"op\":\"started\"}' )",
    "flooding-its-output": "while True: os.write(1, b'x' * 65536)",
}  # fmt: skip

PRELUDE = """
import ctypes, os, socket, time
def call_kill(pid, number):
    if ctypes.CDLL(None).kill(pid, number) == 0: print('ESCAPED: signalled', pid)
def in_memory(needle):
    '''Search every page around the heap and the stack, asking the kernel which of them are there.'''
    libc, there = ctypes.CDLL(None), (ctypes.c_ubyte * 1)()
    hits = 0
    for around in (id(object()), ctypes.addressof(ctypes.c_void_p.in_dll(libc, 'environ')), id(needle)):
        for page in range((around & ~4095) - (32 << 20), (around & ~4095) + (32 << 20), 4096):
            if libc.mincore(ctypes.c_void_p(page), ctypes.c_size_t(4096), there) == 0:
                hits += needle in ctypes.string_at(page, 4096)
    return hits
"""


@pytest.mark.parametrize("technique", ATTACKS)
async def test_escape_to_a_sibling_is_stopped_by_namespaces_and_limits(
    pool: Pool, canaries: Canaries, technique: str
) -> None:
    secret = f"pxsecret-{secrets.token_hex(8)}"
    ready, done = asyncio.Event(), asyncio.Event()

    async def wait(arguments: Mapping[str, Any], data: bytes) -> HostReply:
        ready.set()
        await done.wait()
        raise RequestError("over", "The attack is over.")

    victim = asyncio.create_task(run(pool, VICTIM.format(secret=secret), host={"dataset": wait}))
    await ready.wait()
    attack = await run(pool, f"{PRELUDE}\n{ATTACKS[technique]}\nNone")
    done.set()
    told = attack.stdout.text + attack.stderr.text + str(attack.error)
    assert (secret in told, "ESCAPED" in told) == (False, False)
    padded = secret.ljust(32, "\0")[:32]
    assert result_of(await victim) == [secret, secret, padded, secret, ["pxsecret"]]
    assert await canaries.harm(attack) == []


async def test_run_beside_a_flood_of_frames_is_served_before_the_flood_ends(pool: Pool) -> None:
    body = b'{"op":"progress","fraction":0.1,"message":"x"}'
    drip = f"import os, time\nwhile True:\n    os.write(3, {len(body).to_bytes(4, 'big') + bytes(8) + body!r})\n    time.sleep(0.001)"
    flood = asyncio.create_task(run(pool, drip))
    answers = [result_of(await run(pool, "1 + 1")) for _ in range(5)]
    assert (answers, flood.done()) == ([2] * 5, False)
    flood.cancel()
    await asyncio.gather(flood, return_exceptions=True)
