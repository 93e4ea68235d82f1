"""From raw columns to numbers, by kind of column; learnt from the training rows only.

Every step sits inside the pipeline that is fitted, so cross-validation learns it anew in every fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

__all__ = ["make_preprocessor"]

_MISSING = "(missing)"


def make_preprocessor(features: Sequence[Mapping[str, str]]) -> ColumnTransformer:
    """Return the unfitted transformer for features given as [{name, kind}], with a dense result.

    numeric: median for gaps and infinities, then `StandardScaler`; boolean: as 0 and 1, the same way; datetime: year,
    month, day, weekday, hour and seconds since 1970, the same way; categorical: one column a value, values seen fewer
    than five times pooled, at most 50; text: TF-IDF of the 300 commonest words.
    """
    steps: list[tuple[str, object, list[str] | str]] = []
    for kind, make in (
        ("numeric", _numbers),
        ("boolean", _numbers),
        ("datetime", _times),
        ("categorical", _words),
    ):
        names = [f["name"] for f in features if f["kind"] == kind]
        if names:
            steps.append((kind, make(), names))
    texts = [f["name"] for f in features if f["kind"] == "text"]
    steps.extend((f"text-{position}", _text(), name) for position, name in enumerate(texts))
    return ColumnTransformer(steps, sparse_threshold=0.0, verbose_feature_names_out=False)


def _numbers() -> Pipeline:
    return Pipeline([("finite", FunctionTransformer(_finite)), *_filled_and_scaled()])


def _times() -> Pipeline:
    return Pipeline([("parts", FunctionTransformer(_time_parts)), *_filled_and_scaled()])


def _filled_and_scaled() -> list[tuple[str, object]]:
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    return [("fill", fill), ("scale", StandardScaler())]


def _words() -> Pipeline:
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=5, max_categories=50, sparse_output=False
    )
    return Pipeline([("plain", FunctionTransformer(_plain_words)), ("one-hot", encoder)])


def _text() -> Pipeline:
    vectors = TfidfVectorizer(max_features=300, sublinear_tf=True)
    return Pipeline([("plain", FunctionTransformer(_plain_text)), ("tf-idf", vectors)])


def _finite(frame: pd.DataFrame) -> np.ndarray:
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(np.where(np.isfinite(values), values, np.nan))


def _time_parts(frame: pd.DataFrame) -> np.ndarray:
    columns: list[np.ndarray] = []
    for name in frame.columns:
        times = _to_time(frame[name])
        parts = (times.dt.year, times.dt.month, times.dt.day, times.dt.dayofweek, times.dt.hour)
        columns.extend(part.to_numpy(dtype=np.float64, na_value=np.nan) for part in parts)
        columns.append(np.where(times.isna(), np.nan, times.astype("int64").to_numpy(dtype=np.float64)))
    return np.column_stack(columns)


def _to_time(column: pd.Series) -> pd.Series:
    """Return the column in UTC and whole seconds, a unit that holds every year that a date can have."""
    if not pd.api.types.is_datetime64_any_dtype(column):
        column = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
    if column.dt.tz is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return column.astype("datetime64[s]")


def _plain_words(frame: pd.DataFrame) -> np.ndarray:
    objects = frame.astype(object)
    return np.asarray(objects.where(frame.notna(), _MISSING).astype(str), dtype=object)


def _plain_text(column: pd.Series) -> list[str]:
    return [str(v) if isinstance(v, str) else "" for v in column]
