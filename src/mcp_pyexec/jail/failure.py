"""Whose fault a death is: one pure function from how a worker ended to what the caller is told."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import Status

__all__ = ["Exit", "classify_exit", "forbidden_call_error", "limit_error", "with_figure"]


@dataclass(frozen=True, slots=True)
class Exit:
    """How a worker ended: exit code or signal, and the CPU seconds it took, as the template reaped it.

    Neither code nor signal is known of a worker whose template was lost.
    """

    code: int | None
    signal: int | None
    cpu_s: float


_HINTS = {
    "wall": "Make the code finish sooner: sample the rows, vectorise loops, or do the heavy part in SQL.",
    "cpu": "Use less computation: sample the rows, vectorise loops, or ask for less at a time.",
    "memory": "Use less memory: select columns, read in parts, use smaller dtypes, or aggregate in SQL.",
    "output": "Print less: summarise, or write the data to a file in the working directory.",
}

_CEILINGS = {
    "cpu": ("CPU", "cpu_s", "s"),
    "memory": ("memory", "memory_mb", "MiB"),
    "processes": ("process", "processes", "threads and no child processes"),
    "files": ("open-file", "open_files", "descriptors"),
    "disk": ("disk", "disk_mb", "MiB"),
}

_CRASHES = {
    signal.SIGSEGV: "a segmentation fault, such as a stack overflow in native code",
    signal.SIGBUS: "a bus error",
    signal.SIGFPE: "a floating-point trap",
    signal.SIGILL: "an illegal instruction",
    signal.SIGABRT: "an abort",
    signal.SIGSYS: "a system call that the jail's seccomp filter forbids",
}


def limit_error(limit: str, message: str) -> dict[str, Any]:
    """Return the `error` object of a run that the host ended at a limit."""
    return {
        "category": "limit",
        "type": "LimitReached",
        "message": message,
        "line": None,
        "traceback": "",
        "hint": _HINTS[limit],
        "limit": limit,
    }


def with_figure(error: Mapping[str, Any] | None, limits: Limits) -> Mapping[str, Any] | None:
    """Return the error of a run that reports a limit, with the ceiling in its message."""
    ceiling = _CEILINGS.get((error or {}).get("limit", ""))
    if error is None or ceiling is None:
        return error
    name, field, unit = ceiling
    message = f"The {name} limit of {getattr(limits, field):g} {unit} was reached."
    return {**error, "message": f"{message} {error['message']}".strip()}


def classify_exit(exit_: Exit, limits: Limits, starved: bool = False) -> tuple[Status, Mapping[str, Any]]:
    """Return status and error of a run whose worker died before it answered.

    Args:
        starved: The kernel says that it killed the worker at the memory limit of its cgroup.
    """
    if starved:
        message = f"The memory limit of {limits.memory_mb} MiB was reached; the kernel ended the run."
        return "limit", limit_error("memory", message)
    if exit_.code is None and exit_.signal is None:
        hint = "Nothing was kept. The code is not at fault: run it again."
        return "crashed", _crash("The jail's template ended while the code ran, and the run with it.", hint)
    if exit_.signal in (signal.SIGKILL, signal.SIGXCPU) and exit_.cpu_s >= limits.cpu_s:
        message = f"The CPU limit of {limits.cpu_s:g} s was reached ({exit_.cpu_s:.1f} s used)."
        return "limit", limit_error("cpu", message)
    if exit_.signal == signal.SIGKILL:
        message = "The kernel killed the run, most likely because the machine ran out of memory."
        return "limit", limit_error("memory", message)
    how = f"exit code {exit_.code}"
    if exit_.signal is not None:
        how = _CRASHES.get(signal.Signals(exit_.signal), signal.Signals(exit_.signal).name)
    hint = "Nothing was kept. Look for deep recursion or calls into native code with bad arguments."
    return "crashed", _crash(f"The worker died without an answer: {how}.", hint)


def forbidden_call_error(call: str) -> Mapping[str, Any]:
    """Return the error of a run that the host ended because it made a system call that the jail forbids."""
    hint = "Nothing was kept. Leave the call out: tracing, mounting, namespaces and the like are never to be had here."
    return _crash(f"The code made the system call {call}, which the jail forbids; the run was ended.", hint)


def _crash(message: str, hint: str) -> Mapping[str, Any]:
    return {
        "category": "other",
        "type": "Crashed",
        "message": message,
        "line": None,
        "traceback": "",
        "hint": hint,
    }
