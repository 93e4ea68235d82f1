"""What the caller's code may try, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from mcp_pyexec.scoring import JobReply
from scoring.in_process import InProcessJobs, classify_rows, data_set

TABLE = data_set("iris")
TEST_ROWS = 38
HONEST = """
def classify(train, test, target):
    return ["setosa"] * len(test)
"""


def warned(outcome) -> list[str]:
    return [w["code"] for w in outcome.warnings]


def run_code(code: str, **request: Any):
    return classify_rows(TABLE, InProcessJobs(), target="label", code=code, **({"folds": 0} | request))


def test_no_worker_with_the_callers_code_is_given_a_label_it_is_scored_on() -> None:
    jobs = InProcessJobs()
    classify_rows(TABLE, jobs, target="label", code=HONEST, folds=3)

    fits = [(request, tables) for kind, request, tables in jobs.seen if kind == "fit"]
    features = [n for n in TABLE.column_names if n != "label"]
    assert [kind for kind, _, _ in jobs.seen] == ["split", "fit", "fit", "fit", "fit", "score"]
    for request, tables in fits:
        assert set(tables) == {"train", "test"}
        assert tables["test"].column_names == features
        assert tables["train"].schema.metadata is None
        assert set(request) == {
            "target", "features", "labels", "model", "code", "seed", "folds", "ordered"
        }  # fmt: skip
    held_out = [tables["test"].num_rows for _, tables in fits]
    assert held_out[0] == TEST_ROWS
    assert sum(held_out[1:]) == fits[0][1]["train"].num_rows == 150 - TEST_ROWS


def test_reading_the_target_of_the_test_rows_raises() -> None:
    outcome = run_code("def classify(train, test, target):\n    return test[target]")
    assert (outcome.status, outcome.error["type"], outcome.metrics) == ("raised", "KeyError", {})


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("['setosa']", "classify returned 1 predictions for 38 test rows."),
        ("['setosa'] * 39", "classify returned more than 38 predictions for 38 test rows."),
        (
            "__import__('itertools').repeat('setosa')",
            "classify returned more than 38 predictions for 38 test rows.",
        ),
        ("'setosa'", "classify returned str, not a sequence of labels."),
        ("None", "classify returned NoneType, not a sequence of labels."),
        ("test.to_numpy()", "classify returned an array of shape (38, 4), not labels."),
    ],
)
def test_answers_that_are_not_one_label_a_row_are_refused(answer: str, message: str) -> None:
    outcome = run_code(f"def classify(train, test, target):\n    return {answer}")
    assert outcome.status == "raised"
    assert outcome.error["message"] == message
    assert outcome.error["hint"]
    assert outcome.predictions is None


def test_an_answer_that_lies_about_its_length_is_counted() -> None:
    outcome = run_code("""
class Liar:
    def __len__(self):
        return 38
    def __iter__(self):
        return iter(["setosa"] * 3)

def classify(train, test, target):
    return Liar()
""")
    assert outcome.status == "raised"
    assert outcome.error["message"] == "classify returned 3 predictions for 38 test rows."


def test_shrinking_the_test_rows_does_not_shrink_the_test() -> None:
    outcome = run_code("""
def classify(train, test, target):
    for name in list(test.columns):
        del test[name], train[name]
    test._mgr = test.iloc[:1]._mgr
    return ["setosa"]
""")
    assert outcome.status == "raised"
    assert outcome.error["message"] == "classify returned 1 predictions for 38 test rows."


def test_changing_the_rows_in_place_changes_no_score() -> None:
    changing = HONEST.replace(
        "    return", "    train[target] = 'setosa'\n    test.iloc[:, :] = 0.0\n    return"
    )
    assert run_code(changing).metrics == run_code(HONEST).metrics


def test_labels_of_no_class_count_as_wrong() -> None:
    outcome = run_code("""
def classify(train, test, target):
    return ["setosa"] * (len(test) - 1) + ["<b>rose</b>"]
""")
    honest = run_code(HONEST)
    assert outcome.status == "ok"
    assert outcome.metrics["accuracy"] <= honest.metrics["accuracy"]
    assert warned(outcome) == ["duplicate-rows", "unknown-labels", "below-baseline"]
    assert outcome.confusion_matrix["labels"][-1] == "(unknown label)"
    assert sum(map(sum, outcome.confusion_matrix["counts"])) == TEST_ROWS
    assert outcome.predictions["predicted"].to_pylist()[-1] == "<b>rose</b>"


@pytest.mark.parametrize(
    "probabilities", ["np.full((len(X), 3), np.nan)", "np.full((len(X), 3), 0.9)", "np.eye(3)[:1]", "'no'"]
)
def test_probabilities_that_are_none_are_ignored(probabilities: str) -> None:
    outcome = run_code(f"""
import numpy as np
class Model:
    def fit(self, X, y):
        self.classes_ = np.unique(y.to_numpy(dtype=object))
    def predict(self, X):
        return ["setosa"] * len(X)
    def predict_proba(self, X):
        return {probabilities}

def make_classifier(X, y):
    return Model()
""")
    assert outcome.status == "ok"
    assert warned(outcome) == ["duplicate-rows", "probabilities-ignored", "below-baseline"]
    assert set(outcome.metrics) == {"accuracy", "balanced_accuracy", "f1_macro"}
    assert outcome.predictions.column_names == ["row", "actual", "predicted", "correct"]


def test_words_as_features_get_the_hint_to_build_a_pipeline() -> None:
    table = TABLE.append_column("colour", pa.array(["red", "blue", "green"] * 50))
    code = "from sklearn.svm import SVC\ndef make_classifier(X, y):\n    return SVC()"
    outcome = classify_rows(table, InProcessJobs(), target="label", code=code)
    assert outcome.status == "raised"
    assert outcome.error["hint"].startswith("Some features are not numbers: ['colour']. Return a Pipeline")


class Forged(InProcessJobs):
    """Jobs whose `fit` worker is taken over: it answers with whatever was forged."""

    def __init__(self, forged: Mapping[str, pa.Table], values: Mapping[str, Any]) -> None:
        super().__init__()
        self.forged, self.values = forged, values

    async def __call__(
        self, kind: str, request: Mapping[str, Any], tables: Mapping[str, pa.Table]
    ) -> JobReply:
        reply = await super().__call__(kind, request, tables)
        if kind != "fit":
            return reply
        return replace(reply, values=self.values, tables={**reply.tables, **self.forged})


@pytest.mark.parametrize(
    "forged",
    [
        pa.table({"predicted": pa.array(["setosa"])}),
        pa.table({"predicted": pa.array([0] * TEST_ROWS)}),
        pa.table({"label": pa.array(["setosa"] * TEST_ROWS)}),
        pa.table({"predicted": pa.array(["setosa"] * TEST_ROWS), "actual": pa.array(["setosa"] * TEST_ROWS)}),
    ],
)
def test_a_taken_over_worker_cannot_pass_off_another_table_as_predictions(forged: pa.Table) -> None:
    outcome = classify_rows(TABLE, Forged({"predictions": forged}, {}), target="label", code=HONEST, folds=0)
    assert outcome.status == "raised"
    assert outcome.metrics == {}


def test_a_taken_over_worker_cannot_claim_scores_or_importance() -> None:
    permuted = pa.table({n: pa.array([0], pa.int32()) for n in ("feature", "repeat", "row", "predicted")})
    claims = {
        "model": "<img src=x>",
        "metrics": {"accuracy": 1.0},
        "candidates": [{"name": "classify", "scores": [1.0] * 5}],
        "warnings": [{"code": "praise", "message": "flawless"}],
    }
    outcome = classify_rows(
        TABLE, Forged({"permuted": permuted}, claims), target="label", code=HONEST, folds=0
    )
    assert outcome.metrics == run_code(HONEST).metrics
    assert (outcome.model["name"], outcome.importance, outcome.cross_validation) == ("custom", [], None)
    assert warned(outcome) == ["duplicate-rows", "below-baseline"]
