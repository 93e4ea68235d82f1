"""What a careful reviewer would say about the rows before any model is trained on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from pyexec_guest.classify.kinds import is_counter
from pyexec_guest.classify.measures import balanced_accuracy

__all__ = ["Rows", "advise"]

_LEAK_ROWS = 1_000
_LEAK_FEATURES = 200
_LEAK_SCORE = 0.995
_GROUP_NAME = re.compile(
    r"(^|_)(patient|subject|person|user|customer|client|account|household|device|session|site|store|group)"
    r"(_?(id|no|number|code))?$|(_id|Id)$",
    re.IGNORECASE,
)

Warning_ = dict[str, str]


@dataclass(frozen=True)
class Rows:
    """The whole table with its split; `y` holds class numbers, `features` is [{name, kind, missing}]."""

    frame: pd.DataFrame
    y: np.ndarray
    train: np.ndarray
    test: np.ndarray
    features: list[dict[str, Any]]
    request: Mapping[str, Any]


def advise(rows: Rows) -> tuple[list[dict[str, Any]], list[Warning_]]:
    """Return the features to train on, and warnings as [{code, message}].

    A column that only counts the rows is left out when the caller did not choose the features by name: rows are often
    stored in class order, and then the counter knows the label.
    """
    kept, warnings = _without_counters(rows)
    checks = (_class_sizes, _empty_features, _wide_features, _repeated_rows, _other_splits, _leaks)
    for check in checks:
        warnings.extend(check(rows, kept))
    return kept, warnings


def _without_counters(rows: Rows) -> tuple[list[dict[str, Any]], list[Warning_]]:
    counters = [
        f["name"] for f in rows.features if f["kind"] == "numeric" and is_counter(rows.frame[f["name"]])
    ]
    if not counters or len(counters) == len(rows.features):
        return rows.features, []
    names = _names(counters)
    if rows.request["features_chosen"]:
        message = f"{names} counts the rows. If they are stored in some order, it can give the class away."
        return rows.features, [{"code": "identifier-feature", "message": message}]
    message = f"{names} only counts the rows and was left out. Name it in `features` to train on it."
    kept = [f for f in rows.features if f["name"] not in counters]
    return kept, [{"code": "identifier-left-out", "message": message}]


def _class_sizes(rows: Rows, _: list[dict[str, Any]]) -> Iterator[Warning_]:
    counts = np.bincount(rows.y)
    share = counts.max() / counts.sum()
    if share >= 0.8 or counts.max() >= 10 * counts.min():
        yield {
            "code": "imbalance",
            "message": f"The largest class holds {share:.0%} of the rows, the smallest {counts.min()} rows. "
            "Judge by balanced_accuracy and the per-class recall, not by accuracy.",
        }
    trained = np.bincount(rows.y[rows.train], minlength=len(counts))
    if len(rows.train) < 100 or trained.min() < 10:
        yield {
            "code": "few-rows",
            "message": f"{len(rows.train)} training rows, {trained.min()} of them in the smallest class: every score "
            "here has a wide margin. Compare with the spread of the cross-validation.",
        }
    for part, name in ((rows.train, "training"), (rows.test, "test")):
        absent = int((np.bincount(rows.y[part], minlength=len(counts)) == 0).sum())
        if absent:
            yield {
                "code": "unseen-class",
                "message": f"{absent} of the classes has no {name} row in this split.",
            }


def _empty_features(rows: Rows, features: list[dict[str, Any]]) -> Iterator[Warning_]:
    constant = [f["name"] for f in features if rows.frame[f["name"]].nunique(dropna=False) <= 1]
    if constant:
        yield {
            "code": "constant-feature",
            "message": f"{_names(constant)} has one value in all rows: no use.",
        }
    half_empty = [f["name"] for f in features if f["missing"] * 2 > len(rows.frame)]
    if half_empty:
        yield {
            "code": "missing-values",
            "message": f"More than half of {_names(half_empty)} is missing; the gaps are filled with the median or "
            "a class of their own.",
        }


def _wide_features(rows: Rows, features: list[dict[str, Any]]) -> Iterator[Warning_]:
    words = [f["name"] for f in features if f["kind"] == "categorical"]
    wide = [n for n in words if rows.frame[n].nunique() > max(50, len(rows.frame) // 10)]
    if wide:
        yield {
            "code": "high-cardinality",
            "message": f"{_names(wide)} has many different values, as an identifier does; rare ones are pooled. "
            "Leave it out or group its values.",
        }


def _repeated_rows(rows: Rows, features: list[dict[str, Any]]) -> Iterator[Warning_]:
    hashes = pd.util.hash_pandas_object(rows.frame[[f["name"] for f in features]], index=False).to_numpy()
    seen = int(np.isin(hashes[rows.test], hashes[rows.train]).sum())
    if seen * 100 >= len(rows.test):
        yield {
            "code": "duplicate-rows",
            "message": f"{seen} of {len(rows.test)} test rows equal a training row in every feature, which flatters "
            "the score. Select distinct rows, or keep repeats together with `group`.",
        }


def _other_splits(rows: Rows, features: list[dict[str, Any]]) -> Iterator[Warning_]:
    if rows.request.get("group") or rows.request.get("time"):
        return
    dated = [f["name"] for f in features if f["kind"] == "datetime" and rows.frame[f["name"]].nunique() > 2]
    if dated:
        yield {
            "code": "time-split-advised",
            "message": f"{_names(dated)} is a time. If the model will judge later rows, test on later rows: "
            f"time={dated[0]!r}.",
        }
    grouped = [f["name"] for f in features if _looks_like_group(rows.frame[f["name"]], f["name"])]
    if grouped:
        yield {
            "code": "group-split-advised",
            "message": f"{_names(grouped)} repeats over rows that may belong together. To test on unseen ones: "
            f"group={grouped[0]!r}.",
        }


def _looks_like_group(column: pd.Series, name: str) -> bool:
    if not _GROUP_NAME.search(name) or pd.api.types.is_float_dtype(column):
        return False
    return 5 < int(column.nunique()) <= len(column) / 2


def _leaks(rows: Rows, features: list[dict[str, Any]]) -> Iterator[Warning_]:
    picked = rows.train[:_LEAK_ROWS]
    y = rows.y[picked]
    counts = np.bincount(y)
    if len(picked) < 30 or (counts > 0).sum() < 2 or counts[counts > 0].min() < 4:
        return
    learn, check = train_test_split(np.arange(len(y)), test_size=0.5, stratify=y, random_state=0)
    names = [f["name"] for f in features[:_LEAK_FEATURES] if f["kind"] != "text"]
    leaking = [n for n in names if _score_alone(rows.frame[n].iloc[picked], y, learn, check) >= _LEAK_SCORE]
    if leaking:
        yield {
            "code": "target-leakage",
            "message": f"{_names(leaking)} alone predicts the target almost perfectly. Check that it is known before "
            "the target is; if not, leave it out of `features`.",
        }


def _score_alone(column: pd.Series, y: np.ndarray, learn: np.ndarray, check: np.ndarray) -> float:
    """Return the balanced accuracy, on one half, of a tree that saw this one column of the other half."""
    values = _as_numbers(column).reshape(-1, 1)
    leaves = max(64, 2 * (int(y.max()) + 1))
    tree = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=2, random_state=0)
    return balanced_accuracy(y[check], tree.fit(values[learn], y[learn]).predict(values[check]))


def _as_numbers(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.abs(values) < 1e30, values, np.nan)
    return np.asarray(pd.factorize(column)[0], dtype=np.float64)


def _names(names: list[str]) -> str:
    shown = ", ".join(repr(n) for n in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
