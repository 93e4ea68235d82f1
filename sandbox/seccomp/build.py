"""Compiles `policy.toml` into one classic BPF filter per architecture and writes SHA256SUMS.

Run by developers when the policy changes; the filters are kept in the repository so that what was reviewed is
what is loaded. A call of the policy that an architecture does not have is skipped there.
"""

from __future__ import annotations

import hashlib
import struct
import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
FIRST_ARGUMENT, SECOND_ARGUMENT, THIRD_ARGUMENT = 16, 24, 32

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
ENOSYS, EPERM, EAGAIN, ENOTTY = 38, 1, 11, 25

CLONE_FILES, CLONE_THREAD = 0x00000400, 0x00010000
CLONE_NEW_ANY = 0x7E020080  # every CLONE_NEW… flag, time namespace included
AF_UNIX = 1
CLOSE_RANGE_CLOEXEC = 4  # and not UNSHARE, a descriptor table of one's own
IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIO(N)CLEX
PRCTLS = (
    3,
    15,
    16,
    23,
    39,
    0x53564D41,
)  # GET_DUMPABLE, SET_NAME, GET_NAME, CAPBSET_READ, GET_NO_NEW_PRIVS, SET_VMA
# Duplicates, flags, record locks, GETPIPE_SZ, GET_SEALS; no leases or watches on files that the host shares, no owner.
FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032, 1034)
# REUSEADDR, TYPE, ERROR, SNDBUF, RCVBUF, KEEPALIVE, LINGER, PASSCRED, RCVTIMEO, SNDTIMEO, ACCEPTCONN, PROTOCOL, DOMAIN:
# no packet filters (programs for the kernel), no descriptor of the process at the other end, which is the server.
SOCKET_OPTIONS = (2, 3, 4, 7, 8, 9, 13, 16, 20, 21, 30, 38, 39)

Instruction = tuple[int, int, int, int]


def main() -> None:
    """Write `x86_64.bpf`, `aarch64.bpf` and SHA256SUMS beside this file."""
    sums = []
    for architecture in AUDIT_ARCH:
        program = b"".join(struct.pack("<HBBI", *i) for i in filter_for(architecture))
        (HERE / f"{architecture}.bpf").write_bytes(program)
        sums.append(f"{hashlib.sha256(program).hexdigest()}  {architecture}.bpf\n")
    (HERE / "SHA256SUMS").write_text("".join(sums), "ascii")


def filter_for(architecture: str) -> Iterator[Instruction]:
    """Yield the filter: wrong ABI, then checked calls, then the lists, then ENOSYS."""
    numbers = {name: pair[architecture] for name, pair in _numbers().items() if architecture in pair}
    yield from _load(ARCHITECTURE)
    yield JUMP_EQUAL, 1, 0, AUDIT_ARCH[architecture]
    yield RETURN, 0, 0, KILL
    yield from _load(NUMBER)
    yield JUMP_GREATER_EQUAL, 0, 1, 0x40000000  # the x32 calls of x86_64
    yield RETURN, 0, 0, KILL
    yield from _when(numbers["clone"], _clone())
    yield from _when(numbers["socketpair"], _one_of(FIRST_ARGUMENT, (AF_UNIX,), EPERM))
    yield from _when(numbers["ioctl"], _one_of(SECOND_ARGUMENT, IOCTLS, ENOTTY))
    yield from _when(numbers["prctl"], _one_of(FIRST_ARGUMENT, PRCTLS, EPERM))
    yield from _when(numbers["fcntl"], _one_of(SECOND_ARGUMENT, FCNTLS, EPERM))
    yield from _when(numbers["close_range"], _one_of(THIRD_ARGUMENT, (0, CLOSE_RANGE_CLOEXEC), EPERM))
    for name in ("getsockopt", "setsockopt"):
        yield from _when(numbers[name], _one_of(THIRD_ARGUMENT, SOCKET_OPTIONS, EPERM))
    for action, calls in _listed():
        for name in calls:
            if name in numbers:
                yield from _when(numbers[name], [(RETURN, 0, 0, action)])
    yield (
        RETURN,
        0,
        0,
        ERRNO | ENOSYS,
    )  # clone3 too: its flags are behind a pointer, and libc falls back to clone


def _clone() -> list[Instruction]:
    """Threads only: a child process is EAGAIN, a namespace is death.

    A thread shares its descriptors, or each could hold as many as the limit allows one process.
    """
    return [
        *_load(FIRST_ARGUMENT),
        (JUMP_ANY_BIT, 0, 1, CLONE_NEW_ANY),
        (RETURN, 0, 0, KILL),
        (JUMP_ANY_BIT, 0, 2, CLONE_THREAD),
        (JUMP_ANY_BIT, 0, 1, CLONE_FILES),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ERRNO | EAGAIN),
    ]


def _one_of(argument: int, values: tuple[int, ...], errno: int) -> list[Instruction]:
    body: list[Instruction] = [*_load(argument)]
    for value in values:
        body += [(JUMP_EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW)]
    return [*body, (RETURN, 0, 0, ERRNO | errno)]


def _when(number: int, body: list[Instruction]) -> Iterator[Instruction]:
    """The body ends in a return, so the accumulator need not be restored."""
    yield JUMP_EQUAL, 0, len(body), number
    yield from body


def _load(offset: int) -> list[Instruction]:
    return [(LOAD, 0, 0, offset)]


def _listed() -> Iterator[tuple[int, list[str]]]:
    policy = tomllib.loads((HERE / "policy.toml").read_text("utf-8"))
    for group in policy["allow"]:
        yield ALLOW, group["calls"]
    for group in policy["errno"]:
        yield ERRNO | group["errno"], group["calls"]
    for group in policy["kill"]:
        yield KILL, group["calls"]


def _numbers() -> dict[str, dict[str, int]]:
    """System call numbers by name and architecture, from `numbers.tsv` (name, x86_64, aarch64; `-` for none)."""
    numbers: dict[str, dict[str, int]] = {}
    for line in (HERE / "numbers.tsv").read_text("ascii").splitlines()[1:]:
        name, *columns = line.split("\t")
        pairs = zip(("x86_64", "aarch64"), columns, strict=True)
        numbers[name] = {arch: int(number) for arch, number in pairs if number != "-"}
    return numbers


if __name__ == "__main__":
    main()
