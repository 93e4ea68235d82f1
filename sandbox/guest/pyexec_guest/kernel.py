"""The system calls that Python has no name for: clone3, mount, prctl, capset, close_range, seccomp.

Every wrapper raises OSError with the call's name; none returns an error code.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from pathlib import Path

__all__ = [
    "CLONE_NEWALL",
    "CLONE_NEWUSER",
    "MS_BIND",
    "MS_NODEV",
    "MS_NOEXEC",
    "MS_NOSUID",
    "MS_PRIVATE",
    "MS_RDONLY",
    "MS_REC",
    "clone_into_namespaces",
    "close_all_but",
    "collapse_memory",
    "drop_capabilities",
    "empty_bounding_set",
    "empty_capabilities",
    "load_seccomp_filter",
    "load_seccomp_filter_with_listener",
    "lock_capabilities",
    "make_read_only",
    "mount",
    "set_dumpable",
    "set_no_new_privileges",
    "set_parent_death_signal",
    "unmount",
]

# GIL-holding handle: between clone and PyOS_AfterFork_Child no other Python code may run.
_libc = ctypes.PyDLL(None, use_errno=True)

_NR_CLONE3, _NR_CLOSE_RANGE, _NR_MOUNT_SETATTR = 435, 436, 442  # the same on every architecture
_NR_CAPSET, _NR_SECCOMP = {"x86_64": (126, 317), "aarch64": (91, 277)}[platform.machine()]

CLONE_NEWUSER = 0x10000000
CLONE_NEWALL = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | CLONE_NEWUSER | 0x20000000 | 0x40000000
"""NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_CLONE_PIDFD, _CLONE_CHILD_CLEARTID, _CLONE_CHILD_SETTID = 0x1000, 0x200000, 0x1000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
_MNT_DETACH = 2

_MADV_COLLAPSE, _HUGE = 25, 2 << 20
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID = 1, 2

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_SECUREBITS, _PR_SET_NO_NEW_PRIVS, _PR_GET_TID_ADDRESS, _PR_CAP_AMBIENT = 28, 38, 40, 47
_SECBITS_ALL_LOCKED = 0b11101111  # noroot, no setuid fixup, keepcaps locked off, no ambient raise
_SECCOMP_SET_MODE_FILTER, _SECCOMP_NEW_LISTENER = 1, 1 << 3
_KILL, _NOTIFY = (struct.pack("<HBBI", 0x06, 0, 0, action) for action in (0x80000000, 0x7FC00000))
"""The instruction that returns SECCOMP_RET_KILL_PROCESS, and the one that returns SECCOMP_RET_USER_NOTIF."""


class _CloneArgs(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint64)
        for name in ("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls")
    ]


def clone_into_namespaces(flags: int) -> tuple[int, int]:
    """Fork into new namespaces with one call; return (pid, pidfd) in the parent and (0, -1) in the child.

    One clone costs half of unshare plus a second fork, which a new pid namespace would need. The
    interpreter's own fork hooks are run by hand around it; the C library's are not, so the caller must
    be single-threaded.

    Raises:
        OSError: If the kernel refuses.
    """
    pidfd = ctypes.c_int(-1)
    args = _CloneArgs(flags=flags | _CLONE_PIDFD, pidfd=ctypes.addressof(pidfd), exit_signal=17)
    tid_address = _own_tid_address()
    if tid_address:
        args.flags |= _CLONE_CHILD_SETTID
        args.child_tid = tid_address
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = _libc.syscall(_NR_CLONE3, ctypes.byref(args), ctypes.sizeof(args))
    error = ctypes.get_errno()
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0, -1
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(error, f"clone3: {os.strerror(error)}")
    return pid, pidfd.value


def _own_tid_address() -> int:
    """Where the C library caches this thread's id, so that the clone finds its own there; 0 if unknown."""
    address = ctypes.c_void_p()
    if _libc.prctl(_PR_GET_TID_ADDRESS, ctypes.byref(address), 0, 0, 0) != 0:
        return 0
    return address.value or 0


def collapse_memory() -> None:
    """Put this process's private memory on huge pages, where the kernel can (Linux 6.1); else do nothing.

    A clone copies the page tables of its parent: with huge pages they are a third smaller, and cloning a third
    faster. A clone that writes still copies single pages.
    """
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, permissions, _, _, inode, *_ = line.split()
        if inode == "0" and permissions == "rw-p":
            start, end = (int(address, 16) for address in span.split("-"))
            start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
            if end > start:
                _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_COLLAPSE)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    done = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _raise_unless_zero(done, f"mount {target}")


def make_read_only(target: str) -> None:
    """Make a mount and every mount below it read-only, device nodes too: they can be used, not changed."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0, 0, 0)
    done = _libc.syscall(
        _NR_MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        target.encode(),
        ctypes.c_uint(_AT_RECURSIVE),
        attributes,
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _raise_unless_zero(done, f"mount_setattr {target}")


def unmount(target: str) -> None:
    """Detach a mount; what is bound from it elsewhere stays."""
    _raise_unless_zero(_libc.umount2(target.encode(), _MNT_DETACH), f"umount {target}")


def close_all_but(first: int) -> None:
    """Close every descriptor from `first` on."""
    done = _libc.syscall(_NR_CLOSE_RANGE, ctypes.c_uint(first), ctypes.c_uint(0xFFFFFFFF), ctypes.c_uint(0))
    _raise_unless_zero(done, "close_range")


def set_parent_death_signal(signal_number: int) -> None:
    _prctl(_PR_SET_PDEATHSIG, signal_number)


def set_dumpable(dumpable: bool) -> None:
    _prctl(_PR_SET_DUMPABLE, int(dumpable))


def set_no_new_privileges() -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Empty all five capability sets and lock the bits that could refill them."""
    lock_capabilities()
    empty_capabilities()


def lock_capabilities() -> None:
    """Empty the bounding and ambient sets and lock the bits that could refill them; what is held stays."""
    empty_bounding_set()
    _prctl(_PR_SET_SECUREBITS, _SECBITS_ALL_LOCKED)
    _prctl(_PR_CAP_AMBIENT, 4)


def empty_bounding_set() -> None:
    """Give up what no program started from here could get any more."""
    last = 0
    while _libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(last), 0, 0, 0) == 0:
        last += 1
    if last < 38:
        raise OSError(f"the capability bounding set could be emptied only up to {last}")


def empty_capabilities() -> None:
    """Empty the effective, permitted, inheritable and ambient sets; needs no capability."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _raise_unless_zero(_libc.syscall(_NR_CAPSET, header, (ctypes.c_uint32 * 6)()), "capset")


def load_seccomp_filter(program: bytes) -> None:
    """Install a classic BPF filter on this thread and all it will make.

    Raises:
        OSError: If the kernel refuses the program, or no_new_privs is not set.
    """
    _raise_unless_zero(_seccomp(program, 0), "seccomp")


def load_seccomp_filter_with_listener(program: bytes) -> int | None:
    """Install the filter so that a call that it kills for waits for the holder of the descriptor returned.

    Returns None, with the filter as it is, where an outer filter of this process already has a listener.

    Raises:
        OSError: If the kernel refuses the program, or no_new_privs is not set.
    """
    instructions = [program[start : start + 8] for start in range(0, len(program), 8)]
    telling = b"".join(_NOTIFY if instruction == _KILL else instruction for instruction in instructions)
    listener = _seccomp(telling, _SECCOMP_NEW_LISTENER)
    if listener < 0 and ctypes.get_errno() == errno.EBUSY:
        load_seccomp_filter(program)
        return None
    _raise_unless_zero(min(listener, 0), "seccomp")
    return listener


def _seccomp(program: bytes, flags: int) -> int:
    code = ctypes.create_string_buffer(program, len(program))

    class _Fprog(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    prog = _Fprog(len(program) // 8, ctypes.addressof(code))
    return int(_libc.syscall(_NR_SECCOMP, _SECCOMP_SET_MODE_FILTER, ctypes.c_uint(flags), ctypes.byref(prog)))


def _prctl(option: int, value: int) -> None:
    _raise_unless_zero(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl({option})")


def _raise_unless_zero(result: int, call: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{call}: {os.strerror(error)}")
