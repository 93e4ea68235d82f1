"""The blocking line to a jailed process, over a real socket."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from contextlib import closing

from mcp_pyexec.jail.line import Line

SHAPES = {"failed": {"text": (str,)}}


def answer_and_go(sock: socket.socket) -> None:
    with sock:
        sock.recv(1 << 16)
        body = json.dumps({"op": "failed", "text": "why"}).encode()
        sock.sendall(struct.pack(">IQ", len(body), 0) + body)


def test_answer_of_a_process_that_goes_at_once_is_heard() -> None:
    for _ in range(500):
        ours, theirs = socket.socketpair()
        process = threading.Thread(target=answer_and_go, args=[theirs])
        process.start()
        with closing(Line(ours, SHAPES)) as line:
            assert line.ask({"op": "convert"}, time.monotonic() + 30).message["text"] == "why"
        process.join()
