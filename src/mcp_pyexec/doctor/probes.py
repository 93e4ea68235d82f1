"""The escape attempts in `sandbox/probes`, as data: the host reads them as text and never runs them."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_pyexec.bundled import bundled
from mcp_pyexec.jail import system_calls

__all__ = ["LAYERS", "Probe", "load_probes", "program"]

LAYERS: Mapping[str, str] = {
    "namespaces": "no process, network, host name or IPC object of the host is there to be named",
    "read-only-root": "only the interpreter and the profile's libraries are there, and nothing of it can be changed",
    "private-tmpfs": "one small private file system in memory, which holds no programs",
    "no-capabilities": "no capability in any set, and none to be had",
    "no-new-privileges": "no privilege from a program, no core dump, no debugger",
    "rlimits": "memory, CPU time, threads, descriptors and file sizes end where the limits say",
    "seccomp": "system calls that nothing here needs are refused, or end the worker",
    "host-clock": "the host ends a run at its wall clock, memory or output limit, whatever the run does",
    "frames": "messages of a worker are bounded, checked and rationed",
}
"""Each layer, and what it stops."""

_LIMITS = ("memory", "cpu", "wall", "output")
_CELL = re.compile(r"^# %% (?P<name>\S+) \| (?P<layer>\S+) \|(?P<flags>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Probe:
    """One attempt.

    Attributes:
        technique: Kebab-case name.
        layer: The layer that has to stop it; a key of `LAYERS`.
        short: Belongs to the short form of `doctor`.
        control: Does harm when it is run outside the jail, and only to canaries.
        limit: The limit that has to end the run, if one has to.
        body: The program, without its prelude.
        each: The value of `EACH`.
    """

    technique: str
    group: str
    layer: str
    short: bool
    control: bool
    limit: str | None
    body: str
    each: str


def load_probes() -> list[Probe]:
    """Return all attempts, in the order of their files."""
    files = sorted(p for p in (bundled("sandbox") / "probes").glob("*.py") if p.stem != "prelude")
    return [probe for file in files for probe in _cells(file)]


def program(probe: Probe, facts: Mapping[str, Any]) -> str:
    """Return the whole program: facts of the host, prelude, attempt."""
    given = json.dumps(json.dumps({**facts, "machine": platform.machine()}))
    head = "import json, types\n"
    head += f"T = types.SimpleNamespace(**json.loads({given}))\n"
    head += f"NR = {json.dumps(_system_calls())}\nEACH = {json.dumps(probe.each)}\n"
    prelude = (bundled("sandbox") / "probes" / "prelude.py").read_text("utf-8")
    return f"{head}{prelude}\n{probe.body}\nNone\n"


def _cells(file: Path) -> Iterator[Probe]:
    text = file.read_text("utf-8")
    marks = list(_CELL.finditer(text))
    ends = [*(m.start() for m in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        flags = dict(flag.partition("=")[::2] for flag in mark["flags"].split())
        for each in flags.get("each", "").split(","):
            yield Probe(
                technique=mark["name"].replace("{each}", each.replace("_", "-")),
                group=file.stem.replace("_", "-"),
                layer=mark["layer"],
                short="short" in flags,
                control="control" in flags,
                limit=next((limit for limit in _LIMITS if limit in flags), None),
                body=text[mark.end() : end],
                each=each,
            )


def _system_calls() -> dict[str, int]:
    """Return system call numbers of this machine by name: those of the filter, and more that it has no line for."""
    numbers: dict[str, int] = {}
    for folder in ("probes", "seccomp"):
        numbers |= system_calls(bundled("sandbox") / folder / "numbers.tsv")
    return numbers
