"""The tool `generate_and_execute`: a model writes, the jail runs, errors go back, at most a few times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver.context import Context
from mcp.types import CallToolResult, ContentBlock, ToolAnnotations
from pydantic import Field

from mcp_pyexec.executions import Execution, ExecutionRequest
from mcp_pyexec.tools.edge import StrictTool, answer, progress_of, strict_tool
from mcp_pyexec.tools.execute_code import ExecutionResult, artifact_content, execution_result, execution_text
from mcp_pyexec.tools.shapes import Shape

if TYPE_CHECKING:
    from mcp_pyexec.codegen import DatasetSummary, Generated
    from mcp_pyexec.service import Service

__all__ = ["generate_and_execute"]

_SIGNATURES = {
    "query_sql": "query_sql(sql, database=None, parameters=None) -> DataFrame",
    "dataset": "dataset(handle) -> DataFrame",
    "save_dataset": "save_dataset(df, name) -> handle",
    "display": "display(obj)",
    "progress": "progress(fraction, message)",
}


class Usage(Shape):
    calls: int
    tokens_in: int | None
    tokens_out: int | None


class GenerationResult(Shape):
    status: str
    code: str | None
    execution: dict[str, Any] | None = Field(description="as execute_code")
    attempts: list[dict[str, Any]]
    usage: Usage
    model: str


def generate_and_execute(service: Service) -> StrictTool:
    """Return the tool."""

    async def generate_and_execute(
        context: Context[Any, Any],
        task: Annotated[str, Field(description="What to compute, in words")],
        datasets: Annotated[dict[str, str] | None, Field(description="DataFrame name to handle")] = None,
        sql: Annotated[str | None, Field(description="Query whose rows become the DataFrame df")] = None,
        database: str | None = None,
        checks: Annotated[
            list[str] | None, Field(description="Python expressions that must hold afterwards")
        ] = None,
        max_attempts: int = 3,
        session: str | None = None,
        profile: str | None = None,
        timeout_s: float | None = None,
        memory_mb: int | None = None,
    ) -> Annotated[CallToolResult, GenerationResult]:
        """Have the configured model write Python for a task, run it in the jail, and repair it from its errors until
        it runs and every check holds, or the attempts are used up."""
        from mcp_pyexec import codegen  # openai is not loaded while the server starts
        from mcp_pyexec.jobs import CodeExecutor

        model = service.model
        handles = dict(datasets or {})
        if sql is not None:
            found = await service.databases.query(sql, database=database)
            kept = service.datasets.add(found.sealed, origin=found.origin, complete=found.complete)
            handles["df"] = kept.handle
        named = service.sessions.profile_of(session) if session and profile is None else profile
        chosen = service.profiles.choose(named)
        limits = chosen.limited(service.limits).lowered(timeout_s=timeout_s, memory_mb=memory_mb)
        document = chosen.document
        request = codegen.GenerateRequest(
            task=task,
            imports=document.get("imports", ()),
            datasets=_summaries(service, handles),
            functions=[codegen.HostFunction(_SIGNATURES[name]) for name in document["host_functions"]],
            checks=checks or (),
            max_attempts=max_attempts,
            wall_s=limits.wall_s,
            memory_mb=limits.memory_mb,
            code_chars=service.settings.code_chars,
        )
        asked = ExecutionRequest(
            code="",
            datasets=handles,
            session=session,
            profile=profile,
            timeout_s=timeout_s,
            memory_mb=memory_mb,
        )
        generated = await codegen.generate(request, model, CodeExecutor(service, asked), progress_of(context))
        return _answer(generated)

    annotations = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
    return strict_tool(generate_and_execute, "Generate and run Python", annotations)


def _summaries(service: Service, handles: dict[str, str]) -> Sequence[DatasetSummary]:
    from mcp_pyexec.codegen import (  # openai is not loaded while the server starts
        ColumnSummary,
        DatasetSummary,
    )
    from mcp_pyexec.datasets import summarise

    return [
        DatasetSummary(
            name=name,
            row_count=service.datasets.get(handle).row_count,
            columns=[
                ColumnSummary(c.name, c.type, c.nulls, c.summary)
                for c in summarise(service.datasets.get(handle).table)
            ],
        )
        for name, handle in handles.items()
    ]


def _answer(generated: Generated) -> CallToolResult:
    execution: ExecutionResult | None = None
    content: list[ContentBlock] = []
    if isinstance(generated.execution, Execution):
        execution = execution_result(generated.execution)
        content = artifact_content(generated.execution.artifacts)
    result = GenerationResult(
        status=generated.status,
        code=generated.code,
        execution=execution.model_dump(mode="json") if execution else None,
        attempts=[asdict(attempt) for attempt in generated.attempts],
        usage=Usage(**asdict(generated.usage)),
        model=generated.model,
    )
    return answer(_text(result, execution), result, content)


def _text(result: GenerationResult, execution: ExecutionResult | None) -> str:
    lines = [f"{result.status} after {len(result.attempts)} attempt(s) with {result.model or 'no model'}"]
    lines += [
        f"  attempt {a['number']}: {a['status']} {a['message']}"[:300].rstrip() for a in result.attempts
    ]
    if result.code:
        lines.append(f"```python\n{result.code}\n```")
    if execution is not None:
        lines.append(execution_text(execution))
    return "\n".join(lines)
