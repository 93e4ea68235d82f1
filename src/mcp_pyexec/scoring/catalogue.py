"""The names that `model` may have, read from `sandbox/models.json`; scikit-learn is not needed to list them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from mcp_pyexec.bundled import bundled

__all__ = ["ModelEntry", "models_catalogue"]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model by name, and a sentence for the one who chooses."""

    name: str
    description: str


@cache
def models_catalogue() -> tuple[ModelEntry, ...]:
    """Return every model, `auto` first."""
    text = (bundled("sandbox") / "models.json").read_text(encoding="utf-8")
    return tuple(ModelEntry(**entry) for entry in json.loads(text)["models"])
