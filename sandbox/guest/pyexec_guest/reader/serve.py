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

from pyexec_guest.confinement import confine
from pyexec_guest.reader.failed import Failed
from pyexec_guest.wire import Channel, ChannelClosed

if TYPE_CHECKING:
    from pyexec_guest.reader.duckdb_database import Database as DuckdbDatabase
    from pyexec_guest.reader.sqlite_database import Database as SqliteDatabase

__all__ = ["main"]

_OPEN_FILES = 64


def main() -> None:
    """Serve the socket whose descriptor is the first argument, until the host closes it."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    try:
        channel.send({"op": "here"})
        message, _ = channel.receive()
        limits = message["limits"]
        result = limits["result_bytes"]  # memory that it is lent is all that there is to write to
        confine(limits["memory_bytes"], mapped=result, largest_file=result, open_files=_OPEN_FILES)
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
        self._asked: queue.SimpleQueue[tuple[Mapping[str, Any], list[int]]] = queue.SimpleQueue()
        self._database: DuckdbDatabase | SqliteDatabase | None = None

    def listen(self) -> None:
        threading.Thread(target=self._work_or_end, daemon=True).start()
        while True:
            message, lent = self._channel.receive()
            if message["op"] != "interrupt":
                self._asked.put((message, lent))
            elif self._database is not None:
                self._database.interrupt()

    def _work_or_end(self) -> None:
        try:
            self._work()
        finally:
            os._exit(70)  # whatever was not foreseen: the host hears of the end, and starts another reader

    def _work(self) -> None:
        while True:
            message, lent = self._asked.get()
            try:
                if message["op"] == "open":
                    self._database = _opened(message)
                    self._channel.send({"op": "opened"})
                elif self._database is not None:
                    self._channel.send({"op": "result", **self._database.fetch(message, *lent)})
            except Failed as failed:
                self._channel.send({"op": "failed", "code": failed.code, "text": failed.text})
            except MemoryError:
                self._channel.send({"op": "failed", "code": "memory", "text": ""})
            finally:
                for memory in lent:
                    os.close(memory)


def _opened(message: Mapping[str, Any]) -> DuckdbDatabase | SqliteDatabase:
    """Load the engine, not sooner than here: behind every layer."""
    if message["engine"] == "duckdb":
        from pyexec_guest.reader.duckdb_database import Database as DuckdbDatabase

        return DuckdbDatabase(message["file"], message["configuration"])
    from pyexec_guest.reader.sqlite_database import Database as SqliteDatabase

    return SqliteDatabase(message["file"], message["configuration"])
