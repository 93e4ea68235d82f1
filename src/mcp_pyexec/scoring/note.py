"""The sentence that says how the numbers came about."""

from __future__ import annotations

from mcp_pyexec.scoring.parts import Parts
from mcp_pyexec.scoring.request import ClassifierRequest

__all__ = ["metrics_note"]


def metrics_note(request: ClassifierRequest, parts: Parts | None) -> str:
    """Return one sentence with the split, the seed and what the model never saw; "" if nothing was split."""
    if parts is None:
        return ""
    total = len(parts.train) + len(parts.test)
    how = f"a stratified random split (seed {request.seed})"
    if request.group:
        how = f"a split that keeps equal {request.group!r} together (seed {request.seed})"
    if request.time:
        how = f"the last rows by {request.time!r}"
    chosen = (
        " (the folds also chose the model, so their score leans high)"
        if not request.code and request.model in (None, "auto")
        else ""
    )
    folds = f"; {parts.folds} folds of the training rows{chosen}" if parts.folds else ""
    return (
        f"Scored on {len(parts.test)} of {total} rows, held out by {how}{folds}; the model's process never held a test "
        "label, and the baseline always answers the commonest training class."
    )
