"""Generate, run, learn, repair: at most `max_attempts` programs for one task.

The loop ends at the first program that runs and meets every check, so a retry never replaces a passing answer.
It ends early when an attempt fails as an earlier one did, and when the model declines. If none passes, the
best is handed back: one that ran before one that raised before one that was refused, then by checks passed,
then the earlier one.

Conversation of a repair: the task, the program that failed last, what running it showed. Older programs are
named by their failure only.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mcp_pyexec.codegen.attempt import Attempt, AttemptStatus, Execution, Executor, Generated, Usage
from mcp_pyexec.codegen.brief import system_variables, user_variables
from mcp_pyexec.codegen.extract import Extracted, extract_code
from mcp_pyexec.codegen.feedback import Verdict, judge, repair_variables, verdict_without_code
from mcp_pyexec.codegen.model import ChatModel, Completion, Message
from mcp_pyexec.codegen.request import GenerateRequest, check_request
from mcp_pyexec.codegen.templates import Prompt, render_prompt
from mcp_pyexec.errors import RequestError

__all__ = ["Progress", "generate"]

Progress = Callable[[float, str], Awaitable[None]]
"""Called with (fraction, message); the fraction grows with every call and ends at 1."""

_TASK = "generate"


async def generate(
    request: GenerateRequest, model: ChatModel, executor: Executor, progress: Progress
) -> Generated:
    """Return the first program that runs and meets every check, or the best of those tried.

    Cancelling it cancels the model call or the run under way.

    Raises:
        RequestError: `task-empty`, `task-too-long`, `bad-attempts`, `bad-check`; or `model-…` if the model
            failed before any program was tried. Later, that is an attempt with status `model-error`.
    """
    check_request(request)
    loop = _Loop(request, model, executor, progress)
    for number in range(1, request.max_attempts + 1):
        if not await loop.attempt(number):
            break
    return await loop.finish()


@dataclass(frozen=True, slots=True)
class _Tried:
    """An attempt with what the next one needs of it."""

    attempt: Attempt
    verdict: Verdict
    said: str
    execution: Execution | None


@dataclass(slots=True)
class _Loop:
    request: GenerateRequest
    model: ChatModel
    executor: Executor
    progress: Progress
    tried: list[_Tried] = field(default_factory=list)

    async def attempt(self, number: int) -> bool:
        """Make one attempt; return whether another one is worth making."""
        started, prompt = time.monotonic(), self._prompt()
        await self._report(number, 0, "asking the model")
        try:
            completion = await self.model.complete(self._messages(prompt))
        except RequestError as error:
            if error.code != "model-refused" and not self.tried:
                raise
            self.tried.append(_without_reply(number, error, prompt, time.monotonic() - started))
            return False
        extracted = _extract(completion, self.request.code_chars)
        execution = None
        if extracted.code is not None:
            await self._report(number, 1, "running the program")
            execution = await self.executor(extracted.code, self.request.checks)
        tried = _judged(number, completion, extracted, execution, prompt, time.monotonic() - started)
        again = tried.verdict.status not in ("ok", "refused") and not self._seen(tried.verdict)
        self.tried.append(tried)
        return again

    async def finish(self) -> Generated:
        """Return the answer from what was tried."""
        best = max(self.tried, key=lambda t: t.verdict.rank)
        status = self._status(best)
        await self.progress(1.0, f"done: {status} after {len(self.tried)} attempt(s)")
        attempts = [t.attempt for t in self.tried]
        return Generated(
            status=status,
            code=best.attempt.code,
            execution=best.execution.payload if best.execution else None,
            attempts=tuple(attempts),
            usage=_usage(attempts),
            model=next((a.model for a in attempts if a.model), ""),
        )

    def _status(self, best: _Tried) -> Literal["ok", "failed", "refused"]:
        if best.verdict.status == "ok":
            return "ok"
        declined = self.tried[-1].verdict.status == "refused"
        return "refused" if declined and best.attempt.code is None else "failed"

    def _seen(self, verdict: Verdict) -> bool:
        return any(t.verdict.signature == verdict.signature for t in self.tried)

    def _prompt(self) -> Prompt:
        if not self.tried:
            return render_prompt(_TASK, None, user_variables(self.request))
        last = self.tried[-1]
        earlier = [t.verdict.message for t in self.tried[:-1]]
        repair = repair_variables(last.attempt.code, last.execution, last.verdict, earlier)
        return render_prompt(_TASK, last.verdict.category, {**system_variables(self.request), **repair})

    def _messages(self, prompt: Prompt) -> Sequence[Message]:
        system = Message("system", prompt.system)
        if not self.tried:
            return [system, Message("user", prompt.user)]
        first = render_prompt(_TASK, None, user_variables(self.request))
        said = Message("assistant", self.tried[-1].said)
        return [system, Message("user", first.user), said, Message("user", prompt.user)]

    async def _report(self, number: int, step: int, doing: str) -> None:
        steps = 2 * self.request.max_attempts + 1
        await self.progress(
            (2 * (number - 1) + step) / steps, f"attempt {number} of {self.request.max_attempts}: {doing}"
        )


def _extract(completion: Completion, code_chars: int) -> Extracted:
    """A reply that was cut may hold half a program, which could run and seem to be right."""
    if completion.cut:
        return Extracted(None, "The reply was cut off at the limit on its length.")
    return extract_code(completion.text, code_chars=code_chars)


def _judged(
    number: int,
    completion: Completion,
    extracted: Extracted,
    execution: Execution | None,
    prompt: Prompt,
    elapsed_s: float,
) -> _Tried:
    if execution is None:
        verdict = verdict_without_code(extracted.reason, refused=extracted.refused)
    else:
        verdict = judge(execution)
    attempt = Attempt(
        number=number,
        code=extracted.code,
        status=verdict.status,
        category=verdict.category,
        message=verdict.message,
        checks_passed=tuple(execution.checks_passed) if execution else (),
        checks_failed=tuple(execution.checks_failed) if execution else (),
        model=completion.model,
        prompt_version=prompt.version,
        tokens_in=completion.tokens_in,
        tokens_out=completion.tokens_out,
        elapsed_s=elapsed_s,
    )
    said = _fenced(extracted.code) if extracted.code else completion.text.strip()[:_SAID_CHARS] or "(nothing)"
    return _Tried(attempt, verdict, said, execution)


def _without_reply(number: int, error: RequestError, prompt: Prompt, elapsed_s: float) -> _Tried:
    """The attempt that a failing model leaves; `category` is the error's code."""
    status: AttemptStatus = "refused" if error.code == "model-refused" else "model-error"
    verdict = Verdict(status, error.code, error.message, error.code, (-1, 0))
    attempt = Attempt(
        number=number,
        code=None,
        status=status,
        category=error.code,
        message=error.message,
        checks_passed=(),
        checks_failed=(),
        model="",
        prompt_version=prompt.version,
        tokens_in=None,
        tokens_out=None,
        elapsed_s=elapsed_s,
    )
    return _Tried(attempt, verdict, "", None)


def _usage(attempts: Sequence[Attempt]) -> Usage:
    return Usage(
        calls=len(attempts),
        tokens_in=_total(a.tokens_in for a in attempts),
        tokens_out=_total(a.tokens_out for a in attempts),
    )


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _fenced(code: str) -> str:
    """Return a program in a fence that is longer than any run of backticks in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(code)), default=0))
    return f"{fence}python\n{code}\n{fence}"


_BACKTICKS = re.compile(r"`+")
_SAID_CHARS = 4_000
