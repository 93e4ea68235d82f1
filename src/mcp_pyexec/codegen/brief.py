"""The variables of the first prompt: what the model is told of the task and the data, bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp_pyexec.codegen.request import DatasetSummary, GenerateRequest

__all__ = ["state_of", "system_variables", "user_variables"]

_COLUMNS = 150
_NAME_CHARS = 200
_VARIABLES = 40


def system_variables(request: GenerateRequest) -> dict[str, Any]:
    """Return what every message of a generation is rendered with."""
    return {
        "imports": list(request.imports),
        "functions": [{"signature": f.signature, "description": f.description} for f in request.functions],
        "wall_s": f"{request.wall_s:g}",
        "memory_mb": request.memory_mb,
    }


def user_variables(request: GenerateRequest) -> dict[str, Any]:
    """Return the variables of the first request."""
    return {
        **system_variables(request),
        "task": request.task.strip(),
        "datasets": [_dataset(dataset) for dataset in request.datasets],
        "state": state_of(request.variables),
        "checks": list(request.checks),
    }


def state_of(variables: Mapping[str, str]) -> list[dict[str, str]]:
    """Return variables with one line each, at most forty."""
    return [{"name": name, "summary": text} for name, text in list(variables.items())[:_VARIABLES]]


def _dataset(dataset: DatasetSummary) -> dict[str, Any]:
    shown = [column for column in dataset.columns if len(column.name) <= _NAME_CHARS][:_COLUMNS]
    return {
        "name": dataset.name,
        "row_count": dataset.row_count,
        "columns": [
            {"name": c.name, "dtype": c.dtype, "nulls": c.nulls, "summary": c.summary} for c in shown
        ],
        "more_columns": len(dataset.columns) - len(shown),
    }
