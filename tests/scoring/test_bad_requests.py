"""What is refused before any worker is used."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from mcp_pyexec.errors import RequestError
from scoring.in_process import InProcessJobs, classify_rows

N = 40
TABLE = pa.table(
    {
        "size": pa.array(range(N), pa.float64()),
        "price": [i * 1.5 for i in range(N)],
        "kind": ["a", "b"] * (N // 2),
        "three": ["x", "y", "z", "x"] * (N // 4),
        "same": ["one"] * N,
        "empty": pa.nulls(N),
        "parts": [[1, 2]] * N,
        "when": ["2024-01-01"] * (N - 1) + ["soon"],
        "gappy": [None, *range(1, N)],
    }
)


@pytest.mark.parametrize(
    ("code", "request_", "said"),
    [
        (
            "unknown-column",
            {"target": "knd"},
            "The target column 'knd' is not in the data. Did you mean 'kind'?",
        ),
        ("unknown-column", {"target": "kind", "features": ["sise"]}, "Did you mean 'size'?"),
        ("unknown-column", {"target": "kind", "group": "grp"}, "The group column 'grp'"),
        ("unknown-column", {"target": "kind", "time": "whn"}, "Did you mean 'when'?"),
        ("target-in-features", {"target": "kind", "features": ["kind", "size"]}, "Leave it out"),
        ("no-features", {"target": "kind", "features": []}, "no column to learn from"),
        ("unsupported-feature", {"target": "kind", "features": ["parts"]}, "list<item: int64>"),
        ("target-not-classes", {"target": "price"}, "40 different values"),
        ("target-not-classes", {"target": "parts"}, "expected text, numbers or booleans"),
        ("one-class", {"target": "same"}, "has one class, 'one'"),
        ("one-class", {"target": "empty"}, "has no value at all"),
        ("unknown-model", {"target": "kind", "model": "random_forrest"}, "Did you mean 'random_forest'?"),
        ("model-or-code", {"target": "kind", "model": "naive_bayes", "code": "x = 1"}, "Give one of them."),
        ("model-or-code", {"target": "kind", "code": "  \n"}, "code is empty"),
        ("bad-fraction", {"target": "kind", "test_fraction": 1.0}, "between 0 and 1"),
        ("bad-fraction", {"target": "kind", "test_fraction": float("nan")}, "between 0 and 1"),
        ("bad-folds", {"target": "kind", "folds": 1}, "2 to 20, or 0"),
        ("bad-folds", {"target": "kind", "folds": 21}, "2 to 20, or 0"),
        ("bad-seed", {"target": "kind", "seed": -1}, "0 to 4294967295"),
        ("too-few-rows", {"target": "three", "test_fraction": 0.01}, "for 3 classes"),
        ("group-or-time", {"target": "kind", "group": "three", "time": "size"}, "follows one of them"),
        ("too-few-groups", {"target": "kind", "group": "same"}, "one value"),
        ("time-not-ordered", {"target": "kind", "time": "when"}, "not ISO 8601"),
        ("time-not-ordered", {"target": "kind", "time": "gappy"}, "has gaps"),
        ("unknown-positive", {"target": "kind", "positive": "c"}, "not a class"),
        ("unknown-positive", {"target": "three", "positive": "x"}, "has 3"),
    ],
)
def test_a_request_that_cannot_be_served_uses_no_worker(
    code: str, request_: dict[str, Any], said: str
) -> None:
    jobs = InProcessJobs()
    with pytest.raises(RequestError) as caught:
        classify_rows(TABLE, jobs, **request_)
    assert caught.value.code == code
    assert said in caught.value.message
    assert jobs.seen == []


def test_a_table_with_one_name_twice_is_refused() -> None:
    table = pa.Table.from_arrays([TABLE["size"], TABLE["size"], TABLE["kind"]], names=["n", "n", "kind"])
    with pytest.raises(RequestError, match="'n' occurs more than once") as caught:
        classify_rows(table, InProcessJobs(), target="kind")
    assert caught.value.code == "duplicate-columns"


def test_a_time_split_that_leaves_one_class_to_train_on_says_so() -> None:
    table = TABLE.select(["size", "price"]).append_column("late", pa.array([False] * 30 + [True] * 10))
    with pytest.raises(RequestError, match="leaves rows of one class") as caught:
        classify_rows(table, InProcessJobs(), target="late", time="size")
    assert caught.value.code == "one-class"
