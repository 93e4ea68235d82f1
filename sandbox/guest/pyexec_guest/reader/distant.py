"""Dates and moments that Python cannot say, as text: DuckDB's infinities, and years before 1 or after 9999."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

__all__ = ["has_distant", "written"]

_EPOCH = datetime.date(1970, 1, 1).toordinal()
_DAY_S = 86_400
_CYCLE = 146_097
"""Days after which the calendar repeats: 400 years."""
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def has_distant(values: pa.Array) -> bool:
    """Return whether a column has dates or moments, of which Python cannot say one."""
    if not (types.is_date32(values.type) or types.is_timestamp(values.type)):
        return False
    found = pc.min_max(_counts(values)).as_py()
    first, last = _bounds(values.type)
    return found["min"] is not None and (found["min"] < first or found["max"] > last)


def written(values: pa.Array) -> pa.Array:
    """Return dates, or moments in UTC, as the text that DuckDB writes."""
    counts = _counts(values)
    first, last = (pa.scalar(bound, counts.type) for bound in _bounds(values.type))
    near = pc.and_(pc.greater_equal(counts, first), pc.less_equal(counts, last))
    distant = counts.filter(pc.invert(near)).unique().drop_null()
    texts = pa.array([_text(count, values.type) for count in distant.to_pylist()], pa.string())
    kind = values.type
    plain = (
        kind if types.is_date32(kind) else pa.timestamp(kind.unit)
    )  # a zone's rules are not needed, nor there
    said = pc.if_else(near, values.view(plain), pa.scalar(None, plain)).cast(pa.string())
    if types.is_timestamp(kind) and kind.unit != "s":
        said = pc.replace_substring_regex(said, r"(\.\d*[1-9])?\.?0+$", r"\1")
    if kind != plain:
        said = pc.binary_join_element_wise(said, "+00", "")
    return pc.coalesce(said, texts.take(pc.index_in(counts, distant)))


def _text(count: int, kind: pa.DataType) -> str:
    if abs(count) > _last(kind):
        return "infinity" if count > 0 else "-infinity"
    days, rest = divmod(count, _per_day(kind))
    cycles, day = divmod(days + _EPOCH - 1, _CYCLE)
    date = datetime.date.fromordinal(day + 1)
    year = date.year + 400 * cycles
    month_and_day = f"{date.month:02}-{date.day:02}"
    text = f"{year:04}-{month_and_day}" if year > 0 else f"{1 - year:04}-{month_and_day} (BC)"
    if types.is_timestamp(kind):
        second, part = divmod(rest, _PER_SECOND[kind.unit])
        text += f" {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        if part:
            text += f".{part:0{len(str(_PER_SECOND[kind.unit])) - 1}}".rstrip("0")
        text += "+00" if kind.tz else ""
    return text


def _counts(values: pa.Array) -> pa.Array:
    """Return the days or parts of a second since 1970."""
    return values.view(pa.int32() if types.is_date32(values.type) else pa.int64())


def _per_day(kind: pa.DataType) -> int:
    return 1 if types.is_date32(kind) else _DAY_S * _PER_SECOND[kind.unit]


def _last(kind: pa.DataType) -> int:
    """Return the largest count that is no infinity."""
    return int(2 ** (kind.bit_width - 1) - 2)


def _bounds(kind: pa.DataType) -> tuple[int, int]:
    """Return the counts of the first and the last that Python can say."""
    per_day, last = _per_day(kind), _last(kind)
    days = (d.toordinal() - _EPOCH for d in (datetime.date.min, datetime.date.max))
    earliest, latest = (day * per_day for day in days)
    return max(earliest, -last), min(latest + per_day - 1, last)
