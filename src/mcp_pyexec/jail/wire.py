"""Frames between host and guest: the host's end, for which every frame is hostile.

Bounded before it is read, checked for shape before it is used, unknown keys refused. What fails here ends the
worker, not the server. The other end is `pyexec_guest.wire`; the messages are in `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import array
import asyncio
import json
import os
import re
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_pyexec.errors import SandboxFault

__all__ = [
    "CONVERTER_SHAPES",
    "CONVERTER_TEMPLATE_SHAPES",
    "HEADER",
    "READER_SHAPES",
    "SHAPES",
    "Channel",
    "ControlChannel",
    "EndOfStream",
    "Frame",
    "checked",
]

HEADER = struct.Struct(">IQ")
_CHUNK = 256 * 1024

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

_NUMBER = (int, float)
SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    "fit": {"python": (str,)},
    "unfit": {"reason": (str,)},
    "warm": {},
    "parked": {"id": (int,)},
    "refused": {"id": (int,), "reason": (str,)},
    "exited": {"id": (int,), "code": (int, type(None)), "signal": (int, type(None)), "cpu_s": _NUMBER},
    "ready": {"layers": (list,)},
    "rehearsed": {},
    "started": {},
    "progress": {"fraction": _NUMBER, "message": (str,)},
    "call": {"name": (str,), "arguments": (dict,)},
    "outcome": {
        "status": (str,),
        "values": (dict,),
        "error": (dict, type(None)),
        "attachments": (list,),
    },
}


READER_SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    "here": {},
    "confined": {},
    "unfit": {"reason": (str,)},
    "opened": {},
    "result": {"bytes": (int,), "complete": (bool,)},
    "failed": {"code": (str,), "text": (str,)},
}
"""What a reader of a database may say."""


CONVERTER_SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    "here": {},
    "confined": {},
    "unfit": {"reason": (str,)},
    "converted": {"tables": (int,)},
    "failed": {"text": (str,)},
}
"""What a converter of data files may say."""


CONVERTER_TEMPLATE_SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    "here": {},
    "ended": {"by_signal": (bool,)},
}
"""What the template of such converters may say."""


class EndOfStream(Exception):
    """The other end has closed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message with the bytes or descriptors that came along."""

    op: str
    message: Mapping[str, Any]
    data: bytes = b""
    fds: tuple[int, ...] = ()
    json_bytes: int = 0


def checked(
    body: bytes, shapes: Mapping[str, Mapping[str, tuple[type, ...]]] = SHAPES
) -> tuple[str, dict[str, Any]]:
    """Return the op and message of a frame's JSON.

    Args:
        shapes: The messages that may come.

    Raises:
        SandboxFault: `broken-frame` for anything but a known message with exactly its keys and types.
    """
    try:
        text = body.decode()
        message = json.loads(text, parse_constant=_refuse_constant)
        if _SURROGATE.search(text):
            message = _encodable(message)
    except (ValueError, RecursionError) as error:
        raise SandboxFault("broken-frame", f"not JSON: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise SandboxFault("broken-frame", "not an object")
    op = message.pop("op", None)
    shape = shapes.get(op) if isinstance(op, str) else None
    if shape is None or set(message) != set(shape):
        raise SandboxFault("broken-frame", f"unknown message or keys: {str(op)[:40]!r}")
    for key, kinds in shape.items():
        if not isinstance(message[key], kinds) or (isinstance(message[key], bool) and bool not in kinds):
            raise SandboxFault("broken-frame", f"{op}.{key} has the wrong type")
    return str(op), message


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are no JSON, and no client could read an answer that holds them."""
    raise ValueError(name)


def _encodable(value: Any) -> Any:
    """Return JSON with "?" for half a surrogate pair, which no answer in UTF-8 could carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return value


class Channel:
    """The host's non-blocking end of a stream socket that carries frames."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._buffer = bytearray()
        self._fds: list[int] = []

    def close(self) -> None:
        self._sock.close()
        for fd in self._fds:
            os.close(fd)
        self._fds.clear()

    async def send(self, message: Mapping[str, Any], fds: Sequence[int] = ()) -> None:
        """Send one frame; the descriptors ride on its header.

        Raises:
            EndOfStream: If the other end has gone.
        """
        body = json.dumps(message, separators=(",", ":")).encode()
        frame = HEADER.pack(len(body), 0) + body
        try:
            if fds:
                sent = await self._send_with_fds(frame, fds)
                frame = frame[sent:]
            await asyncio.get_running_loop().sock_sendall(self._sock, frame)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EndOfStream from error

    async def _send_with_fds(self, frame: bytes, fds: Sequence[int]) -> int:
        while True:
            try:
                return socket.send_fds(self._sock, [frame[:65536]], list(fds))
            except BlockingIOError:
                loop = asyncio.get_running_loop()
                await _ready(self._sock, loop.add_writer, loop.remove_writer)

    async def receive(self, json_limit: int, data_limit: int) -> Frame:
        """Return the next frame.

        Raises:
            EndOfStream: If the other end has gone.
            SandboxFault: `broken-frame` if it is larger than the limits or malformed.
        """
        header = await self._take(HEADER.size)
        json_bytes, data_bytes = HEADER.unpack(header)
        if json_bytes > json_limit or data_bytes > data_limit:
            raise SandboxFault("broken-frame", f"{json_bytes} + {data_bytes} bytes is over the limit")
        op, message = checked(await self._take(json_bytes))
        data = await self._take(data_bytes)
        # The kernel may deliver a descriptor with bytes of the frame before its own: only these carry one.
        fds = (self._fds.pop(0),) if op in ("parked", "ready") and self._fds else ()
        return Frame(op, message, data, fds, json_bytes)

    async def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._fill()
        taken = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return taken

    async def _fill(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            chunk = await loop.sock_recv(self._sock, _CHUNK)
        except (ConnectionResetError, OSError) as error:
            raise EndOfStream from error
        if not chunk:
            raise EndOfStream
        self._buffer += chunk


class ControlChannel(Channel):
    """A channel to what has seen no code yet, and may send descriptors: a template, a worker before `ready`."""

    def without_descriptors(self) -> Channel:
        """Return the same end for what may send no descriptors from here on.

        Raises:
            SandboxFault: `broken-frame` if more came than was asked for.
        """
        if self._buffer or self._fds:
            raise SandboxFault("broken-frame", "more than was asked for")
        return Channel(self._sock)

    async def _fill(self) -> None:
        space = socket.CMSG_SPACE(16 * array.array("i").itemsize)
        while True:
            try:
                chunk, ancillary, _, _ = self._sock.recvmsg(_CHUNK, space, socket.MSG_CMSG_CLOEXEC)
                break
            except BlockingIOError:
                loop = asyncio.get_running_loop()
                await _ready(self._sock, loop.add_reader, loop.remove_reader)
            except OSError as error:
                raise EndOfStream from error
        for level, kind, payload in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds = array.array("i")
                fds.frombytes(payload)
                self._fds += fds
        if not chunk:
            raise EndOfStream
        self._buffer += chunk


async def _ready(
    sock: socket.socket, register: Callable[..., object], unregister: Callable[[socket.socket], object]
) -> None:
    """Wait for one readiness of a socket, as the event loop's pair of `add_…` and `remove_…` tells it."""
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    register(sock, _settle, ready)
    try:
        await ready
    finally:
        unregister(sock)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
