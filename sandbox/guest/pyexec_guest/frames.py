"""Arrow in and out of the jail.

A dataset arrives as a sealed memfd with an Arrow IPC file, mapped privately; what leaves is an Arrow IPC
stream as bytes. Conversions use one thread: the jail's libraries start none of their own.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyexec_guest.unique import unique_names

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

__all__ = ["is_frame", "is_series", "read_frame", "read_table", "to_table", "write_table"]

_MOST_MAPPINGS = 24
_SAMPLE = 2_000
"""Values of a column that are looked at before all of them are."""


def read_table(fd: int) -> pa.Table:
    """Return the table in a sealed descriptor, over mapped memory; the descriptor is closed."""
    with open(fd, "rb") as file:
        return _table(mmap.mmap(fd, os.fstat(file.fileno()).st_size, access=mmap.ACCESS_READ))


def read_frame(fd: int) -> pd.DataFrame:
    """Return the dataset as a DataFrame that can be written to; the descriptor is closed.

    Numbers without missing values, and text, stay where they are: of numbers, a page is copied when it is first
    written to, text is replaced as a whole. All else is converted into memory of its own; of decimals that repeat, each
    is made once. A column with a time in nanoseconds is text, and so is a list with a date beyond the year 9999: Python
    has no objects for them.
    """
    import pandas as pd

    with open(fd, "rb") as file:
        mapped = mmap.mmap(fd, os.fstat(file.fileno()).st_size, access=mmap.ACCESS_READ)
        table = _table(mapped)
        arrays = _arrays(fd, mapped, table) | _repeated_decimals(table)
    rest = _objects(table.select([i for i in range(table.num_columns) if i not in arrays]))
    columns = {name: arrays[i] if i in arrays else rest[name] for i, name in enumerate(table.column_names)}
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)


def _objects(table: pa.Table) -> Mapping[str, Any]:
    try:
        return table.to_pandas(use_threads=False)  # type: ignore[no-any-return] # a DataFrame
    except ValueError:
        return {name: _column(column) for name, column in zip(table.column_names, table.columns, strict=True)}


def _column(column: pa.ChunkedArray) -> pd.Series[Any]:
    import pandas as pd
    import pyarrow as pa

    try:
        return column.to_pandas()
    except ValueError:
        pass
    try:
        return column.cast(pa.string()).to_pandas()
    except NotImplementedError:
        values = column.combine_chunks()
        return pd.Series([_value(values.slice(row, 1)) for row in range(len(values))], dtype=object)


def _value(single: pa.Array) -> Any:
    """Return the only value, as Arrow writes it if Python has no object for it."""
    try:
        return single[0].as_py()
    except (ValueError, OverflowError):
        return " ".join(str(single).split())[2:-2]


def _table(mapped: mmap.mmap) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_file(pa.py_buffer(mapped)).read_all()


def _repeated_decimals(table: pa.Table) -> dict[int, np.ndarray[Any, Any]]:
    """Return, by column, the decimals that repeat; making an object for each row takes sixteen times as long."""
    import pyarrow as pa

    return {
        i: _decoded(column)
        for i, column in enumerate(table.columns)
        if pa.types.is_decimal(column.type) and _repeats(column)
    }


def _repeats(column: pa.ChunkedArray) -> bool:
    """Return whether a sample, from all over the column, has each of its values twice or more on average."""
    import pyarrow as pa

    if len(column) < _SAMPLE:
        return False
    sample = column.take(pa.array(range(0, len(column), len(column) // _SAMPLE)))
    return bool(len(sample.unique()) < len(sample) // 2)


def _decoded(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    import numpy as np

    encoded = column.combine_chunks().dictionary_encode()
    values = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
    rows: np.ndarray[Any, Any] = values.take(encoded.indices.fill_null(len(encoded.dictionary)).to_numpy())
    return rows


def _arrays(fd: int, mapped: mmap.mmap, table: pa.Table) -> dict[int, np.ndarray[Any, Any]]:
    """Return, by column, the numbers that numpy can use where they lie, over private mappings of those places.

    A private mapping counts as memory of the run; where there is not so much left, the arrays are read-only.
    """
    import numpy as np
    import pyarrow as pa

    base = pa.py_buffer(mapped).address
    places = {
        i: column.chunk(0).buffers()[1].address - base
        for i, column in enumerate(table.columns)
        if _plain(column)
    }
    ends = {i: start + table.column(i).nbytes for i, start in places.items()}
    arrays = {}
    for run in _neighbours(sorted(places)):
        start = places[run[0]] // mmap.PAGESIZE * mmap.PAGESIZE
        try:
            memory = mmap.mmap(fd, ends[run[-1]] - start, access=mmap.ACCESS_COPY, offset=start)
        except OSError:
            memory, start = mapped, 0
        for i in run:
            kind = table.field(i).type.to_pandas_dtype()
            arrays[i] = np.frombuffer(memory, kind, table.num_rows, places[i] - start)
    return arrays


def _plain(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    return bool(number and column.num_chunks == 1 and column.null_count == 0)


def _neighbours(columns: list[int]) -> list[list[int]]:
    """Return the columns in runs without a gap, at most as many as a worker can have files open for."""
    runs: list[list[int]] = []
    for column in columns:
        if runs and column == runs[-1][-1] + 1:
            runs[-1].append(column)
        else:
            runs.append([column])
    return runs[:_MOST_MAPPINGS]


def to_table(value: Any) -> pa.Table:
    """Return a DataFrame or Series as a table; an index other than the numbers of the rows becomes columns.

    Categories are written out. What Arrow has no plain type for is text: intervals, periods, complex numbers, columns
    with values of several types.
    """
    import pandas as pd
    import pyarrow as pa

    frame = value.to_frame() if isinstance(value, pd.Series) else value
    index = frame.index
    named = [(name, frame.iloc[:, i]) for i, name in enumerate(frame.columns)]
    if not isinstance(index, pd.RangeIndex) or index.name is not None or (index.start, index.step) != (0, 1):
        names = [_level_name(index, level) for level in range(index.nlevels)]
        named = [*((name, index.get_level_values(i).to_series()) for i, name in enumerate(names)), *named]
    arrays = [_array(column) for _, column in named]
    return pa.table(arrays, names=unique_names(_flat_name(name) for name, _ in named))


def _level_name(index: pd.Index[Any], level: int) -> Any:
    """Return the name of a level of an index, or what pandas calls one without."""
    name = index.names[level]
    if name is not None:
        return name
    return "index" if index.nlevels == 1 else f"level_{level}"


def _array(column: pd.Series[Any]) -> pa.Array:
    import pandas as pd
    import pyarrow as pa

    if isinstance(column.dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    try:
        array = pa.Array.from_pandas(column)
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        if not isinstance(array.type, pa.BaseExtensionType):
            return array
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        pass
    return pa.array(
        [None if missing else str(item) for item, missing in zip(column, column.isna(), strict=True)]
    )


def _flat_name(name: Any) -> str:
    """Text, also for a level of a MultiIndex."""
    return "_".join(map(str, name)) if isinstance(name, tuple) else str(name)


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
