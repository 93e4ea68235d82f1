"""The verdict on a program as a value, and how it reads in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["Complexity", "Finding", "Report", "refusal_error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the policy says about a program. Lines count from 1, columns from 0 as in `ast`."""

    rule: str
    severity: Literal["error", "warning"]
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Complexity:
    """Size of a program; `max_depth` counts nested blocks."""

    lines: int = 0
    nodes: int = 0
    max_depth: int = 0
    loops_without_bound: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What `validate_code` answers. Valid exactly when no finding is an error."""

    findings: list[Finding] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    names_read: list[str] = field(default_factory=list)
    names_written: list[str] = field(default_factory=list)
    complexity: Complexity = field(default_factory=Complexity)

    @property
    def valid(self) -> bool:
        return all(finding.severity != "error" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {"valid": self.valid, **asdict(self)}


_CATEGORIES: Mapping[str, str] = {"syntax": "syntax", "import": "import"}


def refusal_error(report: Report) -> dict[str, Any]:
    """Return the `error` object of TOOLS.md for an invalid report: the first error leads, all are listed."""
    errors = [finding for finding in report.findings if finding.severity == "error"]
    first = errors[0]
    category = _CATEGORIES.get(first.rule, "policy")
    others = f" (and {len(errors) - 1} more; see findings)" if len(errors) > 1 else ""
    return {
        "category": category,
        "type": "SyntaxError" if category == "syntax" else "PolicyError",
        "message": f"line {first.line}: {first.message}{others}",
        "line": first.line,
        "traceback": "",
        "hint": first.suggestion,
        "findings": [asdict(finding) for finding in report.findings],
    }
