"""Values of any driver as Arrow columns, typed by what was seen in the whole result, per column:

bool, int, float, Decimal, str, bytes      as they are; integers beyond 64 bits as decimals
date, time, datetime, timedelta            as they are, in µs; a zone is kept as UTC
UUID                                       text
list, tuple, dict                          JSON text
anything else, or kinds mixed              text
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

__all__ = ["chunk", "settle"]

_LONGEST = 2**63
_DIGITS = 76


def chunk(values: Sequence[Any]) -> pa.Array:
    """Return one batch of one column in the narrowest type that keeps every value."""
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds:
        return pa.nulls(len(values))
    try:
        return _typed(values, kinds)
    except (pa.ArrowException, OverflowError, ValueError):
        return _as_text(values)


def settle(pieces: Sequence[pa.Array]) -> pa.ChunkedArray:
    """Return the batches of one column in one type that keeps every value."""
    kinds = {piece.type for piece in pieces if piece.type != pa.null()}
    target = kinds.pop() if len(kinds) == 1 else _common(kinds) if kinds else pa.string()
    try:
        return pa.chunked_array([piece.cast(target) for piece in pieces], type=target)
    except pa.ArrowException:
        return pa.chunked_array([_as_text(piece.to_pylist()) for piece in pieces], type=pa.string())


def _typed(values: Sequence[Any], kinds: set[type]) -> pa.Array:
    if kinds == {bool} or kinds == {str}:
        return pa.array(values)
    if kinds == {int} and all(value is None or -_LONGEST <= value < _LONGEST for value in values):
        return pa.array(values, pa.int64())
    if kinds <= {int, float} and float in kinds:
        return _floats(values)
    if kinds <= {int, decimal.Decimal}:
        return _decimals(values)
    if kinds <= {bytes, bytearray, memoryview}:
        return pa.array([None if value is None else bytes(value) for value in values], pa.binary())
    if all(issubclass(kind, dt.datetime) for kind in kinds):
        return _datetimes(values)
    for kind, target in (
        (dt.date, pa.date32()),
        (dt.time, pa.time64("us")),
        (dt.timedelta, pa.duration("us")),
    ):
        if all(issubclass(each, kind) and not issubclass(each, dt.datetime) for each in kinds):
            return pa.array(values, target)
    return _as_text(values)


def _floats(values: Sequence[Any]) -> pa.Array:
    exact = all(type(value) is not int or float(value) == value for value in values)
    return pa.array(values, pa.float64()) if exact else _as_text(values)


def _decimals(values: Sequence[Any]) -> pa.Array:
    numbers = [None if value is None else decimal.Decimal(value) for value in values]
    if not all(number is None or number.is_finite() for number in numbers):
        return _as_text(values)
    shapes = [number.as_tuple() for number in numbers if number is not None]
    scale = max(0, *(-int(shape.exponent) for shape in shapes), 0)
    whole = max(1, *(len(shape.digits) + int(shape.exponent) for shape in shapes), 1)
    if whole + scale > _DIGITS:
        return _as_text(values)
    kind = pa.decimal128 if whole + scale <= 38 else pa.decimal256
    return pa.array(numbers, kind(whole + scale, scale))


def _datetimes(values: Sequence[Any]) -> pa.Array:
    zoned = {value.tzinfo is not None for value in values if value is not None}
    if len(zoned) > 1:
        return _as_text(values)
    return pa.array(values, pa.timestamp("us", tz="UTC" if zoned.pop() else None))


def _common(kinds: set[pa.DataType]) -> pa.DataType:
    """Return the type that holds values of all these, text where there is none."""
    types = pa.types
    if all(types.is_decimal(kind) or types.is_integer(kind) for kind in kinds):
        decimals = [kind for kind in kinds if types.is_decimal(kind)]
        scale = max(kind.scale for kind in decimals)
        whole = max(
            [19 if any(map(types.is_integer, kinds)) else 1, *(k.precision - k.scale for k in decimals)]
        )
        if whole + scale <= _DIGITS:
            return (pa.decimal128 if whole + scale <= 38 else pa.decimal256)(whole + scale, scale)
    if kinds == {pa.int64(), pa.float64()}:
        return pa.float64()
    return pa.string()


def _as_text(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    return value.hex() if isinstance(value, bytes) else str(value)
