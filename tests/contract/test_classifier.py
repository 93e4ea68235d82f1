"""run_classifier in the real jail, against a plain scikit-learn run of the same protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import ImageContent

SQL = "SELECT * FROM breast_cancer"


async def test_demo_numbers_equal_plain_scikit_learn(call: Any, demo_database: Path) -> None:
    """The demo's call, and the same protocol by hand: rows from the database, one split, one pipeline."""
    import sqlite3

    import pandas as pd
    from sklearn import metrics
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    said = await call("run_classifier", sql=SQL, target="diagnosis", model="logistic_regression")
    connection = sqlite3.connect(demo_database)
    rows = pd.read_sql(SQL, connection)
    connection.close()
    x, y = rows.drop(columns=["id", "diagnosis"]), rows["diagnosis"]
    train, test = train_test_split(range(len(rows)), test_size=0.25, stratify=y, random_state=0)
    model = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000, random_state=0)
    )
    model.fit(x.iloc[train], y.iloc[train])
    predicted, probabilities = model.predict(x.iloc[test]), model.predict_proba(x.iloc[test])
    actual = y.iloc[test]
    expected = {
        "accuracy": metrics.accuracy_score(actual, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, predicted),
        "f1_macro": metrics.f1_score(actual, predicted, average="macro"),
        "log_loss": metrics.log_loss(actual, probabilities, labels=["benign", "malignant"]),
        "roc_auc": metrics.roc_auc_score(actual == "malignant", probabilities[:, 1]),
    }
    assert {name: said["metrics"][name] for name in expected} == pytest.approx(expected, abs=1e-9)
    counts = metrics.confusion_matrix(actual, predicted, labels=["benign", "malignant"]).tolist()
    assert said["confusion_matrix"] == {"labels": ["benign", "malignant"], "counts": counts}


async def test_every_field_of_the_contract_is_there_and_true(client: Client) -> None:
    arguments = {"sql": "SELECT * FROM iris", "target": "species", "model": "decision_tree"}
    result = await client.call_tool("run_classifier", arguments)
    said = result.structured_content or {}
    assert (said["status"], said["error"], said["target"]) == ("ok", None, "species")
    assert [c["label"] for c in said["classes"]] == ["setosa", "versicolor", "virginica"]
    assert sum(c["train"] + c["test"] for c in said["classes"]) == 150
    assert said["cross_validation"]["folds"] == len(said["cross_validation"]["scores"]) == 5
    assert sum(row["support"] for row in said["per_class"]) == sum(
        map(sum, said["confusion_matrix"]["counts"])
    )
    assert said["predictions"]["row_count"] == sum(c["test"] for c in said["classes"])
    assert "seccomp" in said["isolation"]["layers"]
    images = [block for block in result.content if isinstance(block, ImageContent)]
    assert len(images) == len([a for a in said["artifacts"] if a["mime_type"] == "image/png"]) >= 2


HONEST = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

def make_classifier(X, y):
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
"""

PEEKING = """
def classify(train, test, target):
    return test[target]
"""

ASKING = """
def classify(train, test, target):
    rows = query_sql("SELECT diagnosis FROM breast_cancer")
    return ["benign"] * len(test)
"""


async def test_code_of_the_caller_is_scored(call: Any) -> None:
    said = await call("run_classifier", sql=SQL, target="diagnosis", code=HONEST, folds=0, profile="moderate")
    assert said["status"] == "ok", said["error"]
    assert said["metrics"]["accuracy"] > 0.9


@pytest.mark.parametrize("code", [PEEKING, ASKING])
async def test_code_cannot_reach_the_labels_it_is_scored_on(call: Any, code: str) -> None:
    said = await call("run_classifier", sql=SQL, target="diagnosis", code=code, folds=0, profile="moderate")
    assert said["status"] == "raised"
    assert said["metrics"] == {}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"sql": SQL, "target": "diagnosi"}, "unknown-column"),
        ({"sql": SQL, "target": "diagnosis", "features": ["mean_radus"]}, "unknown-column"),
        ({"sql": SQL, "target": "mean_radius"}, "target-not-classes"),
        ({"sql": SQL, "target": "diagnosis", "model": "forest"}, "unknown-model"),
        ({"sql": SQL, "target": "diagnosis", "model": "decision_tree", "code": "x"}, "model-or-code"),
        ({"sql": SQL, "target": "diagnosis", "test_fraction": 2}, "bad-fraction"),
        ({"target": "diagnosis"}, "dataset-or-sql"),
        ({"sql": SQL, "target": "diagnosis", "code": HONEST, "profile": "strict"}, "profile-lacks-libraries"),
        ({"sql": "DELETE FROM iris", "target": "species"}, "sql-not-read-only"),
    ],
)
async def test_request_that_cannot_be_served_has_a_code(
    refused: Any, arguments: dict[str, Any], code: str
) -> None:
    assert (await refused("run_classifier", **arguments)).startswith(f"[{code}] ")
