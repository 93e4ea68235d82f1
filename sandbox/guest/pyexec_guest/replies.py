"""What a job inside the jail hands back: JSON values, Arrow tables and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["GuestFile", "Reply"]


@dataclass(frozen=True)
class GuestFile:
    """Bytes with a name and a MIME type."""

    name: str
    mime_type: str
    data: bytes


@dataclass(frozen=True)
class Reply:
    """The answer of one job. `status` and `error` are as in TOOLS `execute_code`; `values` is JSON."""

    status: str = "ok"
    values: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    files: tuple[GuestFile, ...] = ()
