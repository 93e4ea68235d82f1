"""The bubblewrap command line of a jailed process: a pure function of what runs and what is bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from mcp_pyexec.jail.identity import INSIDE, TwoIdentities
from mcp_pyexec.jail.rootfs import Bind
from mcp_pyexec.limits import MIB

__all__ = ["CONVERTER", "CONVERTER_TEMPLATE", "LONE", "READER", "TEMPLATE", "Program", "jail_argv"]


@dataclass(frozen=True, slots=True)
class Program:
    """What runs in a jail, and what it finds there besides its binds.

    Attributes:
        module: Of the guest; its `main` is called, with the descriptor of its socket as the argument.
        environment: All of it, but for the library path.
        etc: The whole of /etc, by content.
        devices: Nodes of /dev.
        folders: Empty ones, read-only.
        scratch: Folders below which binds may stand, and in which small files may be made, by bytes.
        mounts: Arguments for what else is writable or made up.
        capabilities: That it has at the start, in its own namespaces.
        root_capabilities: That root's has besides, and those for stepping down to its other identity.
    """

    module: str
    environment: Mapping[str, str]
    etc: Mapping[str, str] = field(default_factory=dict)
    devices: Sequence[str] = ()
    folders: Sequence[str] = ()
    scratch: Mapping[str, int] = field(default_factory=dict)
    mounts: Sequence[str] = ()
    capabilities: Sequence[str] = ()
    root_capabilities: Sequence[str] = ()

    @property
    def start(self) -> str:
        """Return the Python text that starts it."""
        return (
            f"import sys; sys.path[:0] = ['/guest', '/site-packages']; from {self.module} import main; main()"
        )


TEMPLATE = Program(
    module="pyexec_guest.template",
    environment={
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
    },
    etc={
        "/etc/passwd": "jail:x:1000:1000:jail:/work:/sbin/nologin\n",
        "/etc/group": "jail:x:1000:\n",
    },
    devices=("null", "zero", "full", "random", "urandom"),
    folders=("/dev", "/etc", "/work", "/scratch"),
    mounts=("--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108 - the jail's own
)
"""Clones itself into workers; needs the means for their file systems."""

LONE = replace(
    TEMPLATE,
    module="pyexec_guest.lone",
    mounts=(*TEMPLATE.mounts, "--as-pid-1"),
    capabilities=("CAP_SYS_ADMIN", "CAP_SETPCAP"),
)
"""Becomes one worker itself, with bubblewrap's namespaces for its own."""

READER = Program(
    module="pyexec_guest.reader",
    environment={"LANG": "C.UTF-8", "TZ": "Etc/UTC"},
    root_capabilities=("CAP_SETPCAP",),  # to give up the others for what it could start
)
"""Reads one database file; has nothing to write to, no device and no /proc."""

CONVERTER = replace(READER, module="pyexec_guest.conversion", scratch={"/data": 64 * MIB})
"""Makes a database file of data files; a folder to write to is added for each."""

CONVERTER_TEMPLATE = replace(
    READER,
    module="pyexec_guest.conversion.template",
    folders=("/data", "/files", "/out"),
    capabilities=("CAP_SYS_ADMIN", "CAP_SETPCAP"),
)
"""Clones itself into converters; needs the means for their file systems."""


def jail_argv(
    program: Program,
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
        for capability in ("CAP_SETUID", "CAP_SETGID", *program.root_capabilities):
            argv += ["--cap-add", capability]
    for capability in program.capabilities:
        argv += ["--cap-add", capability]
    for name, value in {**program.environment, "LD_LIBRARY_PATH": library_path}.items():
        argv += ["--setenv", name, value]
    for scratch, size in program.scratch.items():
        argv += ["--perms", "1777", "--size", str(size), "--tmpfs", scratch]
    # Made on the way to something else, a folder would be for its owner only.
    for folder in sorted(
        {*(p for bind in binds for p in bind.target.parents), *map(PurePosixPath, program.folders)}
    ):
        argv += ["--perms", "0755", "--dir", str(folder)]
    for bind in binds:
        argv += ["--ro-bind", str(bind.source), str(bind.target)]
    for hidden in empty:
        argv += ["--tmpfs", str(hidden), "--remount-ro", str(hidden)]
    for path, fd in etc_fds:
        argv += ["--perms", "0444", "--file", str(fd), path]
    for device in program.devices:
        argv += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    argv += [*program.mounts, "--chdir", "/", "--remount-ro", "/"]
    return [*argv, "--", "/python/bin/python3", "-s", "-S", "-P", "-B", "-c", program.start, str(control_fd)]
