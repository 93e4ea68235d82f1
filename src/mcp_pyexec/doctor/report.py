"""An examination as a person or a program reads it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from mcp_pyexec.config import Settings
from mcp_pyexec.doctor.examine import Examination, examine
from mcp_pyexec.doctor.probes import LAYERS, Probe

__all__ = ["as_json", "print_report", "run_doctor"]

_SIGNS = {"good": "ok", "note": "note", "problem": "PROBLEM"}
_LEAK = (
    "Do not serve untrusted code from this machine. Report it with this output; "
    "sandbox/SECURITY.md says how, and what each layer stands on."
)


def run_doctor(full: bool, json_wanted: bool, settings: Settings) -> int:
    """Examine this machine, print what was found on stdout, and return the exit code."""
    if json_wanted:
        found = asyncio.run(examine(full, settings))
        print(json.dumps(as_json(found), indent=2))
        return found.exit_code
    console = Console(highlight=False)
    if console.is_terminal:
        with console.status("Starting the jail …") as status:

            def show(probe: Probe, number: int, total: int) -> None:
                status.update(f"{number} of {total}: {probe.technique}")

            found = asyncio.run(examine(full, settings, show))
    else:
        found = asyncio.run(examine(full, settings))
    print_report(found, console)
    return found.exit_code


def as_json(found: Examination) -> dict[str, Any]:
    """Return everything that was found, as plain values."""
    return {
        "exit_code": found.exit_code,
        "refusal": found.refusal,
        "machine": [asdict(check) for check in found.checks],
        "databases": [asdict(check) for check in found.databases],
        "layers": [
            {"layer": layer, "stops": stops, "tried": tried, "held": held}
            for layer, stops, tried, held in _by_layer(found)
        ],
        "attempts": [
            {
                "technique": v.probe.technique,
                "layer": v.probe.layer,
                "held": v.held,
                "harm": list(v.harm),
                "status": v.status,
            }
            for v in found.verdicts
        ],
    }


def print_report(found: Examination, console: Console) -> None:
    """Print tables on a terminal and plain lines elsewhere; the remedies come last."""
    _print_rows(console, "machine", [(_SIGNS[c.state], c.name, c.found) for c in found.checks])
    if found.databases:
        _print_rows(console, "databases", [(_SIGNS[c.state], c.name, c.found) for c in found.databases])
    if found.refusal is None:
        rows = [
            (
                "held" if tried and held == tried else "FAILED",
                layer,
                f"{held} of {tried} attempts stopped: {stops}",
            )
            for layer, stops, tried, held in _by_layer(found)
        ]
        _print_rows(console, "layers", rows)
    for line in _remedies(found):
        console.print(line, soft_wrap=True, markup=False)


def _print_rows(console: Console, title: str, rows: list[tuple[str, str, str]]) -> None:
    if not console.is_terminal:
        for sign, name, text in rows:
            console.print(f"{sign:<8} {name:<18} {text}", soft_wrap=True, markup=False)
        return
    table = Table(title=title, title_justify="left", show_header=False)
    for sign, name, text in rows:
        bad = sign.isupper()
        table.add_row(f"[{'red' if bad else 'green'}]{sign}[/]", name, text.replace("[", "\\["))
    console.print(table)


def _by_layer(found: Examination) -> list[tuple[str, str, int, int]]:
    """Each layer, what it stops, how many attempts were made on it and how many it stopped."""
    rows = []
    for layer, stops in LAYERS.items():
        tried = [v for v in found.verdicts if v.probe.layer == layer]
        rows.append((layer, stops, len(tried), sum(v.held for v in tried)))
    return rows


def _remedies(found: Examination) -> list[str]:
    checks = [*found.checks, *found.databases]
    lines = [f"{c.name}: {c.remedy}" for c in checks if c.remedy and c.state == "problem"]
    if found.refusal is not None:
        lines.append(found.refusal)
    broken = [v for v in found.verdicts if not v.held]
    lines += [f"{v.probe.technique} got past {v.probe.layer}: {'; '.join(v.harm)}" for v in broken]
    if broken:
        lines.append(_LEAK)
    elif found.refusal is None:
        lines.append(f"All {len(found.verdicts)} attempts were stopped.")
    return lines
