"""What scoring asks of the jail: a function that runs one job in a fresh single-use worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from mcp_pyexec.outcomes import File, Metrics, Status

__all__ = ["JobReply", "JobRunner", "Progress"]

Progress = Callable[[float, str], Awaitable[None]]
"""Called with the fraction done, 0 to 1, and a word on what is under way."""


@dataclass(frozen=True, slots=True)
class JobReply:
    """What one job came to. Tables are well-formed Arrow; what is in them is still hostile."""

    status: Status
    values: Mapping[str, Any]
    error: Mapping[str, Any] | None
    metrics: Metrics
    layers: tuple[str, ...]
    executor: str = "bubblewrap"
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    files: Sequence[File] = ()


class JobRunner(Protocol):
    """Runs one job of kind `split`, `fit` or `score` in a worker of its own, with no host functions offered."""

    async def __call__(
        self, kind: str, request: Mapping[str, Any], tables: Mapping[str, pa.Table]
    ) -> JobReply: ...
