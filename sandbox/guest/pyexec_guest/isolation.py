"""What a clone of the template does to itself before it may see any code.

Order matters: identity and mounts need the capabilities of the new user namespace, everything after
`drop_capabilities` needs none. A step that fails raises, and the clone exits without ever being parked.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyexec_guest import kernel, procfs

__all__ = [
    "LAYERS",
    "Baseline",
    "enter",
    "leave_root",
    "prove_no_capabilities",
    "prove_process_limit",
    "tighten",
]

_UID = 1000
_MIB = 1024 * 1024
_PAGE = resource.getpagesize()
_FIRST_TO_BE_KILLED = "1000"  # when memory runs out: a run, never the server
_RLIMIT_SIGPENDING, _QUEUED_SIGNALS = 11, 1024
_MOST_MAPPED = 16 * 1024 * _MIB  # datasets in all cells of a session; address space only
_FILTER = Path("/guest/seccomp.bpf")
LAYERS = (
    "namespaces",
    "read-only-root",
    "private-tmpfs",
    "no-capabilities",
    "no-new-privileges",
    "rlimits",
    "seccomp",
)


class Baseline:
    """Memory that the preloaded libraries take, in bytes, read before `/proc` is covered."""

    def __init__(self) -> None:
        pages = Path("/proc/self/statm").read_text().split()
        self.address_space = int(pages[0]) * _PAGE
        self.data = int(pages[5]) * _PAGE


def leave_root() -> None:
    """Step down for good from the identity that bubblewrap set up with, where that was root's."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(_UID, _UID, _UID)
        os.setresuid(_UID, _UID, _UID)
        kernel.set_dumpable(True)  # a change of identity clears it, and a clone could not write its own maps


def prove_no_capabilities() -> None:
    """Check that the kernel shows none.

    Raises:
        OSError: If it shows any.
    """
    held = re.findall(r"^Cap(?:Prm|Eff|Amb):\s+(\w+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    if any(int(capabilities, 16) for capabilities in held):
        raise OSError("the template holds capabilities")


def prove_process_limit() -> None:
    """Check by effect that RLIMIT_NPROC binds this identity; the kernel exempts the machine's root.

    Raises:
        OSError: If a process can be made past the limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, hard))
    try:
        pid = os.fork()
    except BlockingIOError:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))
        return
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    raise OSError("the limit on processes does not bind the machine's root user")


def enter(
    sock: socket.socket, stdout: int, stderr: int, shape: Mapping[str, Any], *, cloned: bool = True
) -> tuple[int, Baseline, int | None]:
    """Take on every layer; return the descriptor of the socket, the memory baseline and the filter's listener.

    Args:
        shape: `disk_mb`, `memory_mb`, `inodes`, `open_files`, `processes` of this worker: ceilings of every run.
        cloned: False for a process whose namespaces are bubblewrap's, and whose identity may be root's still.

    Raises:
        OSError: If a layer cannot be had.
    """
    kernel.set_parent_death_signal(signal.SIGKILL)
    baseline = Baseline()
    Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_BE_KILLED)
    if cloned:
        _take_identity()
    _cover_file_system(shape["disk_mb"], shape["inodes"])
    socket.sethostname("jail")
    channel = _keep_only(sock, stdout, stderr)
    if cloned:
        os.setsid()
        kernel.drop_capabilities()
    else:
        kernel.lock_capabilities()
        leave_root()
        kernel.empty_capabilities()
        kernel.set_parent_death_signal(signal.SIGKILL)  # a change of identity clears it
        prove_process_limit()
    _set_fixed_limits(shape, baseline)
    kernel.set_no_new_privileges()
    kernel.set_dumpable(False)
    return channel, baseline, kernel.load_seccomp_filter_with_listener(_FILTER.read_bytes())


def tighten(limits: Mapping[str, Any], baseline: Baseline, mapped_bytes: int, session: bool) -> None:
    """Set the ceilings of one run: CPU seconds, and memory on top of the baseline and the mapped datasets.

    A fresh worker lowers the hard limits with the soft ones. A session lowers the soft ones only, because the
    next cell starts with full measure again; its hard limits are the wall clock's business.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + limits["cpu_s"]) + 1
    memory = limits["memory_mb"] * _MIB
    space = _address_space(baseline, memory, mapped_bytes)
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_DATA, baseline.data + memory, baseline.data + memory),
        (resource.RLIMIT_AS, space, space),
    ):
        _lower(kind, soft, resource.getrlimit(kind)[1] if session else hard)


def _address_space(baseline: Baseline, memory: int, mapped: int) -> int:
    """It also counts shared and file mappings; thread stacks and arenas reserve without using."""
    return baseline.address_space + 2 * memory + mapped + 512 * _MIB


def _take_identity() -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_UID} {_UID} 1")
    Path("/proc/self/gid_map").write_text(f"{_UID} {_UID} 1")


def _cover_file_system(disk_mb: int, inodes: int) -> None:
    """One private tmpfs serves /work and /tmp, so that they share one budget; /proc becomes a made-up one.

    Everything else becomes read-only, the device nodes too: mode and times of /dev/null are the host's.
    """
    quiet = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.make_read_only("/")
    kernel.mount(str(procfs.FOLDER), "/proc", None, kernel.MS_BIND)
    kernel.mount("tmpfs", "/scratch", "tmpfs", quiet, f"size={disk_mb}m,nr_inodes={inodes},mode=0700")
    for name in ("work", "tmp"):
        Path(f"/scratch/{name}").mkdir()
        Path(f"/scratch/{name}").chmod(0o777)  # its maker may still be root's first identity
        kernel.mount(f"/scratch/{name}", f"/{name}", None, kernel.MS_BIND)
    kernel.unmount("/scratch")
    os.chdir("/work")


def _keep_only(sock: socket.socket, stdout: int, stderr: int) -> int:
    """Put null, the two pipes and the socket on 0 to 3 and close everything else; return 3."""
    null = os.open("/dev/null", os.O_RDONLY)
    wanted = [os.dup(fd) for fd in (null, stdout, stderr, sock.detach())]
    floor = max(wanted) + 1
    wanted = [_dup_above(fd, floor) for fd in wanted]
    for target, fd in enumerate(wanted):
        os.dup2(fd, target, inheritable=False)
    kernel.close_all_but(4)
    return 3


def _dup_above(fd: int, floor: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, floor)


def _set_fixed_limits(shape: Mapping[str, Any], baseline: Baseline) -> None:
    memory = shape["memory_mb"] * _MIB
    _lower(resource.RLIMIT_DATA, baseline.data + memory)
    _lower(resource.RLIMIT_AS, _address_space(baseline, memory, _MOST_MAPPED))
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_MEMLOCK, 0)
    _lower(resource.RLIMIT_MSGQUEUE, 0)
    _lower(_RLIMIT_SIGPENDING, _QUEUED_SIGNALS)
    _lower(resource.RLIMIT_NOFILE, shape["open_files"])
    _lower(resource.RLIMIT_NPROC, shape["processes"])
    _lower(resource.RLIMIT_FSIZE, shape["disk_mb"] * _MIB)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(kind)[1]
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))
