"""Whose processes a jail's are, when the server is root.

An ordinary user's jail runs as that user. Root's must not run as root, even without one capability: root owns
the files and device nodes of the machine and is exempt from RLIMIT_NPROC. So root's jail gets a user namespace
with two identities: bubblewrap sets up as root, and the template steps down to the other before it does anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["INSIDE", "TwoIdentities", "identity_for", "spare_id"]

INSIDE = 1000
"""User and group id as seen in the jail."""

_SPARE = (1_999_999_999, 65_534)
"""An id that nothing uses (it lies between systemd's container and foreign ranges), else nobody's."""
_CAP_SETGID, _CAP_SETUID = 6, 7


def spare_id() -> int | None:
    """Return the id for a jail of root's; None for an ordinary user, or root that may not hand out ids.

    Root without CAP_SETUID and CAP_SETGID goes on with one identity, and the template then proves whether that is
    an ordinary user's in the end (as in a rootless container) or refuses to start.
    """
    if os.geteuid() != 0 or not _may_hand_out_ids():
        return None
    return next((i for i in _SPARE if _is_mapped(i, "uid") and _is_mapped(i, "gid")), None)


def identity_for(files: Iterable[Path]) -> int | None:
    """Return whose process root's reader of files is: their owner's, never root's. None for an ordinary user's server.

    Raises:
        OSError: If a file is not there, or is for root or for some users alone: what parses files never runs as root.
    """
    spare = spare_id()
    found = [path.stat() for path in files]
    if spare is None:
        return None
    owners = {status.st_uid for status in found}
    if len(owners) == 1 and 0 not in owners:
        return owners.pop()
    if not all(status.st_mode & stat.S_IROTH for status in found):
        raise PermissionError(
            "only some users may read it, and what reads it never runs as root. Make it readable for others (chmod "
            "o+r), or run the server as an ordinary user that owns it"
        )
    return spare


@dataclass(frozen=True, slots=True)
class TwoIdentities:
    """The pipes over which bubblewrap asks for its user namespace to be mapped.

    Attributes:
        info_fd, block_fd: For bubblewrap: where it writes its child's pid, and where that child waits.
    """

    spare: int
    info_fd: int
    block_fd: int
    _info_read: int
    _block_write: int

    @classmethod
    def open(cls, spare: int) -> TwoIdentities:
        info_read, info_write = os.pipe()
        block_read, block_write = os.pipe()
        return cls(spare, info_write, block_read, info_read, block_write)

    def map(self) -> None:
        """Map root and the spare id into the namespace of the bubblewrap just started, and let it go on.

        Where that fails, bubblewrap ends with a message of its own.
        """
        os.close(self.info_fd)
        os.close(self.block_fd)
        with open(self._info_read, "rb") as info, open(self._block_write, "wb") as block:  # noqa: PTH123 - descriptors
            pid = json.loads(info.read() or b"{}").get("child-pid")
            if pid is not None:
                for kind in ("uid", "gid"):
                    Path(f"/proc/{pid}/{kind}_map").write_text(f"0 0 1\n{INSIDE} {self.spare} 1\n")
                with contextlib.suppress(BrokenPipeError):
                    block.write(b"1")
                    block.flush()


def _may_hand_out_ids() -> bool:
    status = Path("/proc/self/status").read_text()
    held = int(status.partition("CapEff:")[2].split()[0], 16)
    return all(held >> capability & 1 for capability in (_CAP_SETUID, _CAP_SETGID))


def _is_mapped(wanted: int, kind: str) -> bool:
    lines = Path(f"/proc/self/{kind}_map").read_text().splitlines()
    extents = [[int(number) for number in line.split()] for line in lines]
    return any(first <= wanted < first + count for first, _, count in extents)
