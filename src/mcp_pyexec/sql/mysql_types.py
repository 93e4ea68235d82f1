"""MySQL's column types and the text they arrive in, as Arrow values.

    TINYINT … BIGINT, also UNSIGNED   int8 … int64, uint8 … uint64
    FLOAT, DOUBLE, DECIMAL(p, s)      float, double, decimal
    DATE, DATETIME, TIMESTAMP         date32, timestamp in µs, the same in UTC
    TIME                              duration in µs: it may be negative or longer than a day
    BIT                               uint64
    ENUM                              dictionary of text
    BLOB, BINARY, GEOMETRY            binary
    anything else                     text

Where a value has no Arrow form (`0000-00-00`) the whole column is text, as the server writes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pymysql.constants import FIELD_TYPE, FLAG

__all__ = ["Field", "convert", "settle"]

_BINARY = 63
_WIDTHS = {
    FIELD_TYPE.TINY: (pa.int8(), pa.uint8()),
    FIELD_TYPE.SHORT: (pa.int16(), pa.uint16()),
    FIELD_TYPE.YEAR: (pa.int16(), pa.int16()),
    FIELD_TYPE.INT24: (pa.int32(), pa.uint32()),
    FIELD_TYPE.LONG: (pa.int32(), pa.uint32()),
    FIELD_TYPE.LONGLONG: (pa.int64(), pa.uint64()),
}
_PLAIN = {
    FIELD_TYPE.FLOAT: pa.float32(),
    FIELD_TYPE.DOUBLE: pa.float64(),
    FIELD_TYPE.DATE: pa.date32(),
    FIELD_TYPE.DATETIME: pa.timestamp("us"),
    FIELD_TYPE.TIMESTAMP: pa.timestamp("us"),
}
_BLOBS = {
    FIELD_TYPE.TINY_BLOB,
    FIELD_TYPE.MEDIUM_BLOB,
    FIELD_TYPE.LONG_BLOB,
    FIELD_TYPE.BLOB,
    FIELD_TYPE.STRING,
    FIELD_TYPE.VAR_STRING,
    FIELD_TYPE.VARCHAR,
}
_TIME = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the server describes it.

    Attributes:
        kind: One of `FIELD_TYPE`.
        flags: Of `FLAG`.
        length: In characters, sign and point of a decimal included.
        charset: 63 for bytes.
    """

    name: str
    kind: int
    flags: int
    length: int
    scale: int
    charset: int

    @property
    def binary(self) -> bool:
        """True where values are bytes."""
        return self.kind == FIELD_TYPE.GEOMETRY or (self.kind in _BLOBS and self.charset == _BINARY)


def convert(values: Sequence[bytes | None], field: Field) -> pa.Array:
    """Return the bytes of one column as values of its type, or as text where one has no form in Arrow."""
    raw = pa.array(values, pa.binary())
    if field.binary:
        return raw
    if field.kind == FIELD_TYPE.BIT:
        return pa.array([None if v is None else int.from_bytes(v, "big") for v in values], pa.uint64())
    text = raw.cast(pa.string())
    try:
        if field.kind == FIELD_TYPE.TIME:
            return pa.array(
                [None if v is None else _microseconds(v) for v in text.to_pylist()], pa.duration("us")
            )
        converted = text.cast(_target(field))
    except (pa.ArrowException, ValueError):
        return text
    return converted.cast(pa.timestamp("us", tz="UTC")) if field.kind == FIELD_TYPE.TIMESTAMP else converted


def settle(batches: Sequence[pa.Array], field: Field) -> pa.ChunkedArray:
    """Return the batches of a column in one type."""
    if len({batch.type for batch in batches}) > 1:
        batches = [batch.cast(pa.string()) for batch in batches]
    values = pa.chunked_array(batches)
    return pc.dictionary_encode(values) if field.flags & FLAG.ENUM else values


def _target(field: Field) -> pa.DataType:
    unsigned = bool(field.flags & FLAG.UNSIGNED)
    if field.kind in _WIDTHS:
        return _WIDTHS[field.kind][unsigned]
    if field.kind in (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL):
        digits = field.length - (0 if unsigned else 1) - (1 if field.scale else 0)
        precision = max(1, digits, field.scale)
        return (pa.decimal128 if precision <= 38 else pa.decimal256)(precision, field.scale)
    return _PLAIN.get(field.kind, pa.string())


def _microseconds(text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    sign, hours, minutes, seconds, fraction = match.groups()
    total = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 10**6 + int(
        (fraction or "").ljust(6, "0")
    )
    return -total if sign else total
