"""Honest scores for classifiers: the split, the workers it takes, and what may be believed of them."""

from __future__ import annotations

from mcp_pyexec.scoring.catalogue import ModelEntry, models_catalogue
from mcp_pyexec.scoring.jobs import JobReply, JobRunner, Progress
from mcp_pyexec.scoring.outcome import ClassifierOutcome
from mcp_pyexec.scoring.request import ClassifierRequest
from mcp_pyexec.scoring.run import run

__all__ = [
    "ClassifierOutcome",
    "ClassifierRequest",
    "JobReply",
    "JobRunner",
    "ModelEntry",
    "Progress",
    "models_catalogue",
    "run",
]
