"""Scripted executor and small requests for the tests of the loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_pyexec.codegen import (
    ColumnSummary,
    DatasetSummary,
    Execution,
    FailedCheck,
    GenerateRequest,
    HostFunction,
)

FLOWERS = DatasetSummary(
    "flowers",
    150,
    (
        ColumnSummary("petal length (cm)", "float64", 0, "1.0 to 6.9, mean 3.758"),
        ColumnSummary("species", "str", 2, "3 values: 'setosa' 50, 'versicolor' 49, 'virginica' 49"),
    ),
)


def request(task: str = "Mean petal length by species", **changes: Any) -> GenerateRequest:
    given: dict[str, Any] = {
        "imports": ("math", "numpy", "pandas"),
        "datasets": (FLOWERS,),
        "functions": (
            HostFunction("query_sql(sql, database=None) -> DataFrame", "read-only SQL on the databases"),
        ),
        "checks": ("len(result) == 3",),
    }
    return GenerateRequest(task, **{**given, **changes})


def ran(
    *,
    passed: Sequence[str] = (),
    failed: Mapping[str, str] | None = None,
    result: str | None = "3 rows",
    **more: Any,
) -> Execution:
    return Execution(
        "ok",
        result_text=result,
        checks_passed=tuple(passed),
        checks_failed=tuple(FailedCheck(c, m) for c, m in (failed or {}).items()),
        **more,
    )


def raised(message: str, *, category: str = "key", kind: str = "KeyError", **more: Any) -> Execution:
    error = {
        "category": category,
        "type": kind,
        "message": message,
        "line": 2,
        "traceback": f"Traceback (most recent call last):\n  line 2, in <module>\n{kind}: {message}",
        "hint": "Look at what is there first, for example with `df.columns`.",
    }
    return Execution("raised", error, **more)


class ScriptedExecutor:
    """Gives scripted runs in order and keeps what it was asked to run."""

    def __init__(self, *runs: Execution) -> None:
        self._runs = iter(runs)
        self.ran: list[tuple[str, tuple[str, ...]]] = []

    async def __call__(self, code: str, checks: Sequence[str]) -> Execution:
        self.ran.append((code, tuple(checks)))
        return next(self._runs)


class Progressed:
    """Keeps progress as it is reported."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, str]] = []

    async def __call__(self, fraction: float, message: str) -> None:
        self.calls.append((fraction, message))


def program(code: str) -> str:
    return f"Here it is.\n\n```python\n{code}\n```\n"
