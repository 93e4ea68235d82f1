"""cgroup v2 limits on top of the others, where the server has a cgroup of its own that it may divide.

The server moves into a leaf of that cgroup, and every worker gets one beside it: memory with the kernel's share of it
(page tables, socket buffers, files of the private tmpfs), processes, and for all workers together a share of the
processors that leaves some to the server. Nothing is touched of a cgroup that others are in as well.

Source: Linux, Documentation/admin-guide/cgroup-v2.rst ("No Internal Process Constraint", "Delegation").
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from mcp_pyexec.limits import MIB, Limits

__all__ = ["Cgroup", "WorkerCgroup", "divide_own_cgroup", "find_cgroup"]

_log = logging.getLogger(__name__)

CONTROLLERS = ("memory", "pids", "cpu")
_CPU_SHARE, _CPU_PERIOD_US = 0.9, 100_000
_MEMORY_SLACK_MB = 96
"""What a worker writes to of the template's memory, what it rehearses, and the kernel's part."""
_OWN_PROCESSES = 4
_CLOSING_STEPS, _CLOSING_STEP_S = 50, 0.02


def divide_own_cgroup() -> Cgroup | None:
    """Return the server's own cgroup, divided; None where there is none, or others are in it."""
    folder = find_cgroup()
    if folder is None:
        return None
    try:
        return Cgroup(folder)
    except OSError as error:
        _log.info("the cgroup %s is not used: %s", folder, error)
        return None


def find_cgroup(controllers: Sequence[str] = CONTROLLERS) -> Path | None:
    """Return the cgroup v2 folder of this process if it is writable and has one of the controllers."""
    path = Path("/proc/self/cgroup").read_text().partition("0::")[2].partition("\n")[0]
    for mount in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")):
        folder = mount / path.lstrip("/")
        # The machine's root cgroup has no type, and is nobody's own.
        if path and (folder / "cgroup.type").exists() and _writable(folder) and _usable(folder, controllers):
            return folder
    return None


class Cgroup:
    """The server's cgroup, divided.

    Args:
        controllers: To be used where the cgroup has them.

    Raises:
        OSError: On construction, if others are in the cgroup or the kernel refuses; everything is as it was.
    """

    def __init__(self, folder: Path, controllers: Sequence[str] = CONTROLLERS) -> None:
        self._folder = folder
        self._controllers = _usable(folder, controllers)
        self._server, self._workers = folder / "server", folder / "workers"
        self._names = itertools.count(1)
        self._left: list[Path] = []
        self._move_in()

    def worker(self, pid: int, limits: Limits) -> WorkerCgroup:
        """Return a new cgroup with the worker in it.

        Raises:
            OSError: If the kernel refuses.
        """
        self._sweep()
        folder = self._workers / f"{next(self._names)}"
        folder.mkdir()
        group = WorkerCgroup(folder, self._left)
        try:
            group.limit(limits)
            (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            group.close()
            raise
        return group

    async def close(self) -> None:
        """Move the server back and leave nothing behind, as soon as the processes of the jail are gone."""
        for _ in range(_CLOSING_STEPS):
            self._move_out()
            if not self._server.exists():
                return
            await asyncio.sleep(_CLOSING_STEP_S)

    def _move_out(self) -> None:
        switches = " ".join(f"-{name}" for name in self._controllers)
        for step in (
            self._sweep,
            self._workers.rmdir,
            lambda: _write(self._folder / "cgroup.subtree_control", switches),
            lambda: self._move(self._server, self._folder),
            self._server.rmdir,
        ):
            with contextlib.suppress(OSError):
                step()

    def _move_in(self) -> None:
        switches = " ".join(f"+{name}" for name in self._controllers)
        self._server.mkdir(exist_ok=True)
        try:
            self._move(self._folder, self._server)
            _write(self._folder / "cgroup.subtree_control", switches)
            self._workers.mkdir(exist_ok=True)
            _write(self._workers / "cgroup.subtree_control", switches)
            if "cpu" in self._controllers:
                quota = int((os.cpu_count() or 1) * _CPU_SHARE * _CPU_PERIOD_US)
                _write(self._workers / "cpu.max", f"{quota} {_CPU_PERIOD_US}")
        except OSError:
            self._move_out()
            raise

    def _move(self, source: Path, target: Path) -> None:
        """Move the server and its children, and refuse to move anybody else."""
        pids = [int(pid) for pid in (source / "cgroup.procs").read_text().split()]
        strangers = [pid for pid in pids if not _is_own(pid)]
        if strangers:
            raise OSError(f"{len(strangers)} processes that are not the server's are in its cgroup")
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                _write(target / "cgroup.procs", str(pid))

    def _sweep(self) -> None:
        """Remove the cgroups of workers that have gone; one that has not quite gone stays for the next time."""
        for folder in list(self._left):
            with contextlib.suppress(OSError):
                folder.rmdir()
                self._left.remove(folder)


class WorkerCgroup:
    """The cgroup of one worker."""

    def __init__(self, folder: Path, left: list[Path]) -> None:
        self._folder, self._left = folder, left

    def limit(self, limits: Limits) -> None:
        """Set what one run may have.

        Raises:
            OSError: If the kernel refuses.
        """
        memory = (limits.memory_mb + limits.disk_mb + _MEMORY_SLACK_MB) * MIB
        for name, value in (
            ("memory.max", memory),
            ("memory.swap.max", 0),
            ("memory.oom.group", 1),
            ("pids.max", limits.processes + _OWN_PROCESSES),
        ):
            if (self._folder / name).exists():
                _write(self._folder / name, str(value))

    @property
    def ran_out_of_memory(self) -> bool:
        """True if the kernel killed the worker at this cgroup's limit."""
        with contextlib.suppress(OSError):
            events = dict(line.split() for line in (self._folder / "memory.events").read_text().splitlines())
            return events.get("oom_kill", "0") != "0"
        return False

    def close(self) -> None:
        """Have the folder removed, now or once its processes are gone."""
        self._left.append(self._folder)


def _usable(folder: Path, controllers: Sequence[str]) -> list[str]:
    listed = (folder / "cgroup.controllers").read_text().split()
    return [name for name in controllers if name in listed]


def _writable(folder: Path) -> bool:
    return all(
        os.access(path, os.W_OK)
        for path in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control")
    )


def _is_own(pid: int) -> bool:
    """True for this process and what descends from it."""
    while pid > 1 and pid != os.getpid():
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return True  # it has ended
    return pid == os.getpid()


def _write(path: Path, value: str) -> None:
    path.write_text(value)
