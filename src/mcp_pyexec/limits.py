"""Ceilings that travel with every call.

A caller may lower a ceiling, never raise it: `Limits.lowered` is the only way to get another one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from mcp_pyexec.errors import RequestError

__all__ = ["MIB", "Limits"]

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one run in the jail. `_s` seconds, `_mb` MiB, `_bytes` bytes."""

    wall_s: float = 30.0
    """Wall-clock time; then SIGINT, a grace of `grace_s`, then SIGKILL of the whole namespace."""
    grace_s: float = 0.5
    cpu_s: float = 60.0
    """CPU time of all threads together."""
    memory_mb: int = 512
    """Private memory on top of what the preloaded libraries already take."""
    processes: int = 64
    """Processes and threads together."""
    open_files: int = 128
    disk_mb: int = 64
    """All files of the private /work and /tmp together; they live in memory."""
    output_bytes: int = 64 * 1024
    """Kept of each of stdout and stderr; the rest is counted and dropped, the code is not blocked."""
    flood_bytes: int = 256 * MIB
    """Written to one stream before the run is ended as `limit: output`."""
    frame_bytes: int = 4 * MIB
    """The JSON part of one message out of the jail."""
    attachment_bytes: int = 64 * MIB
    """All tables, figures and files that one run may hand out."""
    artifacts: int = 20
    """Files of the working directory that come back."""

    def within(self, ceilings: Limits) -> Limits:
        """Return these limits, none above the ceilings."""
        lower = {f.name: min(getattr(self, f.name), getattr(ceilings, f.name)) for f in fields(self)}
        return Limits(**lower)

    def lowered(self, *, timeout_s: float | None = None, memory_mb: int | None = None) -> Limits:
        """Return these limits with lower ceilings.

        Raises:
            RequestError: `limit-not-allowed` for a value above the ceiling or not above zero.
        """
        limits = self
        if timeout_s is not None:
            _check("timeout_s", timeout_s, self.wall_s)
            limits = replace(limits, wall_s=timeout_s)
        if memory_mb is not None:
            _check("memory_mb", memory_mb, self.memory_mb)
            limits = replace(limits, memory_mb=memory_mb)
        return limits


def _check(name: str, value: float, ceiling: float) -> None:
    if not 0 < value <= ceiling:
        raise RequestError(
            "limit-not-allowed",
            f"{name}={value:g} is outside what this server allows: above 0, at most {ceiling:g}. "
            f"Ask for {ceiling:g} or less, or leave it out for the ceiling itself.",
        )
