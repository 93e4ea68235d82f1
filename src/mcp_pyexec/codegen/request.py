"""What a generation is asked for: the task, what the jail offers, and the checks that must hold.

Frozen values and their bounds. Nothing here is Python to the host: a check is text that the jail evaluates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mcp_pyexec.errors import RequestError

__all__ = ["ColumnSummary", "DatasetSummary", "GenerateRequest", "HostFunction", "check_request"]

TASK_CHARS = 20_000
CHECK_CHARS = 1_000
CHECKS = 20
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column as the model is told of it.

    Attributes:
        dtype: As pandas will show it.
        nulls: Number of missing values, if counted.
        summary: One line made from the values (range, common values); data, never trusted. May be empty.
    """

    name: str
    dtype: str
    nulls: int | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """A DataFrame that the code will find under `name`: its shape and a summary, never its rows."""

    name: str
    row_count: int
    columns: Sequence[ColumnSummary]


@dataclass(frozen=True, slots=True)
class HostFunction:
    """A function of the jail, as the model is told of it: `query_sql(sql, database=None) -> DataFrame`."""

    signature: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """One task for the loop.

    Attributes:
        task: What is wanted, in words.
        imports: Modules that the profile allows.
        functions: Host functions of the profile.
        variables: What a session already holds: name → one line (type, shape); data, never trusted.
        checks: Python expressions that must be true afterwards, evaluated in the jail.
        max_attempts: Programs asked for at most, 1 to 5.
        wall_s: Wall-clock seconds that one run gets.
        memory_mb: Memory in MiB that one run gets.
        code_chars: Longest program that is run.
    """

    task: str
    imports: Sequence[str] = ()
    datasets: Sequence[DatasetSummary] = ()
    functions: Sequence[HostFunction] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    checks: Sequence[str] = ()
    max_attempts: int = 3
    wall_s: float = 30.0
    memory_mb: int = 512
    code_chars: int = 100_000


def check_request(request: GenerateRequest) -> None:
    """Refuse a request that cannot be served, before a model is asked.

    Raises:
        RequestError: `task-empty`, `task-too-long`, `bad-attempts` or `bad-check`.
    """
    _check_task(request.task)
    if not 1 <= request.max_attempts <= ATTEMPTS:
        raise RequestError(
            "bad-attempts",
            f"max_attempts={request.max_attempts} is outside 1 to {ATTEMPTS}. Three is the default: "
            "most repairs that succeed do so in the first or second.",
        )
    _check_checks(request.checks)


def _check_task(task: str) -> None:
    if not task.strip():
        raise RequestError(
            "task-empty",
            "`task` is empty. Say in a sentence or two what the program should compute and from which data.",
        )
    if len(task) > TASK_CHARS:
        raise RequestError(
            "task-too-long",
            f"`task` has {len(task):,} characters, at most {TASK_CHARS:,} are taken. "
            "Hand data over as datasets and keep the task to what is wanted.",
        )


def _check_checks(checks: Sequence[str]) -> None:
    if len(checks) > CHECKS:
        raise RequestError(
            "bad-check",
            f"There are {len(checks)} checks, at most {CHECKS} are taken. Join some of them with `and`.",
        )
    for number, check in enumerate(checks, 1):
        if not check.strip():
            raise RequestError(
                "bad-check",
                f"Check {number} is empty. A check is a Python expression that must be true after the code "
                "has run, such as `len(result) == 3`; leave the entry out if nothing is to be checked.",
            )
        if len(check) > CHECK_CHARS:
            raise RequestError(
                "bad-check",
                f"Check {number} has {len(check):,} characters, at most {CHECK_CHARS:,} are taken. "
                "Split it into several checks.",
            )
