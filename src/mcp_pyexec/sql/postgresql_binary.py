"""Rows of PostgreSQL's binary COPY as Arrow columns, a column at a time with numpy.

    smallint … bigint, oid, real, double     as they are, turned to this machine's order of bytes
    boolean, date, timestamp, timestamptz    days and µs since 2000 to those since 1970
    numeric of at most 18 digits             decimal
    text, varchar, char, name, json, enum    text
    bytea                                    binary

What has no such form is asked for as text (`is_binary`), and so is a column in which a value turns up that Arrow's type
cannot hold: infinite or distant dates, NaN among decimals (`Unfit`).

Source: PostgreSQL manual, COPY, "Binary Format"; the types' send functions.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.postgresql_types import Kind

__all__ = ["Unfit", "decode", "is_binary"]

_PADDING = bytes(16)
_MOST_DIGITS = 18
_NEGATIVE, _FIRST_SPECIAL = 0x4000, 0xC000
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_DAYS = datetime.date(2000, 1, 1).toordinal() - _EPOCH
_FIRST_DAY, _LAST_DAY = 1 - _EPOCH, datetime.date.max.toordinal() - _EPOCH
_DAY_US = 86_400_000_000
_POWERS = 10 ** np.arange(_MOST_DIGITS + 1, dtype=np.int64)

_Array = np.ndarray[Any, Any]


class Unfit(Exception):
    """Columns of the result, by number, that hold a value beyond their Arrow type."""

    def __init__(self, columns: frozenset[int]) -> None:
        super().__init__(columns)
        self.columns = columns


@dataclass(frozen=True, slots=True)
class _Cells:
    """One column: where its values begin in the data, how long they are, and which are missing."""

    data: bytes
    at: _Array
    length: _Array
    missing: _Array

    def read(self, form: str, ahead: int = 0) -> _Array:
        """Return what numpy calls `form` at every value; zero where a value is missing."""
        values: _Array = _everywhere(self.data, form)[self.at + ahead]
        values[self.missing] = 0
        return values

    def array(self, kind: pa.DataType, *buffers: pa.Buffer) -> pa.Array:
        valid = pa.array(~self.missing).buffers()[1] if self.missing.any() else None
        return pa.Array.from_buffers(kind, len(self.at), [valid, *buffers])


def is_binary(kind: Kind) -> bool:
    """Return whether the column can be read from the binary format."""
    return kind.name in _READERS and (kind.name != "numeric" or 0 < kind.precision <= _MOST_DIGITS)


def decode(data: bytes, lengths: Sequence[int], kinds: Sequence[Kind]) -> list[pa.Array]:
    """Return the columns of whole rows.

    Args:
        data: The rows one after the other, without the header of the format.
        lengths: Of each row, in bytes.

    Raises:
        Unfit: A value is beyond its Arrow type.
        RequestError: `sql-failed` for text that is not UTF-8, or for bytes that are not rows of these columns.
    """
    try:
        cells = _cells(data + _PADDING, np.array(lengths, np.int64), len(kinds))
        columns = [_READERS[kind.name](cell, kind) for cell, kind in zip(cells, kinds, strict=True)]
    except IndexError:
        raise _malformed() from None
    unfit = frozenset(i for i, column in enumerate(columns) if column is None)
    if unfit:
        raise Unfit(unfit)
    return columns


def _cells(data: bytes, sizes: _Array, width: int) -> list[_Cells]:
    """Return where the values of each column are: all of them inside their rows, whatever the lengths claim."""
    ends = np.cumsum(sizes)
    at = ends - sizes + 2
    cells = []
    for _ in range(width):
        length = _everywhere(data, ">i4")[at]
        missing = length < 0
        cells.append(_Cells(data, at + 4, np.where(missing, 0, length), missing))
        at = cells[-1].at + cells[-1].length
    if not np.array_equal(at, ends):
        raise _malformed()
    return cells


def _malformed() -> RequestError:
    return RequestError("sql-failed", "The server sent rows that are not in the form it had announced.")


def _everywhere(data: bytes, form: str) -> _Array:
    """Return the value that begins at each byte."""
    return np.ndarray((len(data) - np.dtype(form).itemsize + 1,), np.dtype(form), data, strides=(1,))


def _number(form: str, kind: pa.DataType) -> Callable[[_Cells, Kind], pa.Array]:
    target = kind.to_pandas_dtype()

    def read(cells: _Cells, _: Kind) -> pa.Array:
        return cells.array(kind, pa.py_buffer(cells.read(form).astype(target)))

    return read


def _truth(cells: _Cells, _: Kind) -> pa.Array:
    return pa.array(cells.read("u1") != 0, mask=cells.missing)


def _date(cells: _Cells, _: Kind) -> pa.Array | None:
    days = cells.read(">i4").astype(np.int64) + _DAYS
    if not _within(days, _FIRST_DAY, _LAST_DAY):
        return None
    return cells.array(pa.date32(), pa.py_buffer(days.astype(np.int32)))


def _timestamp(zone: str | None) -> Callable[[_Cells, Kind], pa.Array | None]:
    def read(cells: _Cells, _: Kind) -> pa.Array | None:
        since_2000 = cells.read(">i8").astype(np.int64)
        first, last = (_FIRST_DAY - _DAYS) * _DAY_US, (_LAST_DAY - _DAYS + 1) * _DAY_US - 1
        if not _within(since_2000, first, last):
            return None
        return cells.array(pa.timestamp("us", tz=zone), pa.py_buffer(since_2000 + _DAYS * _DAY_US))

    return read


def _within(values: _Array, first: int, last: int) -> bool:
    return not len(values) or bool(values.min() >= first and values.max() <= last)


def _numeric(cells: _Cells, kind: Kind) -> pa.Array | None:
    """Digits come in groups of four, the first one worth 10000 ** weight."""
    groups, weight, sign = (cells.read(form, ahead) for form, ahead in ((">i2", 0), (">i2", 2), (">u2", 4)))
    if (sign >= _FIRST_SPECIAL).any():
        return None
    total = np.zeros(len(groups), np.int64)
    for number in range(int(groups.max(initial=0))):
        there = number < groups
        digits = _everywhere(cells.data, ">i2")[np.where(there, cells.at + 8 + 2 * number, 0)].astype(
            np.int64
        )
        exponent = 4 * (weight.astype(np.int64) - number) + kind.scale
        value = digits * _power(exponent) // _power(-exponent)
        total += np.where(there, value, 0)
    words = np.empty((len(total), 2), np.int64)
    words[:, 0] = np.where(sign == _NEGATIVE, -total, total)
    words[:, 1] = words[:, 0] >> 63
    return cells.array(pa.decimal128(kind.precision, kind.scale), pa.py_buffer(words))


def _power(exponent: _Array) -> _Array:
    """Return ten to it, one for those below zero."""
    powers: _Array = _POWERS[np.clip(exponent, 0, _MOST_DIGITS)]
    return powers


def _bytes(cells: _Cells, _: Kind) -> pa.Array:
    """Take every second piece of the data: the others lie between the values."""
    count = len(cells.at)
    offsets = np.empty(2 * count + 1, np.int32)
    offsets[0:-1:2], offsets[1::2] = cells.at, cells.at + cells.length
    offsets[-1] = len(cells.data)
    pieces = pa.Array.from_buffers(
        pa.binary(), 2 * count, [None, pa.py_buffer(offsets), pa.py_buffer(cells.data)]
    )
    return cells.array(pa.binary(), *pieces.take(pa.array(np.arange(0, 2 * count, 2))).buffers()[1:])


def _text(cells: _Cells, kind: Kind) -> pa.Array:
    try:
        return _bytes(cells, kind).cast(pa.string())
    except pa.ArrowInvalid:
        raise RequestError(
            "sql-failed", "A text in the result is not UTF-8. Read it with convert_to() or encode()."
        ) from None


_READERS: dict[str, Callable[[_Cells, Kind], pa.Array | None]] = {
    "bool": _truth,
    "int2": _number(">i2", pa.int16()),
    "int4": _number(">i4", pa.int32()),
    "int8": _number(">i8", pa.int64()),
    "oid": _number(">u4", pa.int64()),
    "float4": _number(">f4", pa.float32()),
    "float8": _number(">f8", pa.float64()),
    "date": _date,
    "timestamp": _timestamp(None),
    "timestamptz": _timestamp("UTC"),
    "numeric": _numeric,
    "bytea": _bytes,
    "text": _text,
    "enum": _text,
}
