"""What job `split` says of the rows before anything is trained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pyexec_guest.classify import split

N = 200
_RNG = np.random.default_rng(11)
_Y = np.array(["a", "b"] * (N // 2))
_NOISE = _RNG.normal(size=N)


def split_rows(columns: dict[str, Any], y: Any = _Y, **changes: Any):
    request = {
        "target": "y",
        "features": list(columns),
        "features_chosen": False,
        "test_fraction": 0.25,
        "folds": 5,
        "seed": 0,
        "group": None,
        "time": None,
    }
    return split(request | changes, {"rows": pa.table({**columns, "y": pa.array(y)})})


def codes(columns: dict[str, Any], y: Any = _Y, **changes: Any) -> list[str]:
    return [w["code"] for w in split_rows(columns, y, **changes).values["warnings"]]


def test_ordinary_rows_get_no_warning() -> None:
    assert codes({"x": _NOISE, "z": _RNG.normal(size=N)}) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"x": _NOISE, "same": [3] * N}, ["constant-feature"]),
        ({"x": _NOISE, "holes": [1.0, None, None, 2.0] * 40 + [None] * 40}, ["missing-values"]),
        ({"x": _NOISE, "name": [f"n{i % 150}" for i in range(N)]}, ["high-cardinality"]),
        ({"x": [float(i % 4) for i in range(N)]}, ["duplicate-rows", "target-leakage"]),
        ({"x": _NOISE, "patient_id": [f"p{i // 8}" for i in range(N)]}, ["group-split-advised"]),
        ({"x": _NOISE, "day": [f"2024-01-{i % 27 + 1:02d}" for i in range(N)]}, ["time-split-advised"]),
        ({"x": _NOISE, "answer": [f"is-{v}" for v in _Y]}, ["target-leakage"]),
        ({"x": _NOISE, "score": (_Y == "a") * 10 + _RNG.normal(size=N)}, ["target-leakage"]),
    ],
)
def test_each_oddity_is_named(columns: dict[str, Any], expected: list[str]) -> None:
    assert codes(columns) == expected


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (["a"] * 180 + ["b"] * 20, ["imbalance"]),
        (["a"] * 100 + ["b"] * 92 + ["c"] * 8, ["imbalance", "few-rows"]),
        (["a"] * 199 + ["b"], ["rare-class", "folds-reduced", "imbalance", "few-rows", "unseen-class"]),
    ],
)
def test_class_sizes_are_judged(y: list[str], expected: list[str]) -> None:
    assert codes({"x": _NOISE}, y) == expected


def test_a_row_counter_is_left_out_unless_it_was_asked_for() -> None:
    columns = {"id": list(range(1, N + 1)), "x": _NOISE}
    left_out = split_rows(columns)
    asked_for = split_rows(columns, features_chosen=True)
    assert [f["name"] for f in left_out.values["features"]] == ["x"]
    assert [w["code"] for w in left_out.values["warnings"]] == ["identifier-left-out"]
    assert [f["name"] for f in asked_for.values["features"]] == ["id", "x"]
    assert [w["code"] for w in asked_for.values["warnings"]] == ["identifier-feature"]


def test_folds_cover_the_training_rows_once_and_never_the_test() -> None:
    reply = split_rows({"x": _NOISE})
    train, test = reply.tables["train"], reply.tables["test"]
    assert sorted(train["row"].to_pylist() + test["row"].to_pylist()) == list(range(N))
    assert np.bincount(train["fold"].to_numpy()).tolist() == [30] * 5


def test_ordered_folds_hold_out_later_rows_than_they_train_on() -> None:
    reply = split_rows({"x": _NOISE, "t": np.arange(N)[::-1] * 3}, time="t", features=["x"])
    assert reply.values["ordered"] is True
    assert reply.tables["train"]["row"].to_pylist() == list(range(N - 1, 49, -1))
    assert reply.tables["train"]["fold"].to_pylist() == sorted(reply.tables["train"]["fold"].to_pylist())
    assert set(reply.tables["train"]["fold"].to_pylist()) == {0, 1, 2, 3, 4, 5}
