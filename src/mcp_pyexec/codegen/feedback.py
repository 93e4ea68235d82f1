"""What one attempt teaches the next: its category, its signature, and the variables of the repair prompt.

Everything here was said by the jail or the model. It is bounded, and reaches a prompt only as marked data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_pyexec.codegen.attempt import AttemptStatus, Execution, FailedCheck
from mcp_pyexec.codegen.brief import state_of

__all__ = ["Verdict", "judge", "repair_variables", "verdict_without_code"]

_MESSAGE_CHARS = 600
_TRACEBACK_CHARS = 4_000
_STDOUT_CHARS = 1_500
_FINDINGS = 12
_AROUND = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt came to.

    Attributes:
        category: None exactly when `status` is `ok`.
        signature: Equal for two attempts that failed in the same way.
        rank: Higher is better; of equal ranks the earlier attempt is kept.
    """

    status: AttemptStatus
    category: str | None
    message: str
    signature: str
    rank: tuple[int, int]


def judge(execution: Execution) -> Verdict:
    """Return the verdict on one run: it ran, every check held, and something came out."""
    if execution.status != "ok":
        return _failed_run(execution)
    passed = len(execution.checks_passed)
    if execution.checks_failed:
        failed = [f"{c.check}: {c.message}" for c in execution.checks_failed]
        message = _short(f"{len(failed)} of {len(failed) + passed} checks failed: {'; '.join(failed)}")
        return Verdict("unmet", "checks", message, "checks|" + "|".join(failed), (3, passed))
    if not (execution.result_text or execution.stdout.strip() or execution.displays):
        return Verdict(
            "unmet", "output", "The code ran but left no result, output or figure.", "output", (3, 0)
        )
    return Verdict("ok", None, "", "", (4, passed))


def verdict_without_code(reason: str, *, refused: bool) -> Verdict:
    """Return the verdict on a reply that holds no program."""
    status: AttemptStatus = "refused" if refused else "no-code"
    return Verdict(status, "no-code", _short(reason), "no-code", (0, 0))


def repair_variables(
    code: str | None, execution: Execution | None, verdict: Verdict, earlier: Sequence[str]
) -> dict[str, Any]:
    """Return the variables of the repair prompt; those that do not apply are empty."""
    error = (execution.error if execution else None) or {}
    return {
        "message": verdict.message,
        "excerpt": _excerpt(code or "", error.get("line")),
        "traceback": _normalised_traceback(_text(error.get("traceback"))),
        "hint": _text(error.get("hint")),
        "stdout": _tail(execution.stdout if execution else "", _STDOUT_CHARS),
        "limit": _LIMITS.get(_text(error.get("limit")), ""),
        "findings": [_finding(f) for f in _mappings(error.get("findings"))],
        "checks_passed": list(execution.checks_passed) if execution else [],
        "checks_failed": [_failed(c) for c in execution.checks_failed] if execution else [],
        "state": state_of(execution.variables) if execution else [],
        "earlier": list(earlier),
    }


def _failed_run(execution: Execution) -> Verdict:
    error = execution.error or {}
    said = _text(error.get("category"))
    category = said if said in _CATEGORIES else _CATEGORY_OF_STATUS.get(execution.status, "other")
    kind, message = _text(error.get("type")), _text(error.get("message"))
    shown = _short(f"{kind}: {message}" if kind and message else kind or message or execution.status)
    detail = _text(error.get("limit")) or "|".join(
        sorted({_text(f.get("rule")) for f in _mappings(error.get("findings"))})
    )
    signature = f"{execution.status}|{category}|{detail or _PLACE.sub('', shown)}"
    rank = 1 if execution.status == "rejected" or category == "syntax" else 2
    return Verdict(execution.status, category, shown, signature, (rank, 0))


def _excerpt(code: str, line: Any) -> str:
    """Return the lines around the failing one, numbered, with it marked."""
    lines = code.split("\n")
    if not isinstance(line, int) or not 1 <= line <= len(lines):
        return ""
    shown = range(max(1, line - _AROUND), min(len(lines), line + _AROUND) + 1)
    return "\n".join(f"{'>' if n == line else ' '} {n:>4}  {lines[n - 1][:300]}" for n in shown)


def _normalised_traceback(text: str) -> str:
    """Without addresses, which differ from run to run; its middle left out if it is long."""
    plain = _ADDRESS.sub("0x…", text)
    if len(plain) <= _TRACEBACK_CHARS:
        return plain
    half = _TRACEBACK_CHARS // 2
    return f"{plain[:half]}\n… {len(plain) - 2 * half} characters left out …\n{plain[-half:]}"


def _finding(finding: Mapping[str, Any]) -> dict[str, str]:
    return {key: _text(finding.get(key)) for key in ("line", "rule", "message", "suggestion")}


def _failed(check: FailedCheck) -> dict[str, str]:
    return {"check": check.check, "message": check.message}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list | tuple) else ()
    return [item for item in found if isinstance(item, Mapping)][:_FINDINGS]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _short(text: str) -> str:
    return text if len(text) <= _MESSAGE_CHARS else text[:_MESSAGE_CHARS] + "…"


def _tail(text: str, chars: int) -> str:
    return text if len(text) <= chars else f"… {text[-chars:]}"


_CATEGORIES = frozenset(
    {"syntax", "policy", "import", "name", "type", "value", "key", "attribute", "data", "limit", "other"}
)
_LIMITS: Mapping[str, str] = {
    "wall": "wall-clock time",
    "cpu": "processor time",
    "memory": "memory",
    "output": "output",
    "processes": "processes and threads",
    "files": "open files",
    "disk": "file space",
}
_CATEGORY_OF_STATUS: Mapping[str, str] = {"rejected": "policy", "limit": "limit"}
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")
_PLACE = re.compile(r"0x[0-9a-fA-F]{4,}|\(?<?\w*>?,? ?line \d+\)?")
