"""One layer at a time: programs run outside the jail with nothing, or with one layer only, around them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcp_pyexec.bundled import bundled
from mcp_pyexec.doctor import Canaries, Probe, load_probes, program
from mcp_pyexec.jail import find_bwrap, seccomp_filter
from mcp_pyexec.jail.argv import TEMPLATE, jail_argv
from mcp_pyexec.jail.rootfs import binds_for, empty_folders, library_path
from mcp_pyexec.outcomes import Metrics, Outcome, Stream

PROBES = {probe.technique: probe for probe in load_probes()}
LIMITS = {"memory_mb": 256, "processes": 64, "open_files": 128, "disk_mb": 64}

GUEST = f"import sys; sys.path.insert(0, {str(bundled('sandbox') / 'guest')!r})\nfrom pyexec_guest import kernel\n"
SECCOMP = f"""
kernel.set_no_new_privileges()
kernel.load_seccomp_filter(open({str(seccomp_filter())!r}, "rb").read())
"""


def bare(code: str) -> Outcome:
    """Run a program as any process of this user."""
    return _outcome([sys.executable, "-c", code])


def in_namespaces(code: str) -> Outcome:
    """Run a program where the template runs: namespaces, file system, no capabilities; no seccomp filter, no limits."""
    argv = jail_argv(
        TEMPLATE, find_bwrap(), binds_for(["numpy"]), empty_folders(), library_path(), 0, [], None
    )
    head = argv[: argv.index("--") + 1]
    path = "import sys; sys.path[:0] = ['/guest', '/site-packages']\n"
    return _outcome([*head, "/python/bin/python3", "-s", "-S", "-P", "-B", "-c", path + code])


def attack(probe: Probe, canaries: Canaries, work: Path, before: str = "") -> str:
    """Return the program of a probe; `before` comes after its prelude, for a layer to be put on."""
    facts: dict[str, Any] = {**canaries.facts, **LIMITS, "work": str(work)}
    whole = program(probe, facts)
    return whole.replace(probe.body, f"{before}\n{probe.body}", 1)


def _outcome(argv: Sequence[str]) -> Outcome:
    done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=30, cwd="/")
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    nothing = Metrics(wall_s=0, cpu_s=0, peak_memory_mb=0, queue_s=0)
    return Outcome(
        status="ok" if done.returncode == 0 else "crashed",
        values={"signal": -done.returncode if done.returncode < 0 else None},
        error=None,
        stdout=Stream(out),
        stderr=Stream(err),
        metrics=nothing,
        layers=(),
    )
