"""The caller's own `make_classifier` or `classify`, given training rows and test features only.

What its code raises is its own to see and passes through; what it returns wrongly becomes a `raised` reply that says
what was expected.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pyexec_guest.classify.answers import label_text, prediction_table, probability_table
from pyexec_guest.replies import Reply

__all__ = ["fit_custom"]

_HINT = (
    "Define make_classifier(X, y) that returns an estimator with fit and predict, or "
    "classify(train, test, target) that returns one label for every row of test."
)
_PIPELINE_HINT = (
    "Some features are not numbers: {names}. Return a Pipeline whose first step is a ColumnTransformer, for instance "
    "make_column_transformer((OneHotEncoder(handle_unknown='ignore'), {names}), remainder='passthrough')."
)


class _Wrong(Exception):
    """What the caller's code returned cannot be scored."""

    def __init__(self, message: str, hint: str, category: str = "value") -> None:
        super().__init__(message)
        self.message, self.hint, self.category = message, hint, category


def fit_custom(
    request: Mapping[str, Any],
    train: pd.DataFrame,
    test: pd.DataFrame,
    run_user_code: Callable[[str], dict[str, Any]],
) -> Reply:
    """Return predictions of the caller's code for the rows of `test`, as `fit` does."""
    names = run_user_code(request["code"])
    makers = [n for n in ("make_classifier", "classify") if callable(names.get(n))]
    try:
        if len(makers) != 1:
            found = "both" if makers else "neither"
            raise _Wrong(
                f"The code must define make_classifier or classify; it defines {found}.", _HINT, "name"
            )
        if makers == ["classify"]:
            return _classify(names["classify"], request, train, test)
        return _train(names["make_classifier"], request, train, test)
    except _Wrong as wrong:
        return Reply(status="raised", error=_error(wrong))


def _classify(
    classify: Callable[..., Any], request: Mapping[str, Any], train: pd.DataFrame, test: pd.DataFrame
) -> Reply:
    count = len(test)
    answer = _labels(classify(train, test, request["target"]), count, "classify")
    return Reply(
        values={"model": "classify"}, tables={"predictions": prediction_table(answer, request["labels"])}
    )


def _train(
    make: Callable[..., Any], request: Mapping[str, Any], train: pd.DataFrame, test: pd.DataFrame
) -> Reply:
    count = len(test)
    x, y = train.drop(columns=[request["target"]]), train[request["target"]]
    model = make(x.copy(), y.copy())
    if not (hasattr(model, "fit") and hasattr(model, "predict")):
        raise _Wrong(f"make_classifier returned {type(model).__name__}, not an estimator.", _HINT, "type")
    fitted = _fit(model, x, y)
    answer = _labels(fitted.predict(test.copy()), count, "predict")
    tables = {"predictions": prediction_table(answer, request["labels"])}
    values: dict[str, Any] = {"model": type(model).__name__}
    if hasattr(fitted, "predict_proba"):
        full = _probabilities(fitted, test, request["labels"])
        values["probabilities_misshapen"] = full is None
        tables |= {} if full is None else {"probabilities": full}
    return Reply(values=values, tables=tables)


def _fit(model: Any, x: pd.DataFrame, y: pd.Series) -> Any:
    wordy = [name for name in x.columns if not pd.api.types.is_numeric_dtype(x[name])]
    try:
        model.fit(x.copy(), y.copy())
    except (TypeError, ValueError) as error:
        if not wordy:
            raise
        raise _Wrong(
            f"{type(error).__name__}: {error}", _PIPELINE_HINT.format(names=wordy), "data"
        ) from error
    return model


def _labels(answer: Any, count: int, source: str) -> list[Any]:
    """Return exactly `count` labels, counted by iterating: nothing the object says of itself is believed."""
    hint = f"Return one label for each of the {count} test rows, in their order."
    array = answer.to_numpy() if isinstance(answer, (pd.DataFrame, pd.Series)) else answer
    if isinstance(array, np.ndarray):
        array = array.ravel() if array.ndim == 2 and array.shape[1] == 1 else array
        if array.ndim != 1:
            raise _Wrong(f"{source} returned an array of shape {array.shape}, not labels.", hint)
    if isinstance(array, (str, bytes, Mapping)) or not hasattr(array, "__iter__"):
        raise _Wrong(f"{source} returned {type(array).__name__}, not a sequence of labels.", hint, "type")
    labels = list(itertools.islice(iter(array), count + 1))
    if len(labels) != count:
        got = f"more than {count}" if len(labels) > count else str(len(labels))
        raise _Wrong(f"{source} returned {got} predictions for {count} test rows.", hint)
    return labels


def _probabilities(model: Any, test: pd.DataFrame, labels: list[str]) -> Any:
    """Return the table of probabilities, or None if they do not match the classes or the rows."""
    try:
        raw = np.asarray(model.predict_proba(test.copy()), dtype=np.float64)
        classes = [labels.index(label_text(value)) for value in model.classes_]
    except (AttributeError, TypeError, ValueError):
        return None
    if raw.shape != (len(test), len(classes)):
        return None
    return probability_table(raw, classes, len(labels))


def _error(wrong: _Wrong) -> dict[str, Any]:
    return {
        "category": wrong.category,
        "type": "ValueError",
        "message": wrong.message,
        "line": None,
        "traceback": "",
        "hint": wrong.hint,
    }
