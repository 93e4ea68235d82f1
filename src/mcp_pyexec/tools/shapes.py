"""The base of every result model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Shape"]


class Shape(BaseModel):
    """A result, or a part of one. Validators are built on first use: the server must start fast."""

    model_config = ConfigDict(defer_build=True)
