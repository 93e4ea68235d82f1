"""What the kernel says of a worker: its pid, confinement, CPU time and memory. Nothing is asked of the worker."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from mcp_pyexec.errors import SandboxFault

__all__ = ["Usage", "innermost", "kill_first", "pid_of", "read", "verify_confinement"]

_CPUCLOCK_SCHED = 2


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds of all threads so far; resident, peak and private memory in MiB.

    `private_mb` is what belongs to no file: anonymous, shared with nobody's file, or swapped out.
    """

    cpu_s: float
    resident_mb: float
    peak_mb: float = 0.0
    private_mb: float = 0.0


def pid_of(pidfd: int) -> int:
    """Return the host's pid of a pidfd, or 0 if the process has gone."""
    match = re.search(r"^Pid:\s+(\d+)", Path(f"/proc/self/fdinfo/{pidfd}").read_text(), re.MULTILINE)
    return int(match[1]) if match else 0


def read(pid: int) -> Usage:
    """Return the usage of a live process; zeros once it has gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        # A process's CPU clock, as clock_getcpuclockid(3) builds it.
        cpu_s = time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)
    except OSError:
        return Usage(0.0, 0.0)
    private = sum(_kib(status, name) for name in ("RssAnon", "RssShmem", "VmSwap"))
    return Usage(cpu_s, _kib(status, "VmRSS") / 1024, _kib(status, "VmHWM") / 1024, private / 1024)


def innermost(pid: int) -> int:
    """Return the process that bubblewrap started, from bubblewrap's own pid.

    Raises:
        OSError: If it has gone.
    """
    while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pid = int(children[0])
    return pid


def kill_first(pid: int) -> None:
    """Have the kernel end the process before others when memory runs out."""
    Path(f"/proc/{pid}/oom_score_adj").write_text("1000")


def verify_confinement(pid: int, namespaces: int = 3) -> None:
    """Check from outside what can be seen from outside, before the worker gets any code.

    Args:
        namespaces: Process-id namespaces that it is in at least, the host's included.

    Raises:
        SandboxFault: `isolation-failed` if the kernel shows a capability, a missing no_new_privs or seccomp
            filter, or a process that is not in nested pid namespaces.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        raise SandboxFault("isolation-failed", "the worker ended before it was ready") from None
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    bare = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(fields[name], 16)]
    confined = (
        fields["NoNewPrivs"] == "1"
        and fields["Seccomp"] == "2"
        and len(fields["NSpid"].split()) >= namespaces
    )
    if bare or not confined:
        shown = {name: fields[name] for name in (*bare, "NoNewPrivs", "Seccomp", "NSpid")}
        raise SandboxFault("isolation-failed", f"the kernel shows {shown}")


def _kib(status: str, name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    return int(match[1]) if match else 0
