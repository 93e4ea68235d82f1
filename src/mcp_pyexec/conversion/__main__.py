"""One request on stdin, reports on stdout, one JSON object a line; ends with the server that started it.

The request: `{"target", "spill", "files": [{"path", "label", "table", "kind", "parts"}], "memory_mb", "file_mb"}`.
The reports: `{"reading": label, "number": n}` before each file, then `{"tables": n}` or `{"failed": message}`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from typing import Any

from mcp_pyexec.conversion.target import ConversionError, Target
from mcp_pyexec.limits import MIB

_OWN_MB = 512
"""Memory of the interpreter and its libraries, beside what the data may take."""


def main() -> None:
    """Convert what the request names; the exit code is 0 if a report of the end was given."""
    request = json.loads(sys.stdin.buffer.readline())
    _lower_limits(request)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    try:
        _report(tables=_convert(request))
    except ConversionError as error:
        _report(failed=str(error).replace(request["target"], "the cache"))
    except MemoryError:
        _report(
            failed=f"The files need more than the {request['memory_mb']} MiB that converting them may take."
        )
    sys.stdout.flush()
    os._exit(0)  # the thread that waits for the server blocks on stdin


def _convert(request: dict[str, Any]) -> int:
    with Target(request) as target:
        for number, file in enumerate(request["files"], 1):
            _report(reading=file["label"], number=number)
            _reader(file["kind"])(target, file)
        return target.finish()


def _reader(kind: str) -> Any:
    """Return what reads a kind; Excel's library is an extra, so nothing else imports it."""
    if kind == "excel":
        from mcp_pyexec.conversion.workbook import copy_workbook

        return copy_workbook
    if kind == "database":
        from mcp_pyexec.conversion.database import copy_database

        return copy_database
    from mcp_pyexec.conversion.plain import copy_plain

    return copy_plain


def _lower_limits(request: dict[str, Any]) -> None:
    for limit, most in (
        (resource.RLIMIT_DATA, (request["memory_mb"] + _OWN_MB) * MIB),
        (resource.RLIMIT_FSIZE, request["file_mb"] * MIB),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    os.nice(5)


def _end_with_the_server() -> None:
    while os.read(0, 1024):  # not through sys.stdin, whose lock the interpreter wants at its end
        pass
    os._exit(1)


def _report(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main()
