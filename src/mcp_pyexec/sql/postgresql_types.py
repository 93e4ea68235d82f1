"""PostgreSQL's types, and their text forms as Arrow values.

Read exactly, and where a value has no Arrow form (`infinity` as a date, years before Christ, NaN among decimals)
the whole column is text, as the server writes it:

    smallint … bigint, real, double      int16 … int64, float, double (NaN and infinities kept)
    numeric(p, s), numeric               decimal of that precision, or of the widest value seen
    date, time, timestamp, timestamptz   date32, time64, timestamp in µs, the same in UTC
    interval                             months, days, nanoseconds
    bytea                                binary
    enum                                 dictionary of text
    arrays                               lists of the above
    json, uuid, ranges, anything else    text
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["BUILT_IN", "SHOWN", "Kind", "settle"]

_PIECE_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of the server.

    Attributes:
        name: As `pg_type` has it; "enum" for any enum, "array" for any array, "shown" for what is kept as the
            server writes it.
        precision: Of a numeric column that declares one, else 0.
        element: Of an array.
    """

    name: str
    precision: int = 0
    scale: int = 0
    element: Kind | None = None
    delimiter: str = ","


SHOWN = Kind("shown")

BUILT_IN = {
    16: "bool", 17: "bytea", 20: "int8", 21: "int2", 23: "int4", 26: "oid", 700: "float4", 701: "float8",
    869: "inet", 1082: "date", 1083: "time", 1114: "timestamp", 1184: "timestamptz", 1186: "interval", 1700: "numeric",
    25: "text", 1043: "text", 1042: "text", 19: "text", 114: "text", 705: "text",
}  # fmt: skip
"""Type name by the number the server gives it, of those whose values are more than what the server writes."""

_TEXTS = {"text", "inet", "shown"}
_DIRECT = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "oid": pa.int64(),
    "float4": pa.float32(),
    "float8": pa.float64(),
}
_CAST = {
    **_DIRECT,
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}
_INTERVAL = re.compile(
    r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?"
    r"(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?)?"
)
_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^{},"]+)|([{}])|,', re.DOTALL)
_BOUNDS = re.compile(r"^\[[\d:\[\]-]+\]=")


def settle(batches: Sequence[pa.Array], kind: Kind) -> pa.ChunkedArray:
    """Return a column in one type; text as the server wrote it where one value has no form in Arrow.

    Args:
        batches: All values, or all as text, so that one late value still finds the others as they were written.
    """
    values = pa.chunked_array(batches)
    if kind.name == "enum":
        return pc.dictionary_encode(values)
    if values.type != pa.string() or kind.name in _TEXTS:
        return values
    if kind.name == "numeric" and not kind.precision:
        return _decimals(values)
    try:
        return _in_one_type([_convert(piece, kind) for piece in _pieces(values)], kind)
    except (pa.ArrowException, ValueError, OverflowError):
        return values


def _pieces(values: pa.ChunkedArray) -> list[pa.Array]:
    """Return the column in pieces so short that the values of one may be Python objects for a while."""
    starts = range(0, max(1, len(values)), _PIECE_ROWS)
    return [values.slice(start, _PIECE_ROWS).combine_chunks() for start in starts]


def _in_one_type(pieces: Sequence[pa.Array], kind: Kind) -> pa.ChunkedArray:
    """Return pieces of arrays, which show depth and digits of their own values only, in a type for all."""
    types = {piece.type for piece in pieces}
    if len(types) > 1:
        schemas = [pa.schema([("value", each)]) for each in types]
        types = {pa.unify_schemas(schemas, promote_options="permissive").field("value").type}
    (target,) = types
    if kind.element is not None and target == pa.list_(pa.null()):
        target = pa.list_(_strict(pa.array([], pa.string()), kind.element).type)
    return pa.chunked_array([piece.cast(target) for piece in pieces], target)


def _convert(values: pa.Array, kind: Kind) -> pa.Array:
    if kind.name == "bool":
        return pc.equal(values, "t")
    if kind.name == "numeric":
        return values.cast(_decimal(kind.precision, kind.scale)) if kind.precision else values
    if kind.name == "timestamptz":
        values = pc.binary_join_element_wise(pc.utf8_slice_codeunits(values, 0, -3), "Z", "")
    if kind.name in _CAST:
        return values.cast(_CAST[kind.name])
    return _slow(values, kind)


def _slow(values: pa.Array, kind: Kind) -> pa.Array:
    """Types that are read value by value."""
    readers: Mapping[str, tuple[Callable[[str], object], pa.DataType]] = {
        "bytea": (lambda text: bytes.fromhex(text[2:]), pa.binary()),
        "interval": (_interval, pa.month_day_nano_interval()),
        "time": (datetime.time.fromisoformat, pa.time64("us")),
    }
    if kind.name in readers:
        read, target = readers[kind.name]
        return pa.array([None if v is None else read(v) for v in values.to_pylist()], target)
    if kind.name == "array" and kind.element is not None:
        items = [None if v is None else _items(v, kind.delimiter) for v in values.to_pylist()]
        return _lists(items, kind.element)
    return values


def _interval(text: str) -> pa.MonthDayNano:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError(text)
    years, months, weeks, days, hours, minutes = (int(g or 0) for g in match.groups()[:6])
    sign, seconds, fraction = match.groups()[6:]
    nanoseconds = int(seconds or 0) * 10**9 + int((fraction or "").ljust(9, "0") or 0)
    nanoseconds *= -1 if sign else 1
    nanoseconds += (hours * 3600 + minutes * 60) * 10**9
    return pa.MonthDayNano([years * 12 + months, weeks * 7 + days, nanoseconds])


def _items(text: str, delimiter: str) -> list[object]:
    """Return a literal such as `{1,NULL,"a"}` as lists of text."""
    open_lists: list[list[object]] = [[]]
    if delimiter != ",":
        raise ValueError("a type whose arrays have a delimiter of their own")
    for match in _ITEM.finditer(_BOUNDS.sub("", text)):
        quoted, word, brace = match.groups()
        if brace == "{":
            open_lists.append([])
        elif brace == "}":
            done = open_lists.pop()
            open_lists[-1].append(done)
        elif quoted is not None:
            open_lists[-1].append(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL))
        elif word is not None:
            open_lists[-1].append(None if word == "NULL" else word)
    (value,) = open_lists[0]
    if not isinstance(value, list):
        raise ValueError("a type that is called an array and not written as one")
    return value


def _lists(items: Sequence[object], element: Kind) -> pa.Array:
    """Return nested lists of text as Arrow lists, of null where none has an item; all must be equally deep."""
    offsets, flat, nested = [0], [], False
    for item in items:
        flat += item if isinstance(item, list) else []
        offsets.append(len(flat))
    nested = any(isinstance(value, list) for value in flat)
    if nested and not all(isinstance(value, list) for value in flat):
        raise ValueError("arrays of different depth")
    child = (
        _lists(flat, element)
        if nested
        else _strict(pa.array(flat, pa.string()), element)
        if flat
        else pa.nulls(0)
    )
    marks = pa.array(
        [None if item is None else o for item, o in zip([*items, []], offsets, strict=True)], pa.int32()
    )
    return pa.ListArray.from_arrays(marks, child)


def _strict(values: pa.Array, kind: Kind) -> pa.Array:
    converted = _convert(values, kind)
    if kind.name == "numeric" and converted.type == pa.string():
        return _decimals(pa.chunked_array([converted])).combine_chunks()
    return converted


def _decimals(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return decimals of the precision that the widest value needs, or the text for NaN and beyond 76 digits."""
    digits = pc.utf8_ltrim(values, "-")
    point = pc.find_substring(digits, ".")
    length = pc.utf8_length(digits)
    whole = pc.max(pc.if_else(pc.equal(point, -1), length, point)).as_py()
    scale = pc.max(pc.if_else(pc.equal(point, -1), 0, pc.subtract(pc.subtract(length, point), 1))).as_py()
    try:
        return values.cast(_decimal(max(1, (whole or 1) + (scale or 0)), scale or 0))
    except (pa.ArrowException, ValueError):
        return values


def _decimal(precision: int, scale: int) -> pa.DataType:
    return pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)
