"""Starting a program in a jail through bubblewrap."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from mcp_pyexec.jail.argv import Program, jail_argv
from mcp_pyexec.jail.identity import TwoIdentities
from mcp_pyexec.jail.preflight import find_bwrap
from mcp_pyexec.jail.rootfs import Bind, empty_folders, library_path

__all__ = ["spawn"]


def spawn(
    program: Program, binds: Sequence[Bind], control_fd: int, stderr: IO[bytes], identity: int | None
) -> subprocess.Popen[bytes]:
    """Start the program with a socket and return at once. It dies with the thread that started it.

    Args:
        identity: Of the host, whose processes root's jail has; None for the server's own.

    Raises:
        ConfigError: If there is no bubblewrap.
    """
    bwrap = find_bwrap()
    identities = None if identity is None else TwoIdentities.open(identity)
    etc = [(path, _content_fd(text)) for path, text in program.etc.items()]
    inherited = [control_fd, *(fd for _, fd in etc)]
    if identities is not None:
        inherited += [identities.info_fd, identities.block_fd]
    try:
        argv = jail_argv(program, bwrap, binds, empty_folders(), library_path(), control_fd, etc, identities)
        process = subprocess.Popen(  # noqa: S603 - our own argument vector, no shell
            argv,
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
            pass_fds=inherited,
            env={},
            cwd=Path("/"),
        )
    finally:
        for _, fd in etc:
            os.close(fd)
    if identities is not None:
        identities.map()
    return process


def _content_fd(text: str) -> int:
    fd = os.memfd_create("etc")
    os.write(fd, text.encode())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
