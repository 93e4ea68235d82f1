"""Builds a large table and prints how much memory that took at most, and the bytes of the table.

Counted are the process's own pages and every sealed memory it has open.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from mcp_pyexec.tables import TableBuilder

ROWS, BATCHES = 20_000, 400


def used() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    own = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))
    return own + sum({memory.st_ino: memory.st_blocks * 512 for memory in _memories()}.values())


def _memories() -> Iterator[os.stat_result]:
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(link.readlink()).startswith("/memfd:"):
                yield link.stat()


def main() -> None:
    numbers, text = list(range(ROWS)), [f"row {i}" for i in range(ROWS)]
    first = pa.record_batch({"n": numbers, "t": text})
    idle, peak, done = used(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.001):
            peak[0] = max(peak[0], used())

    watcher = threading.Thread(target=watch)
    watcher.start()
    builder = TableBuilder(["n", "t"])
    for _ in range(BATCHES):
        builder.add(pa.concat_batches([first.slice(0, ROWS // 2), first.slice(ROWS // 2)]))
    size = builder.finish(lambda _, pieces: pa.chunked_array(pieces)).size_bytes
    done.set()
    watcher.join()
    print(peak[0] - idle, size)


if __name__ == "__main__":
    main()
