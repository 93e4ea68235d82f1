"""Arrow values as JSON, without loss.

integers beyond 2**53, decimals      string
NaN, infinities                      "NaN", "Infinity", "-Infinity"
dates, times, timestamps             ISO 8601, with the offset where there is a zone, nanoseconds kept
the last day, the last moment        "infinity", "-infinity", as DuckDB means them
durations, intervals                 ISO 8601 durations
binary                               base64; the column's type says binary
lists, structs, maps                 arrays, objects, arrays of [key, value]
"""

from __future__ import annotations

import base64
import datetime
import decimal
import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

__all__ = ["json_value"]

_EXACT = 2**53
_LAST_DAY = 2**31 - 1
_LAST_MOMENT = 2**63 - 1
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def json_value(scalar: pa.Scalar) -> Any:
    """Return one Arrow value as what `json.dumps` can carry."""
    if not scalar.is_valid:
        return None
    kind = scalar.type
    if isinstance(scalar, pa.DictionaryScalar | pa.ExtensionScalar | pa.RunEndEncodedScalar | pa.UnionScalar):
        return json_value(scalar.value)
    if types.is_struct(kind):
        return {name: json_value(scalar[name]) for name in scalar}
    if types.is_map(kind):
        return [[json_value(e["key"]), json_value(e["value"])] for e in scalar.values]
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return [json_value(item) for item in scalar.values]
    if types.is_timestamp(kind):
        return _timestamp(scalar)
    if types.is_date(kind):
        return _date(scalar)
    if types.is_duration(kind):
        return _duration(scalar.value, _PER_SECOND[kind.unit])
    if types.is_time(kind):
        return _time(scalar.value, _PER_SECOND[kind.unit])
    if types.is_interval(kind):
        return _interval(scalar.as_py())
    return _plain(scalar.as_py())


def _plain(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def _date(scalar: pa.Scalar) -> str:
    """Return the date; Python's own type has the years 1 to 9999."""
    try:
        return str(scalar.as_py().isoformat())
    except OverflowError:
        return _distant(scalar, _LAST_DAY if types.is_date32(scalar.type) else _LAST_MOMENT)


def _timestamp(scalar: pa.Scalar) -> str:
    """Return the time to the last digit; Python's own type stops at microseconds and the year 9999."""
    per_second = _PER_SECOND[scalar.type.unit]
    seconds, rest = divmod(scalar.value, per_second)
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return _distant(scalar, _LAST_MOMENT)
    zone = scalar.type.tz
    if zone is None:
        return moment.isoformat() + _fraction(rest, per_second)
    try:
        local = pa.scalar(seconds, pa.timestamp("s", tz=zone)).as_py()
    except (ValueError, OverflowError, KeyError, OSError, pa.ArrowException):
        return moment.isoformat() + _fraction(rest, per_second) + "+00:00"
    text = str(local.isoformat())
    return text[:19] + _fraction(rest, per_second) + text[19:]


def _distant(scalar: pa.Scalar, last: int) -> str:
    """Return a date or moment as Arrow writes it, which knows the years to 32767; or else its distance from 1970."""
    if abs(scalar.value) == last:
        return "infinity" if scalar.value > 0 else "-infinity"
    zone = "+00:00" if types.is_timestamp(scalar.type) and scalar.type.tz else ""
    text = str(pc.cast(scalar.cast(pa.timestamp(scalar.type.unit)) if zone else scalar, pa.string()))
    if "out of range" in text:
        unit = str(scalar.type).partition("[")[2].rstrip("]").partition(",")[0]
        return f"{scalar.value} {unit} since 1970-01-01"
    return text.replace(" ", "T") + zone


def _time(value: int, per_second: int) -> str:
    seconds, rest = divmod(value, per_second)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(rest, per_second)}"


def _duration(value: int, per_second: int) -> str:
    seconds, rest = divmod(abs(value), per_second)
    return f"{'-' if value < 0 else ''}PT{seconds}{_fraction(rest, per_second)}S"


def _interval(value: Any) -> str:
    seconds, rest = divmod(abs(value.nanoseconds), 10**9)
    sign = "-" if value.nanoseconds < 0 else ""
    return f"P{value.months}M{value.days}DT{sign}{seconds}{_fraction(rest, 10**9)}S"


def _fraction(rest: int, per_second: int) -> str:
    if not rest:
        return ""
    digits = len(str(per_second)) - 1
    return "." + f"{rest:0{digits}}".rstrip("0")
