"""The reader's loop: one thread listens, so that an interrupt is heard; the other works.

The host checks what comes back; the messages are in `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import os
import queue
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyexec_guest.reader.confine import confine
from pyexec_guest.wire import Channel, ChannelClosed

if TYPE_CHECKING:
    from pyexec_guest.reader.database import Database

__all__ = ["main"]


def main() -> None:
    """Serve the socket whose descriptor is the first argument, until the host closes it."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    try:
        channel.send({"op": "here"})
        limits, _ = channel.receive()
        confine(limits["limits"])
        channel.send({"op": "confined"})
        _Reader(channel).listen()
    except OSError as error:
        channel.send({"op": "unfit", "reason": str(error)})
    except ChannelClosed:
        pass
    finally:
        os._exit(0)  # a query may be under way in the other thread


class _Reader:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._asked: queue.SimpleQueue[tuple[Mapping[str, Any], Sequence[int]]] = queue.SimpleQueue()
        self._database: Database | None = None

    def listen(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()
        while True:
            message, fds = self._channel.receive()
            if message["op"] != "interrupt":
                self._asked.put((message, fds))
            elif self._database is not None:
                self._database.interrupt()

    def _work(self) -> None:
        from pyexec_guest.reader import database  # not at the top: DuckDB is loaded behind every layer

        while True:
            message, fds = self._asked.get()
            answer: dict[str, Any]
            try:
                if message["op"] == "open":
                    self._database = database.Database(message["file"], message["configuration"])
                    answer = {"op": "opened"}
                else:
                    assert self._database is not None
                    answer = {"op": "rows", "complete": self._database.answer(message, fds[0])}
            except database.Failed as failed:
                answer = {"op": "failed", "code": failed.code, "text": failed.text}
            except MemoryError:
                answer = {"op": "failed", "code": "memory", "text": ""}
            self._channel.send(answer)
