"""The bubblewrap command line of a template: a pure function of what is bound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from mcp_pyexec.jail.identity import INSIDE, TwoIdentities
from mcp_pyexec.jail.rootfs import Bind

__all__ = ["ETC_FILES", "template_argv"]

ETC_FILES = {
    "/etc/passwd": "jail:x:1000:1000:jail:/work:/sbin/nologin\n",
    "/etc/group": "jail:x:1000:\n",
}
"""The whole of /etc inside, by content."""

_ENVIRONMENT = {
    "HOME": "/work",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",  # noqa: S108 - the jail's own
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # One thread per library, and none in the background: a clone of a process with threads inherits their locks
    # without them.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}

_DEVICES = ("null", "zero", "full", "random", "urandom")

_FOLDERS = ("/dev", "/etc", "/work", "/scratch")

_START = (
    "import sys; sys.path[:0] = ['/guest', '/site-packages']; from pyexec_guest.template import main; main()"
)


def template_argv(
    bwrap: Path,
    binds: Sequence[Bind],
    empty: Sequence[PurePosixPath],
    library_path: str,
    control_fd: int,
    etc_fds: Sequence[tuple[str, int]],
    identities: TwoIdentities | None,
) -> list[str]:
    """Return the argument vector; `etc_fds` pairs a path in /etc with a descriptor of its content."""
    argv = [str(bwrap), "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    argv += ["--unshare-cgroup", "--uid", str(INSIDE), "--gid", str(INSIDE), "--hostname", "jail"]
    argv += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    if identities is not None:
        argv += ["--info-fd", str(identities.info_fd), "--userns-block-fd", str(identities.block_fd)]
        argv += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    for name, value in {**_ENVIRONMENT, "LD_LIBRARY_PATH": library_path}.items():
        argv += ["--setenv", name, value]
    # Made on the way to something else, a folder would be for its owner only.
    for folder in sorted(
        {*(p for bind in binds for p in bind.target.parents), *map(PurePosixPath, _FOLDERS)}
    ):
        argv += ["--perms", "0755", "--dir", str(folder)]
    for bind in binds:
        argv += ["--ro-bind", str(bind.source), str(bind.target)]
    for hidden in empty:
        argv += ["--tmpfs", str(hidden), "--remount-ro", str(hidden)]
    for path, fd in etc_fds:
        argv += ["--perms", "0444", "--file", str(fd), path]
    for device in _DEVICES:
        argv += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    argv += ["--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp", "--chdir", "/", "--remount-ro", "/"]  # noqa: S108 - the jail's own
    return [*argv, "--", "/python/bin/python3", "-s", "-S", "-P", "-B", "-c", _START, str(control_fd)]
