"""Arrow tables in sealed memory: written once, then nobody can change or shrink them, in any process.

Invariant: a descriptor from here holds one Arrow IPC *file* and carries all four seals, so that a reader may map
it without copying and without fear of SIGBUS.
"""

from __future__ import annotations

import fcntl
import mmap
import os

import pyarrow as pa

__all__ = ["SEALS", "map_table", "seal"]

SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


def seal(table: pa.Table, name: str = "dataset") -> int:
    """Return a new descriptor of the table as a sealed Arrow IPC file; the caller closes it.

    Each column is one piece, so that numbers can be used as arrays where they lie.

    Args:
        name: Shown in /proc only.
    """
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with (
            os.fdopen(os.dup(descriptor), "wb") as raw,
            pa.PythonFile(raw, mode="w") as sink,
            pa.ipc.new_file(sink, table.schema) as writer,
        ):
            writer.write_table(table.combine_chunks())
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def map_table(descriptor: int) -> pa.Table:
    """Return the table of a sealed descriptor over mapped memory, without a copy.

    The table stays valid after the descriptor is closed.
    """
    mapped = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
    return pa.ipc.open_file(pa.py_buffer(mapped)).read_all()
