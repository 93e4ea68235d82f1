"""One query of a reader: it writes its result into memory that it is lent, which is sealed, checked and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial

from mcp_pyexec.errors import RequestError, SandboxFault
from mcp_pyexec.limits import MIB
from mcp_pyexec.sql.readers import Reader, result_bytes
from mcp_pyexec.sql.results import Fetched, Run, Value
from mcp_pyexec.tables import LentMemory
from mcp_pyexec.untrusted import read_rows

__all__ = ["NoResult", "ending", "fetched"]

_INTERRUPT_S = 0.5
"""How long an interrupt may take; DuckDB does not look for one within a step of 2,048 rows."""
_BACKSTOP_S = 5.0
_UNPACKED = 4
"""Times the ceiling of a result that the text in it may take where enumerations are written out."""
_FRAMING = 16 * MIB


class NoResult(Exception):
    """What a reader says instead of a result.

    Attributes:
        code: Listed in `sandbox/protocol/v1.json`; what else it may say is for the caller to refuse.
        text: In the engine's words.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


def fetched(reader: Reader, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
    """Return the result of one statement, checked once nobody can change it any more.

    Raises:
        NoResult: If the engine has none.
        RequestError: `sql-timeout`, or `sql-failed` for a result that is not taken; then the reader is killed.
        SandboxFault: `reader-lost`, or `broken-frame` from a reader that is killed for it.
    """
    limits = run.limits
    values = {name: {"hex": v.hex()} if isinstance(v, bytes) else v for name, v in parameters.items()}
    ceilings = {"row_limit": limits.row_limit, "byte_limit": limits.byte_limit}
    query = {"op": "query", "sql": sql, "parameters": values, **ceilings}
    with closing(LentMemory(result_bytes(limits))) as memory:
        answer = reader.ask(query, run.deadline + _BACKSTOP_S, memory.fileno())
        run.check()
        if answer.op == "failed":
            raise NoResult(answer.message["code"], answer.message["text"])
        if answer.op != "result":
            raise _broken(reader, f"{answer.op} is no answer to a query")
        try:
            most = _UNPACKED * limits.byte_limit + _FRAMING
            sealed = memory.sealed(answer.message["bytes"], partial(read_rows, byte_limit=most))
        except RequestError:
            reader.kill()
            raise
        except (OSError, ValueError, OverflowError) as error:
            raise _broken(reader, f"the memory it was lent cannot be sealed: {error}") from None
        return Fetched(sealed, answer.message["complete"])


def ending(reader: Reader) -> Callable[[], None]:
    """Return what ends the query under way: an interrupt, repeated, and then the end of the process."""
    first: list[float] = []

    def end() -> None:
        first.append(time.monotonic())
        if first[-1] - first[0] < _INTERRUPT_S:
            reader.interrupt()
        else:
            reader.kill()

    return end


def _broken(reader: Reader, detail: str) -> SandboxFault:
    reader.kill()
    return SandboxFault("broken-frame", detail)
