"""The reader's loop: one thread listens, so that an interrupt is heard; the other works.

The host checks what comes back; the messages are in `sandbox/protocol/v1.json`.
"""

from __future__ import annotations

import os
import queue
import socket
import sys
import threading
from collections.abc import Mapping
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
        self._asked: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._database: Database | None = None

    def listen(self) -> None:
        threading.Thread(target=self._work_or_end, daemon=True).start()
        while True:
            message, _ = self._channel.receive()
            if message["op"] != "interrupt":
                self._asked.put(message)
            elif self._database is not None:
                self._database.interrupt()

    def _work_or_end(self) -> None:
        try:
            self._work()
        finally:
            os._exit(70)  # whatever was not foreseen: the host hears of the end, and starts another reader

    def _work(self) -> None:
        from pyexec_guest.reader import database  # not at the top: DuckDB is loaded behind every layer

        while True:
            message = self._asked.get()
            try:
                if message["op"] == "open":
                    self._database = database.Database(message["file"], message["configuration"])
                    self._channel.send({"op": "opened"})
                elif self._database is not None:
                    for part in self._database.rows(message):
                        self._channel.send({"op": "rows"}, part)
                    self._channel.send({"op": "end"})
            except database.Failed as failed:
                self._channel.send({"op": "failed", "code": failed.code, "text": failed.text})
            except MemoryError:
                self._channel.send({"op": "failed", "code": "memory", "text": ""})
