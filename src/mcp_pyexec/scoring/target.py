"""The target column as classes: booleans, whole numbers or text, with one text for every label."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from mcp_pyexec.errors import RequestError

__all__ = ["normal_target", "target_labels"]

MOST_CLASSES = 50
_MOST_FRACTIONAL_CLASSES = 20


def normal_target(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Return the target as bool, int64 or string, with null for every missing value (NaN too).

    Raises:
        RequestError: `target-not-classes` for numbers with many different values or a type without labels.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return normal_target(column.cast(kind.value_type), name)
    if pa.types.is_boolean(kind):
        return column
    if pa.types.is_integer(kind):
        return _bounded(column.cast(pa.int64(), safe=not pa.types.is_uint64(kind)), name)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _whole_numbers(column.cast(pa.float64()), name)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_temporal(kind):
        return _bounded(column.cast(pa.string()), name)
    if pa.types.is_null(kind):
        raise RequestError("one-class", f"The target {name!r} has no value at all. Two classes are needed.")
    raise RequestError(
        "target-not-classes", f"The target {name!r} is {kind}; expected text, numbers or booleans."
    )


def target_labels(target: pa.ChunkedArray, name: str) -> tuple[tuple[str, ...], pa.Array]:
    """Return the labels as text in the order of their values, and the position of every row's label.

    Raises:
        RequestError: `one-class`.
    """
    values = sorted(pc.unique(target).to_pylist())
    if len(values) < 2:
        has = f"has one class, {values[0]!r}" if values else "has no value at all"
        message = f"The target {name!r} {has}; two or more are needed. Select other rows or another target."
        raise RequestError("one-class", message)
    codes = pc.index_in(target, value_set=pa.array(values, target.type)).combine_chunks()
    return tuple(str(value) for value in values), codes


def _whole_numbers(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    known = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
    distinct = pc.count_distinct(known, mode="only_valid").as_py()
    if pc.all(pc.equal(pc.floor(known), known), min_count=0).as_py():
        return _bounded(known.cast(pa.int64(), safe=False), name)
    if distinct > _MOST_FRACTIONAL_CLASSES:
        raise _not_classes(name, distinct)
    return known.cast(pa.string())


def _bounded(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    distinct = pc.count_distinct(column, mode="only_valid").as_py()
    if distinct > MOST_CLASSES:
        raise _not_classes(name, distinct)
    return column


def _not_classes(name: str, distinct: int) -> RequestError:
    return RequestError(
        "target-not-classes",
        f"The target {name!r} has {distinct} different values; a classifier here takes up to {MOST_CLASSES} classes. "
        f"Bin it in SQL, for instance CASE WHEN {name} < 100 THEN 'low' ELSE 'high' END.",
    )
