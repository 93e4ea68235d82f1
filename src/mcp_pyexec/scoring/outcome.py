"""What a classifier run came to, field by field as the tool contract names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mcp_pyexec.outcomes import File, Status

__all__ = ["ClassifierOutcome"]

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClassifierOutcome:
    """A scored model, or how far it got: unless `status` is `ok`, everything from `metrics` on is empty.

    Attributes:
        error: As in `outcomes.Outcome`; None when `ok`.
        classes: [{label, train, test}] in label order; rows of each part.
        features: [{name, kind, missing}]; what the model was trained on.
        model: {name, description}, and with `auto` candidates [{name, mean, std}].
        metrics: On the test rows. `log_loss` and `roc_auc` only where the model gives probabilities.
        baseline: The same for always answering the commonest class of the training rows.
        cross_validation: {folds, metric, mean, std, scores} on the training rows, or None.
        importance: [{feature, mean, std}], the drop of balanced accuracy; empty for the caller's own code.
        calibration: {positive, bins, expected_error} for two classes with probabilities, or None.
        warnings: [{code, message}].
        predictions: row (in the given table), actual, predicted, correct and, with probabilities, `probability`
            of the predicted label and `probability_<label>` for up to ten classes.
        metrics_note: One sentence: how these numbers came about.
        timings: Seconds by step, and `total_s`.
        layers: Isolation layers that held in every worker.
        peak_memory_mb: The largest of any worker, on top of the preloaded libraries.
    """

    status: Status
    error: Entry | None
    target: str
    classes: Sequence[Entry]
    features: Sequence[Entry]
    model: Entry
    warnings: Sequence[Entry]
    metrics_note: str
    timings: Mapping[str, float]
    layers: tuple[str, ...]
    executor: str
    peak_memory_mb: float
    metrics: Mapping[str, float] = field(default_factory=dict)
    baseline: Mapping[str, float] = field(default_factory=dict)
    cross_validation: Entry | None = None
    per_class: Sequence[Entry] = ()
    confusion_matrix: Entry | None = None
    importance: Sequence[Entry] = ()
    calibration: Entry | None = None
    predictions: pa.Table | None = None
    files: Sequence[File] = ()
