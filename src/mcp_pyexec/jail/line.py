"""A line to a jailed process: one message out, one in, each in its time; for the threads that SQL runs in.

What comes in is hostile: bounded before it is read, and checked for shape. The other end is `pyexec_guest.wire`.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail.wire import HEADER, checked

__all__ = ["Answer", "Line"]

_JSON_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a process said."""

    op: str
    message: Mapping[str, Any]


class Line:
    """The host's blocking end of a stream socket.

    Args:
        shapes: Of the messages that may come.
    """

    def __init__(self, sock: socket.socket, shapes: Mapping[str, Mapping[str, tuple[type, ...]]]) -> None:
        self._sock, self._shapes = sock, shapes

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()

    def ask(self, message: Mapping[str, Any], until: float) -> Answer:
        """Return the answer to a message; raises as `receive`."""
        self.send(message, until)
        return self.receive(until)

    def send(self, message: Mapping[str, Any], until: float, descriptors: Sequence[int] = ()) -> None:
        """Send a message, with descriptors that the process gets.

        Args:
            until: Of the monotonic clock.

        Raises:
            OSError: If the process does not listen in time, or has gone.
        """
        self._sock.settimeout(_left(until))
        frame = _framed(message)
        sent = socket.send_fds(self._sock, [frame], descriptors)
        if sent < len(frame):  # sending nothing fails too, once the process has answered and gone
            self._sock.sendall(frame[sent:])

    def send_at_once(self, message: Mapping[str, Any]) -> None:
        """Send a short message without waiting.

        Raises:
            OSError: If the process does not listen at the moment, or has gone.
        """
        frame = _framed(message)
        if os.write(self._sock.fileno(), frame) < len(frame):
            raise BlockingIOError("it does not listen")

    def receive(self, until: float) -> Answer:
        """Return the next message.

        Raises:
            EOFError: If the process has hung up.
            OSError: If it is silent for too long.
            SandboxFault: `broken-frame` for anything but a message that it may send.
        """
        json_bytes, data_bytes = HEADER.unpack(self._take(HEADER.size, until))
        if json_bytes > _JSON_LIMIT or data_bytes:
            raise SandboxFault("broken-frame", f"{json_bytes} + {data_bytes} bytes is over the limit")
        return Answer(*checked(self._take(json_bytes, until), self._shapes))

    def _take(self, count: int, until: float) -> bytes:
        taken, filled = bytearray(count), 0
        view = memoryview(taken)
        while filled < count:
            self._sock.settimeout(_left(until))
            got = self._sock.recv_into(view[filled:])
            if not got:
                raise EOFError("it has ended")
            filled += got
        return bytes(taken)


def _framed(message: Mapping[str, Any]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode()
    return HEADER.pack(len(body), 0) + body


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left
