"""What is asked of the jail, and what came back: frozen values, no behaviour.

Everything in an `Outcome` but `metrics` and `layers` was said by a worker and is hostile: bounded and
checked for shape by `jail.wire`, never parsed as Python, never unpickled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mcp_pyexec.limits import Limits

__all__ = ["File", "HostCall", "HostReply", "Job", "Memory", "Metrics", "Outcome", "Status", "Stream"]

Status = Literal["ok", "rejected", "raised", "limit", "crashed"]


@dataclass(frozen=True, slots=True)
class File:
    """Bytes with a name, out of the jail."""

    name: str
    mime_type: str
    data: bytes


class Memory(Protocol):
    """Something with a descriptor that stays open as long as it."""

    def fileno(self) -> int:
        """Return the descriptor."""


@dataclass(frozen=True, slots=True)
class HostReply:
    """The answer to a host function: JSON for the guest, and sealed Arrow memory if there is a table."""

    value: Any = None
    table: Memory | None = None


HostCall = Callable[[Mapping[str, Any], bytes], Awaitable[HostReply]]
"""A function of the host that code in the jail may call: keyword arguments and the bytes sent along."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run in the jail.

    Attributes:
        kind: What the guest does: `execute`, `check`, `split`, `fit` or `score`.
        request: JSON for the guest, by kind.
        profile: Name of the policy profile.
        tables: Sealed Arrow IPC descriptors by name; the caller keeps them open until the outcome.
        host: Functions that the code may call, by name.
        on_progress: Called with (fraction 0..1, message) as the code reports it.
    """

    kind: str
    request: Mapping[str, Any]
    profile: str
    limits: Limits
    tables: Mapping[str, int] = field(default_factory=dict)
    host: Mapping[str, HostCall] = field(default_factory=dict)
    on_progress: Callable[[float, str], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """What was kept of stdout or stderr, and how much there was."""

    text: str = ""
    bytes_total: int = 0
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Metrics:
    """Measured by the host; seconds and MiB. `peak_memory_mb` is on top of the preloaded libraries."""

    wall_s: float
    cpu_s: float
    peak_memory_mb: float
    queue_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one job came to.

    Attributes:
        values: The job's own JSON answer, by kind; empty unless it got that far.
        error: `{category, type, message, line, traceback, hint, limit?, findings?}` unless `ok`.
        tables: Arrow IPC streams by name, as the worker wrote them: not parsed yet.
        files: Figures and files of the working directory, in order.
        layers: Isolation layers that the host saw in place before the run.
    """

    status: Status
    values: Mapping[str, Any]
    error: Mapping[str, Any] | None
    stdout: Stream
    stderr: Stream
    metrics: Metrics
    layers: tuple[str, ...]
    executor: str = "bubblewrap"
    tables: Mapping[str, bytes] = field(default_factory=dict)
    files: Sequence[File] = ()
