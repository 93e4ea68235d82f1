"""What came of a generation: runs, attempts, and the answer as TOOLS `generate_and_execute` gives it.

`Execution` is said by the jail and hostile: its text is shown to the model as data, and never parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mcp_pyexec.outcomes import Status

__all__ = ["Attempt", "AttemptStatus", "Execution", "Executor", "FailedCheck", "Generated", "Usage"]

AttemptStatus = Literal[
    "ok", "rejected", "raised", "limit", "crashed", "unmet", "no-code", "refused", "model-error"
]
"""As for a run, and: `unmet` (it ran, but a check failed or there is no result), `no-code`, `refused`
(the model declined), `model-error` (the endpoint failed)."""


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that did not hold, and why."""

    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a program in the jail, with its checks.

    Attributes:
        error: `{category, type, message, line, traceback, hint, limit?, findings?}` unless `ok`.
        result_text: Plain text of the result, or None if the program left none.
        displays: Figures, displayed objects, saved datasets and files that came out.
        variables: What variables held at the end, name → one line (type, shape); empty if not known.
        payload: The caller's own record of the run, handed back untouched in `Generated.execution`.
    """

    status: Status
    error: Mapping[str, Any] | None = None
    stdout: str = ""
    result_text: str | None = None
    displays: int = 0
    checks_passed: Sequence[str] = ()
    checks_failed: Sequence[FailedCheck] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    payload: Any = None


class Executor(Protocol):
    """Runs one program in the jail and says which checks held. Checks are evaluated there as well."""

    async def __call__(self, code: str, checks: Sequence[str]) -> Execution: ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One program asked for, and what came of it. `status` is `ok` exactly when it is the answer."""

    number: int
    code: str | None
    status: AttemptStatus
    category: str | None
    message: str
    checks_passed: Sequence[str]
    checks_failed: Sequence[FailedCheck]
    model: str
    prompt_version: str
    tokens_in: int | None
    tokens_out: int | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls made to the model, and tokens as its endpoint counted them (None if it did not)."""

    calls: int
    tokens_in: int | None
    tokens_out: int | None


@dataclass(frozen=True, slots=True)
class Generated:
    """The answer.

    Attributes:
        status: `ok` if the code ran and every check held; `refused` if the model declined and no attempt
            gave code; else `failed`.
        code: The best program of all attempts, None if there was none.
        execution: `Execution.payload` of that program's run.
    """

    status: Literal["ok", "failed", "refused"]
    code: str | None
    execution: Any
    attempts: Sequence[Attempt]
    usage: Usage
    model: str
