"""The manifest of promises: every promise has tests that exist, every id is used once."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]

PROMISES: list[dict[str, Any]] = [
    promise
    for manifest in sorted((TESTS / "requirements").glob("*.toml"))
    for promise in tomllib.loads(manifest.read_text("utf-8"))["promise"]
]


def names_of_tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    functions = (n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


@pytest.mark.parametrize("promise", PROMISES, ids=lambda p: p["id"])
def test_promise_has_tests_that_exist(promise: dict[str, Any]) -> None:
    assert promise["tests"]
    assert promise["sentence"]
    assert promise["source"]
    for name in promise["tests"]:
        path, _, test = name.partition("::")
        found = names_of_tests(TESTS / path)
        assert found if test == "*" else test in found, name


def test_ids_are_used_once() -> None:
    ids = [promise["id"] for promise in PROMISES]
    assert len(ids) == len(set(ids))
