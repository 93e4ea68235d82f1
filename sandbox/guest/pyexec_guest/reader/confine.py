"""What a reader does to itself before it loads DuckDB.

bubblewrap has given it namespaces and a file system with nothing to write to; this is the rest. There is no /proc.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Mapping
from pathlib import Path

from pyexec_guest import isolation, kernel

__all__ = ["confine"]

_UID = 1000
_MIB = 1 << 20
_FILTER = Path("/guest/seccomp.bpf")
_OPEN_FILES = 64
_PROCESSES = 64
_SHARED = (
    2048 * _MIB
)  # of address space, for libraries, thread stacks and arenas that are reserved and not used


def confine(limits: Mapping[str, int]) -> None:
    """Take on the layers, for good.

    Args:
        limits: `memory_bytes` of private memory.

    Raises:
        OSError: If a layer cannot be had.
    """
    _leave_root()
    for kind, most in (
        (resource.RLIMIT_DATA, limits["memory_bytes"]),
        (resource.RLIMIT_AS, limits["memory_bytes"] + _SHARED),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, _PROCESSES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    isolation.prove_process_limit()
    kernel.set_no_new_privileges()
    kernel.set_dumpable(False)
    kernel.load_seccomp_filter(_FILTER.read_bytes())


def _leave_root() -> None:
    """Step down from the identity that bubblewrap set up with, where that was root's."""
    if os.getuid() == 0:
        kernel.empty_bounding_set()
        os.setgroups([])
        os.setresgid(_UID, _UID, _UID)
        os.setresuid(_UID, _UID, _UID)
    kernel.empty_capabilities()
