"""What one layer stops by itself, and that the same attempt succeeds where no layer is: the canaries do sing."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from escape.alone import GUEST, PROBES, SECCOMP, attack, bare, in_namespaces
from mcp_pyexec.doctor import Canaries, Probe

CONTROLS = [probe for probe in PROBES.values() if probe.control]

KILLED = [
    f"call-{name}"
    for name in (
        "ptrace", "process-vm-readv", "process-vm-writev", "pidfd-getfd", "kcmp", "unshare", "setns", "open-tree",
        "fsopen", "bpf", "perf-event-open", "userfaultfd", "io-uring-setup", "add-key", "keyctl", "vmsplice",
    )
]  # fmt: skip
REFUSED = [
    "connect-to-a-server-on-the-loopback",
    "send-a-datagram-to-the-loopback",
    "connect-to-an-abstract-socket",
    "connect-to-a-socket-by-its-path",
    "connect-one-end-of-a-pair-elsewhere",
    "make-a-child-process",
    "make-a-child-process-with-clone",
    "start-another-program",
    "become-another-program",
    "run-a-program-from-memory",
    "have-the-kernel-filter-packets-with-a-program",
]
NAMESPACED = [
    "read-a-file-by-its-path",
    "read-a-file-through-proc-root",
    "write-to-a-host-file-by-its-path",
    "make-a-file-in-every-folder-the-host-uses",
    "open-devices-of-the-machine",
    "connect-to-a-server-on-the-loopback",
    "connect-over-ipv6",
    "send-a-datagram-to-the-loopback",
    "connect-to-an-abstract-socket",
    "connect-to-a-socket-by-its-path",
    "send-to-an-abstract-socket-from-a-pair",
    "signal-a-process-of-the-host",
    "find-sockets-of-daemons",
    "see-the-hosts-network-interfaces",
]


def technique(probe: Probe) -> str:
    return probe.technique


@pytest.mark.parametrize("probe", CONTROLS, ids=technique)
async def test_attempt_does_harm_where_no_layer_is(
    probe: Probe, own_canaries: Canaries, tmp_path: Path
) -> None:
    outcome = bare(attack(probe, own_canaries, tmp_path))
    assert await own_canaries.harm(outcome) != [], outcome


@pytest.mark.parametrize("name", KILLED)
async def test_escape_by_a_system_call_is_stopped_by_seccomp_alone(
    name: str, own_canaries: Canaries, tmp_path: Path
) -> None:
    outcome = bare(GUEST + attack(PROBES[name], own_canaries, tmp_path, before=SECCOMP))
    assert (outcome.values, await own_canaries.harm(outcome)) == ({"signal": signal.SIGSYS}, []), outcome


@pytest.mark.parametrize("name", KILLED)
def test_same_system_call_comes_back_where_no_filter_is(
    name: str, own_canaries: Canaries, tmp_path: Path
) -> None:
    outcome = bare(attack(PROBES[name], own_canaries, tmp_path))
    assert "ESCAPED" in outcome.stdout.text, outcome


@pytest.mark.parametrize("name", REFUSED)
async def test_escape_is_stopped_by_seccomp_alone(name: str, own_canaries: Canaries, tmp_path: Path) -> None:
    outcome = bare(GUEST + attack(PROBES[name], own_canaries, tmp_path, before=SECCOMP))
    assert (outcome.status, await own_canaries.harm(outcome)) == ("ok", []), outcome


@pytest.mark.parametrize("name", NAMESPACED)
async def test_escape_is_stopped_by_namespaces_and_root_alone(
    name: str, own_canaries: Canaries, tmp_path: Path
) -> None:
    outcome = in_namespaces(attack(PROBES[name], own_canaries, tmp_path))
    assert (outcome.status, await own_canaries.harm(outcome)) == ("ok", []), outcome


UNSHARED = """
import ctypes, os
uid, gid = os.getuid(), os.getgid()
libc = ctypes.CDLL(None, use_errno=True)
assert libc.unshare(0x10000000 | 0x00020000) == 0
open("/proc/self/setgroups", "w").write("deny")
open("/proc/self/uid_map", "w").write(f"0 {uid} 1")
open("/proc/self/gid_map", "w").write(f"0 {gid} 1")
"""
MOUNT = "print('mounted' if libc.mount(b'none', b'/', None, 0x44000, None) == 0 else 'refused')"


def test_root_of_a_namespace_may_mount_and_is_stopped_by_no_capabilities_alone() -> None:
    assert bare(UNSHARED + MOUNT).stdout.text == "mounted\n"
    assert bare(GUEST + UNSHARED + "kernel.drop_capabilities()\n" + MOUNT).stdout.text == "refused\n"
