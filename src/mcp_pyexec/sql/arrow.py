"""Rows and driver columns as plain Arrow columns.

A driver without types of its own (SQLite) is typed by the values seen in the whole result, per column:

    only integers                          int64
    integers and floats, all exact         double
    any blob                               binary (text as UTF-8, numbers as their text)
    anything else mixed, or no value       string
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["chunk", "column", "plain", "unique_names"]

_EXACT = 2**53


def chunk(values: Sequence[Any]) -> pa.Array:
    """Return one batch of one SQLite column in the narrowest type that keeps every value."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {int}:
        return pa.array(values, pa.int64()) if kinds else pa.nulls(len(values))
    if kinds == {float} or (kinds == {int, float} and all(type(v) is float or _exact(v) for v in values)):
        return pa.array(values, pa.float64())
    if bytes in kinds:
        return pa.array([None if v is None else _bytes(v) for v in values], pa.binary())
    if kinds == {str}:
        return pa.array(values, pa.string())
    return pa.array([None if v is None else _text(v) for v in values], pa.string())


def column(chunks: Sequence[pa.Array]) -> pa.ChunkedArray:
    """Return the batches of one column in one type that keeps every value."""
    types = {c.type for c in chunks if c.type != pa.null()}
    if len(types) <= 1:
        target = types.pop() if types else pa.string()
    elif types == {pa.int64(), pa.float64()} and all(map(_exact_chunk, chunks)):
        target = pa.float64()
    else:
        target = pa.binary() if pa.binary() in types else pa.string()
    return pa.chunked_array([_converted(c, target) for c in chunks], type=target)


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a driver's column as its storage type, where it is of an extension type."""
    if isinstance(values.type, pa.BaseExtensionType):
        return pa.chunked_array([c.storage for c in values.chunks], type=values.type.storage_type)
    return values


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names with `_2`, `_3`, … behind the second and later use of one."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 2
        while candidate in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken.add(candidate)
        result.append(candidate)
    return result


def _exact(value: Any) -> bool:
    return value is None or -_EXACT <= value <= _EXACT


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else _text(value).encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _exact_chunk(array: pa.Array) -> bool:
    if array.type != pa.int64() or array.null_count == len(array):
        return True
    bounds = pc.min_max(array).as_py()
    return _exact(bounds["min"]) and _exact(bounds["max"])


def _converted(array: pa.Array, target: pa.DataType) -> pa.Array:
    if array.type == target:
        return array
    if array.type in (pa.int64(), pa.float64()) and target != pa.float64():
        array = pa.array([None if v is None else repr(v) for v in array.to_pylist()], pa.string())
    return array.cast(target)
