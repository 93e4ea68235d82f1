"""The tool `execute_code`, and the shape of an execution that other tools share."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver.context import Context
from mcp.types import CallToolResult, ContentBlock, ImageContent, ResourceLink, ToolAnnotations
from pydantic import Field

from mcp_pyexec.artifacts import Artifact
from mcp_pyexec.errors import RequestError
from mcp_pyexec.executions import Execution, ExecutionRequest
from mcp_pyexec.tools.edge import StrictTool, answer, progress_of, strict_tool
from mcp_pyexec.tools.shapes import Shape

if TYPE_CHECKING:
    from mcp_pyexec.service import Service

__all__ = [
    "ArtifactRef",
    "ExecutionResult",
    "Isolation",
    "artifact_content",
    "artifact_ref",
    "execute_code",
    "execution_result",
    "execution_text",
]

_TEXT_CHARS = 6_000
_IMAGES = 6
_IMAGE_BYTES = 2 * 1024 * 1024


class DatasetRef(Shape):
    name: str
    dataset: str
    row_count: int


class ArtifactRef(Shape):
    name: str
    mime_type: str
    bytes: int
    uri: str


class RunMetrics(Shape):
    wall_s: float
    cpu_s: float
    peak_memory_mb: float
    queue_s: float


class Isolation(Shape):
    executor: str
    layers: list[str]


class ExecutionResult(Shape):
    execution_id: str
    status: str
    stdout: str
    stderr: str
    result: dict[str, Any] | None
    display: list[dict[str, Any]]
    variables: dict[str, Any]
    error: dict[str, Any] | None
    datasets: list[DatasetRef]
    artifacts: list[ArtifactRef]
    truncated: dict[str, Any]
    metrics: RunMetrics
    isolation: Isolation
    session: str | None


def execute_code(service: Service) -> StrictTool:
    """Return the tool."""

    async def execute_code(
        context: Context[Any, Any],
        code: Annotated[
            str | None, Field(description="Python program; the last expression is the result")
        ] = None,
        path: Annotated[str | None, Field(description="Instead of code: a file of the workspace")] = None,
        arguments: Annotated[list[str] | None, Field(description="sys.argv[1:] for path")] = None,
        datasets: Annotated[
            dict[str, str] | None, Field(description="DataFrame name to dataset handle (from query_sql)")
        ] = None,
        session: Annotated[str | None, Field(description="Keep variables and files between cells")] = None,
        profile: str | None = None,
        timeout_s: float | None = None,
        memory_mb: int | None = None,
        return_variables: Annotated[
            list[str] | None, Field(description="Names whose values to return")
        ] = None,
    ) -> Annotated[CallToolResult, ExecutionResult]:
        """Run Python in an isolated jail with numpy, pandas, scikit-learn, scipy and matplotlib loaded. No network
        and no host files. Figures and files written to the working directory come back. In the code:
        query_sql(sql), dataset(handle), save_dataset(df, name), display(x), progress(fraction, message)."""
        request = ExecutionRequest(
            code=_program(service, code, path),
            arguments=arguments or (),
            datasets=datasets or {},
            session=session,
            profile=profile,
            timeout_s=timeout_s,
            memory_mb=memory_mb,
            return_variables=return_variables or (),
        )
        execution = await service.executions.run(request, progress_of(context))
        result = execution_result(execution)
        return answer(execution_text(result), result, artifact_content(execution.artifacts))

    annotations = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
    return strict_tool(execute_code, "Run Python", annotations)


def execution_result(execution: Execution) -> ExecutionResult:
    """Return the structured result of an execution."""
    outcome, uris = execution.outcome, {a.file.name: a.uri for a in execution.artifacts}
    values = outcome.values
    return ExecutionResult(
        execution_id=execution.execution_id,
        status=outcome.status,
        stdout=outcome.stdout.text,
        stderr=outcome.stderr.text,
        result=_bundle(values.get("result"), uris),
        display=[b for b in (_bundle(item, uris) for item in _list(values.get("display"))) if b],
        variables={str(k): _variable(v) for k, v in _dict(values.get("variables")).items()},
        error=dict(outcome.error) if outcome.error else None,
        datasets=[DatasetRef(name=n, dataset=d.handle, row_count=d.row_count) for n, d in execution.datasets],
        artifacts=[artifact_ref(a) for a in execution.artifacts],
        truncated={
            name: {"kept_bytes": len(stream.text.encode()), "total_bytes": stream.bytes_total}
            for name, stream in (("stdout", outcome.stdout), ("stderr", outcome.stderr))
            if stream.truncated
        },
        metrics=RunMetrics(
            wall_s=outcome.metrics.wall_s,
            cpu_s=outcome.metrics.cpu_s,
            peak_memory_mb=outcome.metrics.peak_memory_mb,
            queue_s=outcome.metrics.queue_s,
        ),
        isolation=Isolation(executor=outcome.executor, layers=list(outcome.layers)),
        session=execution.session,
    )


def execution_text(result: ExecutionResult) -> str:
    """Return the text block: short, and enough for a reader who sees nothing else."""
    parts = [f"status: {result.status} ({result.metrics.wall_s:.3f} s)"]
    if result.result and result.result.get("text/plain"):
        parts.append(f"result:\n{_cut(str(result.result['text/plain']))}")
    for name in ("stdout", "stderr"):
        if text := getattr(result, name):
            parts.append(f"{name}:\n{_cut(text)}")
    if result.error:
        parts.append(_error_text(result.error))
    parts += [f"dataset {d.name}: {d.dataset} ({d.row_count:,} rows)" for d in result.datasets]
    parts += [f"file {a.name}: {a.uri} ({a.bytes:,} bytes)" for a in result.artifacts]
    return "\n".join(parts)


def artifact_content(artifacts: Sequence[Artifact]) -> list[ContentBlock]:
    """Return pictures inline, as far as they are few and small, and links to the rest."""
    blocks: list[ContentBlock] = []
    images = 0
    for artifact in artifacts:
        file = artifact.file
        if file.mime_type == "image/png" and images < _IMAGES and len(file.data) <= _IMAGE_BYTES:
            images += 1
            blocks.append(
                ImageContent(type="image", data=base64.b64encode(file.data).decode(), mime_type="image/png")
            )
        else:
            blocks.append(
                ResourceLink(
                    type="resource_link",
                    uri=artifact.uri,
                    name=file.name,
                    mime_type=file.mime_type,
                    size=len(file.data),
                )
            )
    return blocks


def _program(service: Service, code: str | None, path: str | None) -> str:
    if (code is None) == (path is None):
        raise RequestError("code-or-path", "Give either `code` or `path`, not both and not neither.")
    return service.executions.read_program(path) if path is not None else str(code)


def artifact_ref(artifact: Artifact) -> ArtifactRef:
    """Return what a result says of a kept file."""
    file = artifact.file
    return ArtifactRef(name=file.name, mime_type=file.mime_type, bytes=len(file.data), uri=artifact.uri)


def _bundle(told: Any, uris: dict[str, str]) -> dict[str, Any] | None:
    """A worker's MIME bundle: known types only; a picture is given as the URI it can be read from."""
    if not isinstance(told, dict):
        return None
    bundle = {mime: told[mime] for mime in ("text/plain", "text/markdown") if isinstance(told.get(mime), str)}
    if "application/json" in told:
        bundle["application/json"] = told["application/json"]
    if isinstance(name := told.get("image/png"), str) and name in uris:
        bundle["image/png"] = uris[name]
    return bundle


def _variable(told: Any) -> Any:
    """The plain value where it is JSON, else its bundle."""
    bundle = _dict(told)
    return bundle["application/json"] if "application/json" in bundle else _bundle(bundle, {})


def _error_text(error: dict[str, Any]) -> str:
    lines = [
        f"error ({error['category']}): {error.get('type', '')}: {_cut(str(error.get('message', '')), 1500)}"
    ]
    if error.get("traceback"):
        lines.append(_cut(str(error["traceback"]), 2000))
    for finding in error.get("findings") or []:
        lines.append(
            f"  line {finding.get('line')}: {finding.get('message')} {finding.get('suggestion') or ''}"
        )
    if error.get("hint"):
        lines.append(f"hint: {error['hint']}")
    return "\n".join(lines)


def _cut(text: str, most: int = _TEXT_CHARS) -> str:
    return text if len(text) <= most else f"{text[:most]}\n… ({len(text):,} characters in all)"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
