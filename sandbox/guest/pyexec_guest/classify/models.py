"""The models that have a name, each with scikit-learn's own defaults unless said here.

`sandbox/models.json` lists the same names for people; `models_catalogue` returns it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from pyexec_guest.classify.preprocess import make_preprocessor

__all__ = ["AUTO", "MODELS", "make_pipeline", "models_catalogue"]

MODELS: Mapping[str, Callable[[int], Any]] = {
    "logistic_regression": lambda seed: LogisticRegression(max_iter=1000, random_state=seed),
    "random_forest": lambda seed: RandomForestClassifier(random_state=seed),
    "hist_gradient_boosting": lambda seed: HistGradientBoostingClassifier(random_state=seed),
    "linear_svm": lambda seed: LinearSVC(max_iter=5000, random_state=seed),
    "k_neighbors": lambda _: KNeighborsClassifier(),
    "naive_bayes": lambda _: GaussianNB(),
    "decision_tree": lambda seed: DecisionTreeClassifier(random_state=seed),
}
"""Unfitted estimators by name; each takes the seed and runs in one thread."""

AUTO = ("logistic_regression", "random_forest", "k_neighbors", "naive_bayes")
"""What `auto` compares by cross-validation on the training rows; the first of equals wins."""


def make_pipeline(model: str, features: Sequence[Mapping[str, str]], seed: int) -> Pipeline:
    """Return the unfitted pipeline of preprocessing and the named model."""
    return Pipeline([("columns", make_preprocessor(features)), ("model", MODELS[model](seed))])


def models_catalogue() -> list[dict[str, str]]:
    """Return [{name, description}] of every value that `model` may have, `auto` first."""
    path = Path(__file__).parents[3] / "models.json"
    return list(json.loads(path.read_text(encoding="utf-8"))["models"])
