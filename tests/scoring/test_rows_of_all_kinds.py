"""Tables as databases give them: gaps, words, dates, decimals, groups, time."""

from __future__ import annotations

import datetime as dt
import decimal
import io

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.image import imread

from mcp_pyexec.scoring import models_catalogue
from scoring.in_process import InProcessJobs, classify_rows, data_set

N = 240
_RNG = np.random.default_rng(3)
_Y = _RNG.integers(0, 2, N)
_DAYS = [dt.date(2023, 1, 1) + dt.timedelta(days=int(d)) for d in _RNG.permutation(N)]
_WORDS = np.array(["stock", "broken", "late", "blue", "fine", "parcel", "soon", "door"])
MIXED = pa.table(
    {
        "id": pa.array(range(1, N + 1)),
        "amount": [None if i % 17 == 0 else float(v) for i, v in enumerate(_Y * 2 + _RNG.normal(size=N))],
        "price": [decimal.Decimal(f"{v:.2f}") for v in _RNG.normal(size=N)],
        "colour": [
            None if i % 11 == 0 else ["red", "blue", "green"][v] for i, v in enumerate(_RNG.integers(0, 3, N))
        ],
        "note": [" ".join(_RNG.choice(_WORDS, 6)) + f" {i}" for i in range(N)],
        "ordered": _DAYS,
        "seen": [d.isoformat() + " 12:00:00" for d in _DAYS],
        "member": [None if i % 13 == 0 else bool(v) for i, v in enumerate(_RNG.integers(0, 2, N))],
        "customer_id": [f"c{v}" for v in _RNG.integers(0, 40, N)],
        "constant": [1.0] * N,
        "raw": [b"x"] * N,
        "churned": [None if i in (5, 9) else ("yes" if v else "no") for i, v in enumerate(_Y)],
    }
)


def test_every_kind_of_column_is_read_and_what_is_odd_is_said() -> None:
    outcome = classify_rows(
        MIXED, InProcessJobs(), target="churned", model="logistic_regression", positive="no"
    )
    assert outcome.status == "ok"
    assert [(f["name"], f["kind"], f["missing"]) for f in outcome.features] == [
        ("amount", "numeric", 15),
        ("price", "numeric", 0),
        ("colour", "categorical", 22),
        ("note", "text", 0),
        ("ordered", "datetime", 0),
        ("seen", "datetime", 0),
        ("member", "boolean", 19),
        ("customer_id", "categorical", 0),
        ("constant", "numeric", 0),
    ]
    assert [w["code"] for w in outcome.warnings] == [
        "unsupported-feature",
        "missing-target",
        "identifier-left-out",
        "constant-feature",
        "time-split-advised",
        "group-split-advised",
    ]
    assert outcome.calibration["positive"] == "no"
    assert sum(c["train"] + c["test"] for c in outcome.classes) == N - 2
    given = MIXED["churned"].take(outcome.predictions["row"])
    assert given.to_pylist() == outcome.predictions["actual"].to_pylist()


@pytest.mark.parametrize("model", [entry.name for entry in models_catalogue()])
def test_every_model_of_the_catalogue_trains_on_mixed_columns(model: str) -> None:
    outcome = classify_rows(MIXED, InProcessJobs(), target="churned", model=model, folds=2)
    assert outcome.status == "ok"
    assert outcome.metrics["balanced_accuracy"] > 0.5
    assert ("log_loss" in outcome.metrics) == (model != "linear_svm")
    assert outcome.cross_validation["folds"] == 2
    assert {e["feature"] for e in outcome.importance} == {f["name"] for f in outcome.features}
    if model == "auto":
        assert outcome.model["name"] == max(outcome.model["candidates"], key=lambda c: c["mean"])["name"]


def test_equal_groups_are_never_on_both_sides() -> None:
    jobs = InProcessJobs()
    outcome = classify_rows(MIXED, jobs, target="churned", model="naive_bayes", group="customer_id")
    rows = outcome.predictions["row"].to_pylist()
    kept = [i for i in range(N) if i not in (5, 9) and i not in set(rows)]
    customers = MIXED["customer_id"].to_pylist()
    assert {customers[i] for i in rows} & {customers[i] for i in kept} == set()
    assert "customer_id" not in [f["name"] for f in outcome.features]
    assert outcome.cross_validation["folds"] == 5


@pytest.mark.parametrize("column", ["ordered", "seen"])
def test_a_time_split_tests_on_the_last_rows(column: str) -> None:
    outcome = classify_rows(MIXED, InProcessJobs(), target="churned", model="naive_bayes", time=column)
    tested = {_DAYS[i] for i in outcome.predictions["row"].to_pylist()}
    trained = {d for i, d in enumerate(_DAYS) if i not in (5, 9)} - tested
    assert max(trained) < min(tested)
    assert len(tested) == 60
    assert outcome.cross_validation["folds"] == 5


@pytest.mark.parametrize(
    ("target", "labels"),
    [
        (pa.array([False, True] * 20), ["False", "True"]),
        (pa.array([10.0, 9.0] * 20), ["9", "10"]),
        (pa.array([2, 10] * 20, pa.uint8()), ["2", "10"]),
        (pa.array(["no", "yes"] * 20).dictionary_encode(), ["no", "yes"]),
        (pa.array([0.5, 1.5] * 20), ["0.5", "1.5"]),
        (pa.array([1.0, float("nan"), 2.0, 1.0] * 10), ["1", "2"]),
    ],
)
def test_labels_of_every_type_keep_the_order_of_their_values(target: pa.Array, labels: list[str]) -> None:
    table = pa.table({"x": pa.array(_RNG.normal(size=40)), "t": target})
    outcome = classify_rows(table, InProcessJobs(), target="t", model="decision_tree", folds=2)
    assert outcome.status == "ok"
    assert [entry["label"] for entry in outcome.classes] == labels
    own = classify_rows(
        table, InProcessJobs(), target="t", code="def classify(a, b, t):\n    return [a[t].iloc[0]] * len(b)"
    )
    assert "unknown-labels" not in [w["code"] for w in own.warnings]


def test_a_feature_that_gives_the_target_away_is_named() -> None:
    table = data_set("iris")
    copy = pa.array([f"code-{label[:2]}" for label in table["label"].to_pylist()])
    outcome = classify_rows(
        table.append_column("species_code", copy), InProcessJobs(), target="label", model="naive_bayes"
    )
    leaks = [w["message"] for w in outcome.warnings if w["code"] == "target-leakage"]
    assert [m.split(" alone")[0] for m in leaks] == ["'species_code'"]


def test_pictures_are_png_of_about_eight_hundred_pixels() -> None:
    outcome = classify_rows(
        data_set("breast_cancer"), InProcessJobs(), target="label", model="logistic_regression"
    )
    assert [f.name for f in outcome.files] == [
        "confusion_matrix.png",
        "importance.png",
        "roc.png",
        "calibration.png",
    ]
    for file in outcome.files:
        height, width, _ = imread(io.BytesIO(file.data), format="png").shape
        assert (width, 500 < height < 1200) == (806, True)


def test_the_same_request_gives_the_same_answer() -> None:
    one, two = (
        classify_rows(data_set("wine"), InProcessJobs(), target="label", model="random_forest")
        for _ in range(2)
    )
    assert (one.metrics, one.importance, one.predictions) == (two.metrics, two.importance, two.predictions)


def test_dates_far_from_now_and_text_without_words_are_read() -> None:
    table = pa.table(
        {
            "date": pa.array([dt.date(1, 1, 1), None, dt.date(9999, 12, 31), dt.date(2024, 1, 1)] * 60),
            "marks": [f"?! -- .. ,, {'-' * i}" for i in range(N)],
            "churned": [bool(v) for v in _Y],
        }
    )
    outcome = classify_rows(table, InProcessJobs(), target="churned", model="logistic_regression")
    assert outcome.status == "ok"
    assert [f["kind"] for f in outcome.features] == ["datetime", "categorical"]
