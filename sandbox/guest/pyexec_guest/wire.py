"""Frames between host and guest: the guest's end.

A frame is `>IQ` (length of the JSON, length of the bytes that follow it), the JSON object, the bytes. Host to
guest, descriptors ride on the header as SCM_RIGHTS; guest to host, bulk data is the bytes, so that the host
never maps memory that a worker can still change. The other end is `mcp_pyexec.jail.wire`; the messages are
listed in `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["HEADER", "Channel", "ChannelClosed"]

HEADER = struct.Struct(">IQ")
_MAX_DESCRIPTORS = 64


class ChannelClosed(Exception):
    """The host has gone."""


class Channel:
    """A blocking end of a stream socket that carries frames."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def fileno(self) -> int:
        return self._sock.fileno()

    def send(
        self, message: Mapping[str, Any], data: Sequence[bytes | memoryview] = (), fds: Sequence[int] = ()
    ) -> None:
        """Send one frame.

        Raises:
            ValueError: If the message is not JSON.
        """
        body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("utf-8", "backslashreplace")
        head = HEADER.pack(len(body), sum(map(len, data))) + body
        if fds:
            sent = socket.send_fds(self._sock, [head], list(fds))
            head = head[sent:]
        self._sock.sendall(head)
        for chunk in data:
            self._sock.sendall(chunk)

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """Return the next message and its descriptors.

        Raises:
            ChannelClosed: At end of stream.
        """
        header, fds = self._receive_header()
        json_bytes, data_bytes = HEADER.unpack(header)
        if data_bytes:
            raise ChannelClosed("the host sends bulk data as descriptors only")
        return json.loads(self._receive_exactly(json_bytes)), fds

    def _receive_header(self) -> tuple[bytes, list[int]]:
        space = socket.CMSG_SPACE(_MAX_DESCRIPTORS * array.array("i").itemsize)
        head, ancillary, _, _ = self._sock.recvmsg(HEADER.size, space, socket.MSG_CMSG_CLOEXEC)
        fds = array.array("i")
        for level, kind, payload in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
        if not head:
            for fd in fds:
                os.close(fd)
            raise ChannelClosed("end of stream")
        return head + self._receive_exactly(HEADER.size - len(head)), list(fds)

    def _receive_exactly(self, count: int) -> bytes:
        buffer = bytearray(count)
        view, filled = memoryview(buffer), 0
        while filled < count:
            got = self._sock.recv_into(view[filled:])
            if not got:
                raise ChannelClosed("end of stream inside a frame")
            filled += got
        return bytes(buffer)
