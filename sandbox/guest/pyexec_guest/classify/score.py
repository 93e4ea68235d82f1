"""Job `score`: predictions against the labels. Only the project's own code runs in this process.

Invariant: what a `fit` worker produced arrives here as numbers only, and is checked before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.dummy import DummyClassifier

from pyexec_guest.classify.figures import Drawing, draw
from pyexec_guest.classify.measures import (
    balanced_accuracy,
    calibration,
    confusion,
    measure,
    per_class,
    usable_probabilities,
)
from pyexec_guest.replies import Reply

__all__ = ["score"]


def score(request: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> Reply:
    """Return every figure of merit and the pictures.

    Class numbers are positions in `labels`; -1 is a prediction of no known class.

    Args:
        request: `target`, `labels`, `positive` (class number, or None unless there are two classes), `features`
            (names), `model`.
        tables: `test` (actual, predicted), `train` (actual), and where there are any `probabilities` (p0…),
            `permuted` (feature, repeat, row, predicted) and `fold_0`… (actual, predicted).

    Returns:
        Values `metrics`, `baseline`, `per_class`, `confusion_matrix`, `importance`, `calibration`, `fold_scores`,
        `probabilities_used`, `warnings`; files: PNG pictures.
    """
    actual, predicted = _column(tables["test"], "actual"), _column(tables["test"], "predicted")
    labels, positive = request["labels"], request["positive"]
    warnings: list[dict[str, str]] = []
    probabilities = _probabilities(tables.get("probabilities"), warnings)
    metrics = measure(actual, predicted, probabilities, positive)
    baseline = _baseline(_column(tables["train"], "actual"), actual, len(labels), positive)
    warnings.extend(_below_baseline(metrics, baseline))
    importance = _importance(tables.get("permuted"), actual, predicted, request["features"])
    calibrated = None
    if positive is not None and probabilities is not None:
        calibrated = {
            "positive": labels[positive],
            **calibration(actual, probabilities[:, positive], positive),
        }
    matrix = confusion(actual, predicted, labels)
    drawing = Drawing(request["target"], request["model"], labels, actual, probabilities, positive)
    return Reply(
        values={
            "metrics": metrics,
            "baseline": {name: baseline[name] for name in metrics if name in baseline},
            "per_class": per_class(actual, predicted, labels),
            "confusion_matrix": matrix,
            "importance": importance,
            "calibration": calibrated,
            "fold_scores": _fold_scores(tables),
            "probabilities_used": probabilities is not None,
            "warnings": warnings,
        },
        files=draw(drawing, matrix, importance, calibrated),
    )


def _column(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(table[name].to_numpy(), dtype=np.int64)


def _probabilities(table: pa.Table | None, warnings: list[dict[str, str]]) -> np.ndarray | None:
    if table is None:
        return None
    raw = np.column_stack([column.to_numpy() for column in table.columns])
    usable, wrong = usable_probabilities(raw)
    if usable is None:
        message = f"The model's probabilities were not used: {wrong}. The scores rest on the labels alone."
        warnings.append({"code": "probabilities-ignored", "message": message})
    return usable


def _baseline(train: np.ndarray, actual: np.ndarray, count: int, positive: int | None) -> dict[str, float]:
    """Return the scores of `DummyClassifier(strategy="prior")`: always the commonest class of the training rows."""
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((len(train), 1)), train)
    rows = np.zeros((len(actual), 1))
    probabilities = np.zeros((len(actual), count))
    probabilities[:, dummy.classes_] = dummy.predict_proba(rows)
    return measure(actual, dummy.predict(rows), probabilities, positive)


def _below_baseline(metrics: Mapping[str, float], baseline: Mapping[str, float]) -> list[dict[str, str]]:
    name = "balanced_accuracy"
    if metrics[name] > baseline[name]:
        return []
    message = (
        f"Balanced accuracy {metrics[name]:.3f} is no better than {baseline[name]:.3f} for always answering the "
        "commonest class. These features do not tell the classes apart with this model."
    )
    return [{"code": "below-baseline", "message": message}]


def _fold_scores(tables: Mapping[str, pa.Table]) -> list[float]:
    folds = sorted((n for n in tables if n.startswith("fold_")), key=lambda n: int(n.removeprefix("fold_")))
    return [balanced_accuracy(_column(tables[n], "actual"), _column(tables[n], "predicted")) for n in folds]


def _importance(
    table: pa.Table | None, actual: np.ndarray, predicted: np.ndarray, features: list[str]
) -> list[dict[str, Any]]:
    """Return [{feature, mean, std}], largest first: the drop of balanced accuracy when the feature is shuffled."""
    if table is None or not table.num_rows:
        return []
    frame = table.to_pandas()
    rows = np.unique(frame["row"])
    whole = balanced_accuracy(actual[rows], predicted[rows])
    drops: dict[int, list[float]] = {}
    for (feature, _), part in frame.groupby(["feature", "repeat"], sort=True):
        without = balanced_accuracy(actual[part["row"].to_numpy()], part["predicted"].to_numpy())
        drops.setdefault(int(feature), []).append(whole - without)
    answer = [
        {"feature": features[number], "mean": float(np.mean(values)), "std": float(np.std(values))}
        for number, values in drops.items()
    ]
    return sorted(answer, key=lambda entry: -entry["mean"])
