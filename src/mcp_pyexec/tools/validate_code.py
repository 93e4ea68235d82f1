"""The tool `validate_code`: the policy's verdict, from a worker in check mode; the code is never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.outcomes import Outcome
from mcp_pyexec.tools.edge import StrictTool, answer, strict_tool
from mcp_pyexec.tools.shapes import Shape

if TYPE_CHECKING:
    from mcp_pyexec.service import Service

__all__ = ["validate_code"]


class Finding(Shape):
    rule: str
    severity: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    suggestion: str


class Complexity(Shape):
    lines: int
    nodes: int
    max_depth: int
    loops_without_bound: int


class ValidationResult(Shape):
    valid: bool
    findings: list[Finding]
    imports: list[str]
    names_read: list[str]
    names_written: list[str]
    complexity: Complexity


def validate_code(service: Service) -> StrictTool:
    """Return the tool."""

    async def validate_code(
        code: str,
        profile: Annotated[str | None, Field(description="strict, moderate or permissive")] = None,
    ) -> Annotated[CallToolResult, ValidationResult]:
        """Check Python against the policy without running it: all findings at once, each with line, reason and
        what to write instead. Valid exactly when execute_code would not answer `rejected`."""
        result = validation_result(await service.executions.validate(code, profile))
        return answer(validation_text(result), result)

    annotations = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    return strict_tool(validate_code, "Check Python", annotations)


def validation_result(outcome: Outcome) -> ValidationResult:
    """Return the verdict; source that takes the parser down is a finding, not a dead server.

    Raises:
        SandboxFault: `broken-verdict` if the worker's answer is not one.
    """
    if outcome.status != "ok":
        return _undecided(str((outcome.error or {}).get("message", "")))
    try:
        return ValidationResult.model_validate(outcome.values)
    except ValueError as error:
        raise SandboxFault("broken-verdict", str(error)) from None


def validation_text(result: ValidationResult) -> str:
    """Return the verdict in words."""
    lines = ["valid" if result.valid else "not valid"]
    lines += [
        f"{f.severity} line {f.line}:{f.column} [{f.rule}] {f.message} {f.suggestion}".rstrip()
        for f in result.findings
    ]
    return "\n".join(lines)


def _undecided(message: str) -> ValidationResult:
    finding: dict[str, Any] = {
        "rule": "parser-crash",
        "severity": "error",
        "line": 1,
        "column": 0,
        "end_line": 1,
        "end_column": 0,
        "message": f"The parser did not survive this source. {message}",
        "suggestion": "Nest less deeply and use shorter literals.",
    }
    return ValidationResult(
        valid=False,
        findings=[Finding(**finding)],
        imports=[],
        names_read=[],
        names_written=[],
        complexity=Complexity(lines=0, nodes=0, max_depth=0, loops_without_bound=0),
    )
