"""MySQL's column types and the text they arrive in, as Arrow values.

    TINYINT … BIGINT, also UNSIGNED   int8 … int64, uint8 … uint64
    FLOAT, DOUBLE, DECIMAL(p, s)      float, double, decimal
    DATE, DATETIME, TIMESTAMP         date32, timestamp in µs, the same in UTC
    TIME                              duration in µs: it may be negative or longer than a day
    BIT                               uint64; computed ones may be unreadable, see `_bits`
    ENUM                              dictionary of text
    BLOB, BINARY, GEOMETRY            binary
    anything else                     text

Where a value has no Arrow form (`0000-00-00`) the whole column is text, as the server writes it. A FLOAT has the six
digits that the server writes of one, whoever asks; `f + 0e0` has all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pymysql.constants import FIELD_TYPE, FLAG

from mcp_pyexec.errors import RequestError

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
_SECONDS = len("2024-01-02 03:04:05")
_TIME = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the server describes it.

    Attributes:
        kind: One of `FIELD_TYPE`.
        flags: Of `FLAG`.
        length: In characters, sign and point of a decimal included.
        charset: 63 for bytes.
        computed: False for the column of a table.
    """

    name: str
    kind: int
    flags: int
    length: int
    scale: int
    charset: int
    computed: bool

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
        return _bits(values, field)
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
        batches = [_written(batch, field) for batch in batches]
    values = pa.chunked_array(batches)
    return pc.dictionary_encode(values) if field.flags & FLAG.ENUM else values


def _bits(values: Sequence[bytes | None], field: Field) -> pa.Array:
    """Return bits as numbers; MariaDB sends those of MAX, MIN and GREATEST as digits under the type of bytes.

    Raises:
        RequestError: `sql-failed` where every value could be either.
    """
    width, some = -(-field.length // 8), [value for value in values if value is not None]
    digits = field.computed and bool(some) and all(value.isdigit() for value in some)
    if digits and not any(len(v) != width or int.from_bytes(v, "big") >> field.length for v in some):
        raise RequestError(
            "sql-failed",
            f"The server sends the bits of {field.name!r} so that they can be read in two ways. "
            f"Write ({field.name}) + 0.",
        )
    return pa.array(
        [None if v is None else int(v) if digits else int.from_bytes(v, "big") for v in values], pa.uint64()
    )


def _written(values: pa.Array, field: Field) -> pa.Array:
    """Return the column as the server writes it."""
    if not pa.types.is_timestamp(values.type):
        return values.cast(pa.string())
    texts = values.cast(pa.timestamp("us")).cast(pa.string())
    return pc.utf8_slice_codeunits(texts, 0, _SECONDS + (1 + field.scale if field.scale else 0))


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
