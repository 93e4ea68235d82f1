"""Who a request is for: set at the tool edge, read where turns are handed out."""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ["asking"]

asking: ContextVar[str] = ContextVar("asking", default="")
"""Opaque name of the client that the running task works for; empty for the server's own work."""
