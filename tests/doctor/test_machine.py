"""What doctor reads of the machine."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from mcp_pyexec.doctor import check_machine


def test_machine_that_holds_a_jail_has_no_problem() -> None:
    checks = {check.name: check for check in check_machine()}
    expected = [
        "kernel",
        "namespaces",
        "container",
        "seccomp",
        "bubblewrap",
        "identity",
        "cgroup v2",
        "libraries",
    ]
    assert [name for name in checks if name in expected] == expected
    assert [check for check in checks.values() if check.state == "problem"] == []


def test_kernel_that_is_too_old_or_switched_off_is_a_problem_with_a_remedy(tmp_path: Path) -> None:
    for name, value in {
        "user/max_user_namespaces": "0",
        "user/max_net_namespaces": "0",
        "kernel/seccomp/actions_avail": "trap allow",
        "kernel/apparmor_restrict_unprivileged_userns": "1",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{value}\n")
    checks = {check.name: check for check in check_machine(tmp_path, "4.18.0-el8")}
    assert {c.name: c.found for c in checks.values() if c.state == "problem"} == {
        "kernel": checks["kernel"].found,
        "namespaces": "switched off: net, user",
        "seccomp": "the kernel lacks errno, kill_process",
    }
    assert checks["namespaces"].remedy == (
        "Run: sudo sysctl -w user.max_net_namespaces=15000; sudo sysctl -w user.max_user_namespaces=15000"
    )
    assert "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in checks["AppArmor"].remedy
    assert all(check.remedy for check in checks.values() if check.state == "problem")


def test_library_out_of_range_is_a_problem_that_names_both_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: ["numpy>=99", "no-such-thing>=1"])
    check = check_machine()[-1]
    numpy = importlib.metadata.version("numpy")
    assert (check.state, check.found, check.remedy) == (
        "problem",
        f"numpy>=99 is {numpy}; no-such-thing>=1 is not installed",
        "Run: pip install --upgrade 'numpy>=99' 'no-such-thing>=1'",
    )
