"""The canaries notice every harm that a probe could do to them."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mcp_pyexec.doctor import Canaries
from mcp_pyexec.outcomes import File, Metrics, Outcome, Stream

OUTCOME = Outcome(
    status="ok",
    values={},
    error=None,
    stdout=Stream(),
    stderr=Stream(),
    metrics=Metrics(wall_s=0, cpu_s=0, peak_memory_mb=0, queue_s=0),
    layers=(),
)


@pytest.fixture
def canaries() -> Iterator[Canaries]:
    with Canaries(patience_s=0.1) as canaries:
        yield canaries


def connect(family: int, address: Any) -> None:
    with socket.socket(family) as client:
        client.connect(address)


def send(family: int, address: Any) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", address)


HARMS: dict[str, Callable[[dict[str, Any]], object]] = {
    "the canary file is": lambda facts: Path(facts["file"]).write_text("defaced"),
    "the canary file is ": lambda facts: Path(facts["file"]).chmod(0o600),
    "the canary folder is": lambda facts: Path(facts["folder"], "new").touch(),
    "a file was made in": lambda facts: Path(facts["folder"], facts["mark"]).touch(),
    "the TCP listener received": lambda facts: connect(socket.AF_INET, ("127.0.0.1", facts["tcp"])),
    "the UDP listener received": lambda facts: send(socket.AF_INET, ("127.0.0.1", facts["udp"])),
    "the abstract listener received": lambda facts: connect(socket.AF_UNIX, "\0" + facts["abstract"]),
    "the abstract datagram listener received": lambda facts: send(
        socket.AF_UNIX, "\0" + facts["abstract_datagram"]
    ),
    "the socket file received": lambda facts: connect(socket.AF_UNIX, facts["socket"]),
    "the datagram socket file received": lambda facts: send(socket.AF_UNIX, facts["socket_datagram"]),
}


@pytest.mark.parametrize("told", HARMS)
async def test_harm_is_told_once_it_is_done(canaries: Canaries, told: str) -> None:
    assert await canaries.harm(OUTCOME) == []
    HARMS[told](canaries.facts)
    assert any(line.startswith(told.strip()) for line in await canaries.harm(OUTCOME))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
async def test_signal_to_the_victim_is_told(canaries: Canaries, number: signal.Signals) -> None:
    os.kill(canaries.facts["pid"], number)
    if number == signal.SIGSTOP:
        os.waitid(os.P_PID, canaries.facts["pid"], os.WSTOPPED | os.WNOWAIT)
    else:
        os.waitid(os.P_PID, canaries.facts["pid"], os.WEXITED | os.WNOWAIT)
    assert [line.split(" is ")[0] for line in await canaries.harm()] == ["the victim"]
    canaries.revive()
    assert await canaries.harm() == []


async def test_thread_that_goes_on_under_the_mark_is_told(canaries: Canaries) -> None:
    stop, started = threading.Event(), threading.Event()

    def go_on() -> None:
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(canaries.mark)
        started.set()
        stop.wait()

    thread = threading.Thread(target=go_on)
    thread.start()
    started.wait()
    assert await canaries.harm() == ["1 threads of the run go on"]
    stop.set()
    thread.join()
    assert await canaries.harm() == []


@pytest.mark.parametrize("part", ["stdout", "stderr", "values", "error", "tables", "files"])
async def test_secret_is_found_wherever_it_comes_out(canaries: Canaries, part: str) -> None:
    secret = canaries.secret
    parts: dict[str, Any] = {
        "stdout": Stream(f"x{secret}"),
        "stderr": Stream(secret),
        "values": {"result": {"text/plain": secret}},
        "error": {"message": secret},
        "tables": {"t": secret.encode()},
        "files": [File("a", "b/c", secret.encode())],
    }
    assert await canaries.harm(replace(OUTCOME, **{part: parts[part]})) == ["the secret came out"]


async def test_what_an_attacker_says_it_got_is_believed(canaries: Canaries) -> None:
    outcome = replace(OUTCOME, stdout=Stream("x\nESCAPED: uid 0\n"))
    assert await canaries.harm(outcome) == ["ESCAPED: uid 0"]
