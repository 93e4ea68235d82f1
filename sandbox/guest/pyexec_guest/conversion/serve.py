"""One job from the host, one answer; the messages are in `sandbox/protocol/v1.json`.

The files stand in /data, read-only but for the folder itself, where SQLite may put what it needs beside a file. The
product is written to /out, the one place with a disk behind it.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

from pyexec_guest.confinement import confine
from pyexec_guest.wire import Channel, ChannelClosed

__all__ = ["main", "serve"]

_OPEN_FILES = 2048
_OWN = 512 << 20
"""Memory of the interpreter and its libraries, beside what the data may take."""
_MIB = 1 << 20
_TARGET = "/out/product"
_SPILL = "/out/spill"
_MOST_TEXT = 4_000


def main() -> None:
    """Serve the socket whose descriptor is the first argument."""
    serve(Channel(socket.socket(fileno=int(sys.argv[1]))))


def serve(channel: Channel) -> None:
    """Take on every layer when asked to, do one job, and return."""
    try:
        channel.send({"op": "here"})
        message, _ = channel.receive()
        limits = message["limits"]
        try:
            os.nice(5)
            memory = limits["memory_bytes"] + _OWN
            confine(memory, mapped=0, largest_file=limits["file_bytes"], open_files=_OPEN_FILES)
        except OSError as error:
            channel.send({"op": "unfit", "reason": str(error)})
            return
        channel.send({"op": "confined"})
        message, _ = channel.receive()
        channel.send(answer(message["job"], limits))
    except ChannelClosed:
        pass


def answer(job: Mapping[str, Any], limits: Mapping[str, int]) -> dict[str, Any]:
    """Do the job and return what to say of it.

    Args:
        job: `label`, and either `file`: `table`, `kind`, `path` and `parts`, names in /data; or `products`: for each
            its `key`, which is its name in /data, and `bytes`, with `former`: whether there is /data/former.
    """
    from pyexec_guest.conversion.target import ConversionError  # DuckDB is loaded behind every layer

    request = {**limits, "target": _TARGET, "spill": _SPILL}
    try:
        return {"op": "converted", "tables": _converted(job, request)}
    except ConversionError as error:
        text = str(error).replace(_TARGET, "the cache")
    except MemoryError:
        text = f"{job['label']} needs more than the {limits['memory_bytes'] // _MIB} MiB that it may take."
    return {"op": "failed", "text": text[:_MOST_TEXT]}


def _converted(job: Mapping[str, Any], request: Mapping[str, Any]) -> int:
    from pyexec_guest.conversion.assembly import assemble
    from pyexec_guest.conversion.target import Target, reachable

    if "products" in job:
        products = [{**product, "path": f"/data/{product['key']}"} for product in job["products"]]
        former = "/data/former" if job["former"] else None
        return assemble({**request, "products": products, "former": former})
    given = job["file"]
    parts = [f"/data/{name}" for name in given["parts"]]
    file = {**given, "label": job["label"], "path": f"/data/{given['path']}", "parts": parts}
    with Target(request, reachable(file)) as target:
        _reader(file["kind"])(target, file)
        target.finish()
        return target.made


def _reader(kind: str) -> Any:
    """Return what reads a kind; Excel's library is an extra, so nothing else imports it."""
    if kind == "excel":
        from pyexec_guest.conversion.workbook import copy_workbook

        return copy_workbook
    if kind == "database":
        from pyexec_guest.conversion.database import copy_database

        return copy_database
    from pyexec_guest.conversion.plain import copy_plain

    return copy_plain
