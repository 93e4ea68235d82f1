"""A parked clone: waits on its socket, does jobs, answers.

A worker of the pool does one job and is killed by the host; a worker of a session does one after another and
keeps its namespace. Whatever it says is checked by the host.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from pyexec_guest import capture, execute, frames, rehearsal
from pyexec_guest.hostcalls import HostCalls
from pyexec_guest.isolation import LAYERS, Baseline, tighten
from pyexec_guest.replies import Reply
from pyexec_guest.wire import Channel

__all__ = ["serve"]


class CpuLimitReached(KeyboardInterrupt):
    """The CPU seconds of this run are used up; the kernel kills a second later."""


def serve(channel: Channel, baseline: Baseline, listener: int | None, profile: Mapping[str, Any]) -> None:
    """Announce the layers, then answer `run` messages until the host closes the socket or kills.

    Args:
        listener: Of the seccomp filter; the host gets it, and nothing of it stays here.
        profile: The one to rehearse with; each run brings its own.
    """
    _open_streams()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGXCPU, _raise_cpu_limit)
    channel.send({"op": "ready", "layers": list(LAYERS)}, fds=[] if listener is None else [listener])
    if listener is not None:
        os.close(listener)
    rehearsal.in_passing(channel, profile)
    message, fds = channel.receive()
    if message["op"] == "rehearse":
        rehearsal.in_full(profile)
        channel.send({"op": "rehearsed"})
        message, fds = channel.receive()
    _reseed()
    namespace: dict[str, Any] = {}
    while True:
        tables = dict(zip(message["tables"], fds, strict=True))
        mapped = sum(os.fstat(fd).st_size for fd in fds)
        tighten(message["limits"], baseline, mapped, message["session"])
        if message["profile"]["files"] == "none":
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        channel.send({"op": "started"})
        if not message["session"]:
            namespace = {}
        _answer(channel, message, tables, namespace)
        message, fds = channel.receive()


def _reseed() -> None:
    """Give this clone random numbers of its own; the standard library does so by itself."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _answer(
    channel: Channel, message: Mapping[str, Any], tables: Mapping[str, int], namespace: dict[str, Any]
) -> None:
    calls = HostCalls(channel)
    try:
        reply = _do(message, tables, namespace, calls)
    except BaseException as error:  # noqa: BLE001 - foreign code also runs while its values are rendered
        reply = execute.failure(error, "")
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):  # the code may have closed or replaced it
            stream.flush()  # type: ignore[union-attr]
    _send_outcome(channel, reply)


def _do(
    message: Mapping[str, Any], tables: Mapping[str, int], namespace: dict[str, Any], calls: HostCalls
) -> Reply:
    kind, request, profile = message["kind"], message["request"], message["profile"]
    if kind == "check":
        return execute.check(request, profile)
    if kind == "variables":
        return Reply(values={"variables": capture.summarise(namespace)})
    if kind == "execute":
        frames_by_name = {name: frames.read_frame(fd) for name, fd in tables.items()}
        return execute.run(request, profile, frames_by_name, namespace, calls)
    arrow = {name: frames.read_table(fd) for name, fd in tables.items()}
    from pyexec_guest import classify  # not at the top: the template of `strict` has no pandas

    if kind == "fit":
        return _fit(request, arrow, profile, calls)
    return {"split": classify.split, "score": classify.score}[kind](request, arrow)


def _fit(
    request: Mapping[str, Any], tables: Mapping[str, Any], profile: Mapping[str, Any], calls: HostCalls
) -> Reply:
    """User code may be in here: what it raises is an outcome, not a fault."""
    from pyexec_guest import classify  # not at the top: the template of `strict` has no pandas

    code = request.get("code") or ""
    try:
        return classify.fit(request, tables, lambda source: execute.define(source, profile, calls))
    except execute.Refused as refused:
        return refused.reply
    except Exception as error:
        if not code:
            raise
        return execute.failure(error, code)


def _send_outcome(channel: Channel, reply: Reply) -> None:
    data = [frames.write_table(table) for table in reply.tables.values()]
    attachments = [
        {"kind": "table", "name": name, "mime": "application/vnd.apache.arrow.stream", "size": len(body)}
        for name, body in zip(reply.tables, data, strict=True)
    ]
    attachments += [
        {"kind": "file", "name": f.name, "mime": f.mime_type, "size": len(f.data)} for f in reply.files
    ]
    data += [f.data for f in reply.files]
    message = {"op": "outcome", "status": reply.status, "values": reply.values, "error": reply.error}
    channel.send({**message, "attachments": attachments}, data)


def _open_streams() -> None:
    """Text streams on the two pipes; by line, so that a run that is killed has said what it printed."""
    for name, fd in (("stdout", 1), ("stderr", 2)):
        stream = open(fd, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.excepthook = lambda *exc: traceback.print_exception(*exc)


def _raise_cpu_limit(_signal: int, _frame: object) -> None:
    raise CpuLimitReached("CPU time is used up")
