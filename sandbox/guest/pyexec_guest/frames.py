"""Arrow in and out of the jail.

A dataset arrives as a sealed memfd with an Arrow IPC file, mapped privately; what leaves is an Arrow IPC
stream as bytes. Conversions use one thread: the jail's libraries start none of their own.
"""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["is_frame", "is_series", "read_frame", "read_table", "to_table", "write_table"]


def read_table(fd: int) -> pa.Table:
    """Return the table in a sealed descriptor, over mapped memory; the descriptor is closed."""
    import pyarrow as pa

    size = os.fstat(fd).st_size
    mapped = mmap.mmap(fd, size, access=mmap.ACCESS_READ)
    os.close(fd)
    return pa.ipc.open_file(pa.py_buffer(mapped)).read_all()


def read_frame(fd: int) -> pd.DataFrame:
    """Return the dataset as a DataFrame that can be written to (a copy of the mapped columns)."""
    return read_table(fd).to_pandas(use_threads=False)


def to_table(value: Any) -> pa.Table:
    """Return a DataFrame or Series as a table; an index other than a plain range becomes columns.

    Raises:
        pyarrow.ArrowException: If a column holds what Arrow has no type for.
    """
    import pandas as pd
    import pyarrow as pa

    frame = value.to_frame() if isinstance(value, pd.Series) else value
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    if not plain:
        frame = frame.reset_index()
    frame = frame.set_axis([str(name) for name in _flat_names(frame.columns)], axis=1)
    return pa.Table.from_pandas(frame, preserve_index=False, nthreads=1).replace_schema_metadata(None)


def _flat_names(columns: Any) -> list[str]:
    """Unique text names, also for a MultiIndex."""
    names: list[str] = []
    for name in columns:
        text = "_".join(map(str, name)) if isinstance(name, tuple) else str(name)
        taken, base, number = set(names), text, 2
        while text in taken:
            text, number = f"{base}_{number}", number + 1
        names.append(text)
    return names


def write_table(table: pa.Table) -> bytes:
    """Return the table as an Arrow IPC stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def is_frame(value: Any) -> bool:
    import sys

    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def is_series(value: Any) -> bool:
    import sys

    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Series)
