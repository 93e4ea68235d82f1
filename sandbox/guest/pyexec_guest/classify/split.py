"""Job `split`: which rows train, which rows test, in which fold, and what to warn of.

Invariant: only the project's own code runs in this job, so it may see every label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.model_selection import (
    GroupShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    train_test_split,
)

from pyexec_guest.classify.advice import Rows, advise
from pyexec_guest.classify.kinds import column_kind, to_frame
from pyexec_guest.replies import Reply

__all__ = ["split"]


@dataclass(frozen=True)
class Folds:
    """The fold number of every training row; `ordered` folds train on all lower numbers only."""

    numbers: np.ndarray
    count: int
    ordered: bool


def split(request: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> Reply:
    """Return train and test rows, folds of the training rows, feature kinds and warnings.

    Without `group` or `time` the rows are those of `train_test_split(arange(n), test_size=test_fraction,
    stratify=y, random_state=seed, shuffle=True)`, in its order; the folds are those of `StratifiedKFold(folds,
    shuffle=True, random_state=seed)` on the training rows in that order.

    Args:
        request: `target`, `features`, `features_chosen`, `test_fraction`, `folds`, `seed`, `group`, `time`.
        tables: `rows`, with a target that has no missing values.

    Returns:
        Values `features` [{name, kind, missing}], `folds`, `ordered`, `warnings`; tables `train`
        (row int64, fold int32; fold -1 without folds) and `test` (row int64).
    """
    frame = to_frame(tables["rows"])
    _, y = np.unique(frame[request["target"]].to_numpy(dtype=object), return_inverse=True)
    warnings: list[dict[str, str]] = []
    train, test = _parts(request, frame, y, warnings)
    folds = _folds(request, frame, y, train, warnings)
    features = [_feature(frame[name], name) for name in request["features"]]
    rows = Rows(frame=frame, y=y, train=train, test=test, features=features, request=request)
    kept, advice = advise(rows)
    return Reply(
        values={
            "features": kept,
            "folds": folds.count,
            "ordered": folds.ordered,
            "warnings": warnings + advice,
        },
        tables={
            "train": pa.table(
                {"row": pa.array(train, pa.int64()), "fold": pa.array(folds.numbers, pa.int32())}
            ),
            "test": pa.table({"row": pa.array(test, pa.int64())}),
        },
    )


def _feature(column: pd.Series, name: str) -> dict[str, Any]:
    return {"name": name, "kind": column_kind(column), "missing": int(column.isna().sum())}


def _parts(
    request: Mapping[str, Any], frame: pd.DataFrame, y: np.ndarray, warnings: list[dict[str, str]]
) -> tuple[np.ndarray, np.ndarray]:
    rows = np.arange(len(frame))
    size, seed = request["test_fraction"], request["seed"]
    if request.get("time"):
        order = np.argsort(frame[request["time"]].to_numpy(), kind="stable")
        cut = len(rows) - int(np.ceil(len(rows) * size))
        return order[:cut], order[cut:]
    if request.get("group"):
        shuffle = GroupShuffleSplit(n_splits=1, test_size=size, random_state=seed)
        train, test = next(shuffle.split(rows, y, _groups(frame[request["group"]])))
        return train, test
    stratify = y if np.bincount(y).min() >= 2 else None
    if stratify is None:
        message = (
            "A class has a single row, so the split is random, not stratified. Merge or drop that class."
        )
        warnings.append({"code": "rare-class", "message": message})
    train, test = train_test_split(rows, test_size=size, stratify=stratify, random_state=seed, shuffle=True)
    return train, test


def _groups(column: pd.Series) -> np.ndarray:
    codes, _ = pd.factorize(column, use_na_sentinel=False)
    return np.asarray(codes)


def _folds(
    request: Mapping[str, Any],
    frame: pd.DataFrame,
    y: np.ndarray,
    train: np.ndarray,
    warnings: list[dict[str, str]],
) -> Folds:
    ordered = bool(request.get("time"))
    groups = _groups(frame[request["group"]].iloc[train]) if request.get("group") else None
    asked = request["folds"]
    count = min(asked, _most_folds(y[train], groups, ordered))
    if count < asked:
        message = f"{asked} folds were asked for; the smallest class or the groups allow {max(count, 0)}."
        warnings.append({"code": "folds-reduced", "message": message})
    numbers = np.full(len(train), -1, dtype=np.int32)
    if count < 2:
        return Folds(numbers, 0, ordered)
    if ordered:
        return Folds((np.arange(len(train)) * (count + 1) // len(train)).astype(np.int32), count, True)
    maker = StratifiedKFold if groups is None else StratifiedGroupKFold
    folds = maker(count, shuffle=True, random_state=request["seed"])
    for number, (_, held_out) in enumerate(folds.split(train, y[train], groups)):
        numbers[held_out] = number
    return Folds(numbers, count, False)


def _most_folds(y: np.ndarray, groups: np.ndarray | None, ordered: bool) -> int:
    counts = np.bincount(y)
    smallest = int(counts[counts > 0].min())
    if ordered:
        return max(len(y) // 2 - 1, 0)
    return smallest if groups is None else min(smallest, len(np.unique(groups)))
