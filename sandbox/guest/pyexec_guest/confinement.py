"""What a process that bubblewrap started for one purpose does to itself before it reads anything foreign.

bubblewrap has given it namespaces and a file system of its own; this is the rest. There is no /proc.
"""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

from pyexec_guest import isolation, kernel

__all__ = ["confine"]

_UID = 1000
_FILTER = Path("/guest/seccomp.bpf")
_SHARED = 2 << 30
"""Address space for libraries, thread stacks and arenas that are reserved and not used."""
_ALWAYS = {
    resource.RLIMIT_NPROC: 64,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MEMLOCK: 0,
    resource.RLIMIT_MSGQUEUE: 0,
}


def confine(memory: int, mapped: int, largest_file: int, open_files: int) -> None:
    """Take on the layers, for good; never with more than the process had.

    Args:
        memory: Bytes of private memory.
        mapped: Bytes of other mappings, beside libraries.
        largest_file: Bytes of a file, or of memory in the place of one, that it may write.
        open_files: Descriptors.

    Raises:
        OSError: If a layer cannot be had.
    """
    _leave_root()
    most = {
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_AS: memory + mapped + _SHARED,
        resource.RLIMIT_FSIZE: largest_file,
        resource.RLIMIT_NOFILE: open_files,
    }
    for kind, wanted in {**_ALWAYS, **most}.items():
        had = resource.getrlimit(kind)[1]
        limit = wanted if had == resource.RLIM_INFINITY else min(wanted, had)
        resource.setrlimit(kind, (limit, limit))
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
