"""What one run has gathered so far: replies, times, warnings; and how it is told whichever way it ends."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mcp_pyexec.outcomes import Status
from mcp_pyexec.scoring.catalogue import models_catalogue
from mcp_pyexec.scoring.jobs import JobReply, JobRunner, Progress
from mcp_pyexec.scoring.note import metrics_note
from mcp_pyexec.scoring.outcome import ClassifierOutcome
from mcp_pyexec.scoring.parts import Parts
from mcp_pyexec.scoring.request import ClassifierRequest
from mcp_pyexec.scoring.rows import Rows

__all__ = ["Work", "describe"]


@dataclass
class Work:
    """What one run has gathered so far."""

    request: ClassifierRequest
    rows: Rows
    runner: JobRunner
    progress: Progress
    parts: Parts | None = None
    warnings: list[Mapping[str, str]] = field(default_factory=list)
    replies: list[JobReply] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.warnings += self.rows.warnings

    async def job(self, kind: str, request: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> JobReply:
        """Run one job; its time is added to `<kind>_s`."""
        before = time.monotonic()
        reply = await self.runner(kind, request, tables)
        self.timings[f"{kind}_s"] = self.timings.get(f"{kind}_s", 0.0) + time.monotonic() - before
        self.replies.append(reply)
        return reply

    def fit_request(self, parts: Parts) -> dict[str, Any]:
        """Return the request of job `fit`: nothing in it says anything of a test row."""
        return {
            "target": self.rows.target,
            "features": [{"name": f["name"], "kind": f["kind"]} for f in parts.features],
            "labels": list(self.rows.labels),
            "model": None if self.request.code else self.request.model or "auto",
            "code": self.request.code,
            "seed": self.request.seed,
            "folds": parts.folds,
            "ordered": parts.ordered,
        }

    def ended(self, reply: JobReply) -> ClassifierOutcome:
        """Return the outcome of a run that `reply` ended early."""
        name = "custom" if self.request.code else self.request.model or "auto"
        return self.outcome(reply.status, reply.error, describe(name))

    def outcome(
        self, status: Status, error: Mapping[str, Any] | None, model: Mapping[str, Any]
    ) -> ClassifierOutcome:
        """Return what is known whichever way the run went."""
        layers = [set(reply.layers) for reply in self.replies]
        return ClassifierOutcome(
            status=status,
            error=error,
            target=self.rows.target,
            classes=[] if self.parts is None else self.parts.class_sizes(self.rows),
            features=[] if self.parts is None else self.parts.features,
            model=model,
            warnings=self.warnings,
            metrics_note=metrics_note(self.request, self.parts),
            timings={**self.timings, "total_s": time.monotonic() - self.started},
            layers=tuple(name for name in self.replies[0].layers if all(name in held for held in layers)),
            executor=self.replies[0].executor,
            peak_memory_mb=max(reply.metrics.peak_memory_mb for reply in self.replies),
        )


def describe(name: str) -> dict[str, Any]:
    """Return {name, description} of a model of the catalogue, or of the caller's own."""
    known = {entry.name: entry.description for entry in models_catalogue()}
    return {"name": name, "description": known.get(name, "The caller's own code.")}
