"""What a caller asks of the classifier, and the checks that need no data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.scoring.catalogue import models_catalogue

__all__ = ["ClassifierRequest", "check_request"]

MOST_FOLDS = 20


@dataclass(frozen=True, slots=True)
class ClassifierRequest:
    """The arguments of `run_classifier` that scoring needs.

    Attributes:
        features: Columns to train on; None for all but target, group and time.
        model: A name of the catalogue; None for `auto`, unless there is code.
        code: Defines `make_classifier(X, y)` or `classify(train, test, target)`.
        test_fraction: Share of the rows kept for the test, between 0 and 1.
        folds: 2 to 20, or 0 for no cross-validation.
        group: Column whose equal values never stand on both sides of the split.
        time: Column by which the last rows become the test.
        positive: With two classes, the label that counts as found; None for the one that sorts last.
    """

    target: str
    features: Sequence[str] | None = None
    model: str | None = None
    code: str | None = None
    test_fraction: float = 0.25
    folds: int = 5
    seed: int = 0
    group: str | None = None
    time: str | None = None
    positive: str | None = None


def check_request(request: ClassifierRequest) -> None:
    """Refuse what no table could make right.

    Raises:
        RequestError: `model-or-code`, `unknown-model`, `bad-fraction`, `bad-folds`, `bad-seed`, `group-or-time`.
    """
    if request.code is not None and request.model not in (None, "auto"):
        raise RequestError("model-or-code", "Both model and code were given. Give one of them.")
    if request.code is not None and not request.code.strip():
        raise RequestError(
            "model-or-code", "code is empty. Define make_classifier(X, y) or classify(train, test, target)."
        )
    names = [entry.name for entry in models_catalogue()]
    if request.model is not None and request.model not in names:
        raise RequestError(
            "unknown-model", f"No model is called {request.model!r}.{nearest(request.model, names)}"
        )
    if not 0 < request.test_fraction < 1:
        message = f"test_fraction={request.test_fraction:g} must lie between 0 and 1, for instance 0.25."
        raise RequestError("bad-fraction", message)
    if request.folds != 0 and not 2 <= request.folds <= MOST_FOLDS:
        message = f"folds={request.folds} must be 2 to {MOST_FOLDS}, or 0 for no cross-validation."
        raise RequestError("bad-folds", message)
    if not 0 <= request.seed < 2**32:
        raise RequestError("bad-seed", f"seed={request.seed} must be a whole number from 0 to 4294967295.")
    if request.group and request.time:
        raise RequestError("group-or-time", "Both group and time were given. The split follows one of them.")
