"""Put before every probe. `T` (facts of the host that an attacker may know) and `NR` (system call numbers) are given.

A probe is an honest attacker: it says `escaped(...)` when it got what it wanted. What it does to the host's
canaries is judged on the host, whatever it says.
"""

import ctypes
import mmap
import os
import signal
import socket
import struct
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(name, *arguments):
    """Make a system call by name; return its result, or minus the error number."""
    ctypes.set_errno(0)
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(NR[name]), *plain)
    return result if result != -1 else -ctypes.get_errno()


def escaped(what):
    """Say what was got, so that the host sees it even if the process dies of it."""
    os.write(1, f"\nESCAPED: {what}\n".encode("utf-8", "replace"))


def show(read):
    """Print what a function returns; a refusal is none of the attacker's business."""
    try:
        print(read())
    except (OSError, ValueError, LookupError, ImportError) as refused:
        print("refused:", refused)


def read_file(path):
    with open(path, "rb") as file:
        return file.read(1 << 16).decode("utf-8", "replace")


def native(code):
    """Return machine code as a function without arguments, or None where memory cannot be both written and run."""
    page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_long)(address), page


def loop_for(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


libc.prctl(
    15, T.mark.encode(), 0, 0, 0
)  # PR_SET_NAME: a thread that outlives the run can be found by its name
