"""What kind of feature a column is: decided from its values, never from its name."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["column_kind", "is_counter", "to_frame"]

_SAMPLE = 2_000
_WORDS_OF_TEXT = 4.0


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return the table as pandas: dates as datetime64, everything else as pandas takes it from Arrow."""
    return table.to_pandas(date_as_object=False)


def column_kind(column: pd.Series) -> str:
    """Return `numeric`, `boolean`, `datetime`, `text` or `categorical`.

    Strings are `datetime` when every one of them is ISO 8601 with a date, `text` when they run to four words or
    more on average and mostly differ, else `categorical`. A column without any value is `numeric`.
    """
    known = column.dropna()
    if known.empty:
        return "numeric"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "datetime"
    if pd.api.types.is_bool_dtype(column) or isinstance(known.iloc[0], (bool, np.bool_)):
        return "boolean"
    if pd.api.types.is_numeric_dtype(column):
        return "numeric"
    return _string_kind(known)


def _string_kind(known: pd.Series) -> str:
    sample = known.iloc[:_SAMPLE].astype(str)
    if sample.str.match(r"\d{4}-\d{2}-\d{2}").all() and _parses_as_time(known):
        return "datetime"
    words = sample.str.count(r"\w\w+").mean()
    return "text" if words >= _WORDS_OF_TEXT and sample.nunique() > len(sample) / 2 else "categorical"


def _parses_as_time(known: pd.Series) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(pd.to_datetime(known, format="ISO8601", errors="coerce", utc=True).notna().all())


def is_counter(column: pd.Series) -> bool:
    """Tell whether the column only counts the rows: integers, all different, without a gap or rising with few gaps."""
    if not pd.api.types.is_integer_dtype(column) or len(column) < 10 or not column.is_unique:
        return False
    span = int(column.max()) - int(column.min()) + 1
    return span == len(column) or (span <= 2 * len(column) and bool(column.is_monotonic_increasing))
