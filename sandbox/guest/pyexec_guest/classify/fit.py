"""Job `fit`: learn from the training rows, predict the test rows. No label of a test row is in this process.

A named model runs only the project's own code here, so it also cross-validates and predicts with permuted
features. With the caller's `code` the process is hostile as a whole: the host believes nothing but the shape of
the predictions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from pyexec_guest.classify.answers import label_positions, prediction_table, probability_table
from pyexec_guest.classify.custom import fit_custom
from pyexec_guest.classify.kinds import to_frame
from pyexec_guest.classify.measures import balanced_accuracy
from pyexec_guest.classify.models import AUTO, make_pipeline
from pyexec_guest.classify.permuted import permuted_predictions
from pyexec_guest.replies import Reply

__all__ = ["fit"]


def fit(
    request: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    run_user_code: Callable[[str], dict[str, Any]],
) -> Reply:
    """Return predictions for the rows of table `test`.

    Args:
        request: `target`, `features` [{name, kind}], `model` or `code`, `labels` (texts, in order), `seed`, and for
            a named model `folds` and `ordered`, as job `split` gave them.
        tables: `train` (features and target), `test` (features only) and, for a named model, `folds` (fold int32,
            one a training row).
        run_user_code: Compiles and runs the code under the policy and returns its names; whatever it or the code
            raises is not caught here.

    Returns:
        Tables `predictions` (predicted string), `probabilities` (p0…, one a label, if the model has them) and, for
        a named model, `permuted` (see `permuted_predictions`); values `model`, and for a named model `candidates`
        [{name, scores}] with the balanced accuracy of every fold, and `warnings`.
    """
    train, test = to_frame(tables["train"]), to_frame(tables["test"])
    if request.get("code"):
        return fit_custom(request, train, test, run_user_code)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reply = _fit_named(request, train, test, tables["folds"]["fold"].to_numpy())
    return Reply(values={**reply.values, "warnings": _convergence(caught)}, tables=reply.tables)


def _fit_named(
    request: Mapping[str, Any], train: pd.DataFrame, test: pd.DataFrame, folds: np.ndarray
) -> Reply:
    labels, features, seed = request["labels"], request["features"], request["seed"]
    x, y = train.drop(columns=[request["target"]]), label_positions(train[request["target"]], labels)
    names = AUTO if request["model"] == "auto" else (request["model"],)
    candidates = [{"name": name, "scores": _cross_validate(request, name, x, y, folds)} for name in names]
    chosen = str(max(candidates, key=_mean_score)["name"])
    pipeline = make_pipeline(chosen, features, seed).fit(x, y)
    tables = {"predictions": prediction_table([labels[i] for i in pipeline.predict(test)], labels)}
    if hasattr(pipeline, "predict_proba"):
        tables["probabilities"] = probability_table(
            pipeline.predict_proba(test), pipeline.classes_, len(labels)
        )
    tables["permuted"] = permuted_predictions(pipeline.predict, test, seed)
    return Reply(values={"model": chosen, "candidates": candidates}, tables=tables)


def _mean_score(candidate: Mapping[str, Any]) -> float:
    return float(np.mean(candidate["scores"])) if candidate["scores"] else 0.0


def _cross_validate(
    request: Mapping[str, Any], model: str, x: pd.DataFrame, y: np.ndarray, folds: np.ndarray
) -> list[float]:
    """Return the balanced accuracy of every fold whose training part has two classes."""
    scores = []
    numbers = range(1, request["folds"] + 1) if request["ordered"] else range(request["folds"])
    for number in numbers:
        seen = folds < number if request["ordered"] else folds != number
        if len(np.unique(y[seen])) < 2:
            continue
        pipeline: Pipeline = make_pipeline(model, request["features"], request["seed"]).fit(x[seen], y[seen])
        scores.append(balanced_accuracy(y[folds == number], pipeline.predict(x[folds == number])))
    return scores


def _convergence(caught: list[warnings.WarningMessage]) -> list[dict[str, str]]:
    if not any(issubclass(w.category, ConvergenceWarning) for w in caught):
        return []
    message = "The solver stopped before it converged; the scores are true of the model as it is. Try another model."
    return [{"code": "not-converged", "message": message}]
