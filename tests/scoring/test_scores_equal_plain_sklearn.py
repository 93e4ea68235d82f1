"""The numbers are those of a plain scikit-learn program that anyone can write down.

The protocol of `model="logistic_regression"` on numeric columns without gaps, in full:

    train, test = train_test_split(np.arange(n), test_size=0.25, stratify=y, random_state=seed, shuffle=True)
    model = Pipeline([("scale", StandardScaler()),
                      ("model", LogisticRegression(max_iter=1000, random_state=seed))]).fit(X[train], y[train])

scored on `test` with `sklearn.metrics`; cross-validation is `StratifiedKFold(5, shuffle=True, random_state=seed)` on
the training rows in that order, scored by balanced accuracy; the baseline is `DummyClassifier(strategy="prior")`.
"""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from scoring.in_process import InProcessJobs, classify_rows, data_set


def plain_scores(model, x, y) -> dict[str, float]:
    guess, chance = model.predict(x), model.predict_proba(x)
    scores = {
        "accuracy": accuracy_score(y, guess),
        "balanced_accuracy": balanced_accuracy_score(y, guess),
        "f1_macro": f1_score(y, guess, average="macro", zero_division=0),
        "log_loss": log_loss(y, chance, labels=model.classes_),
    }
    if len(model.classes_) > 2:
        return scores | {"roc_auc": roc_auc_score(y, chance, multi_class="ovr", labels=model.classes_)}
    label = model.classes_[1]
    return scores | {
        "precision": precision_score(y, guess, pos_label=label, zero_division=0),
        "recall": recall_score(y, guess, pos_label=label, zero_division=0),
        "f1": f1_score(y, guess, pos_label=label, zero_division=0),
        "brier": brier_score_loss(y == label, chance[:, 1]),
        "roc_auc": roc_auc_score(y == label, chance[:, 1]),
        "average_precision": average_precision_score(y == label, chance[:, 1]),
    }


@pytest.mark.parametrize("name", ["breast_cancer", "wine", "iris"])
@pytest.mark.parametrize("seed", [0, 7])
def test_every_number_equals_a_plain_sklearn_run(name: str, seed: int) -> None:
    table = data_set(name)
    outcome = classify_rows(table, InProcessJobs(), target="label", model="logistic_regression", seed=seed)

    frame = table.to_pandas()
    x, y = frame.drop(columns="label").to_numpy(), frame["label"].to_numpy(dtype=object).astype(str)
    train, test = train_test_split(
        np.arange(len(y)), test_size=0.25, stratify=y, random_state=seed, shuffle=True
    )
    plain = Pipeline(
        [("scale", StandardScaler()), ("model", LogisticRegression(max_iter=1000, random_state=seed))]
    )
    plain.fit(x[train], y[train])
    dummy = DummyClassifier(strategy="prior").fit(x[train], y[train])
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    cross = cross_val_score(plain, x[train], y[train], cv=folds, scoring="balanced_accuracy")
    precision, recall, f1, support = precision_recall_fscore_support(y[test], plain.predict(x[test]))

    assert outcome.status == "ok"
    assert outcome.metrics == pytest.approx(plain_scores(plain, x[test], y[test]), abs=1e-9)
    assert outcome.baseline == pytest.approx(plain_scores(dummy, x[test], y[test]), abs=1e-9)
    assert outcome.cross_validation == {
        "folds": 5,
        "metric": "balanced_accuracy",
        "mean": pytest.approx(cross.mean(), abs=1e-9),
        "std": pytest.approx(cross.std(), abs=1e-9),
        "scores": pytest.approx(cross.tolist(), abs=1e-9),
    }
    assert outcome.confusion_matrix == {
        "labels": plain.classes_.tolist(),
        "counts": confusion_matrix(y[test], plain.predict(x[test])).tolist(),
    }
    assert [entry["label"] for entry in outcome.per_class] == plain.classes_.tolist()
    assert [[e["precision"], e["recall"], e["f1"], e["support"]] for e in outcome.per_class] == [
        pytest.approx(list(row), abs=1e-9) for row in zip(precision, recall, f1, support, strict=True)
    ]
    predictions = outcome.predictions.to_pandas()
    assert predictions["row"].tolist() == test.tolist()
    assert predictions["actual"].tolist() == y[test].tolist()
    assert predictions["predicted"].tolist() == plain.predict(x[test]).tolist()
    probabilities = predictions[[f"probability_{label}" for label in plain.classes_]].to_numpy()
    assert np.abs(probabilities - plain.predict_proba(x[test])).max() < 1e-9


def test_the_callers_own_code_is_cross_validated_on_the_same_folds() -> None:
    code = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

def make_classifier(X, y):
    return Pipeline([("scale", StandardScaler()), ("model", LogisticRegression(max_iter=1000, random_state=0))])
"""
    table = data_set("wine")
    own = classify_rows(table, InProcessJobs(), target="label", code=code)
    named = classify_rows(table, InProcessJobs(), target="label", model="logistic_regression")

    assert own.metrics == pytest.approx(named.metrics, abs=1e-9)
    assert own.cross_validation["scores"] == pytest.approx(named.cross_validation["scores"], abs=1e-9)
    assert own.model["name"] == "Pipeline"
