"""Statements to PostgreSQL and answers back, by the extended protocol, without ever blocking for good.

Invariant: every text goes to the server as one prepared statement, so that the server itself refuses a second
one behind it; every wait ends at the deadline of the run, whatever the server or the network does.
"""

from __future__ import annotations

import io
import select
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psycopg
from psycopg import pq

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.results import Run

__all__ = ["abandon", "copied", "describe", "execute"]

_WAIT_MS = 100
_ABANDON_S = 1.0
_CHUNK_BYTES = 512 * 1024
_FIRST_BYTES = 256 * 1024
_HEADER_BYTES = 19
_END_BYTES = 2
_GOOD = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COPY_OUT, pq.ExecStatus.EMPTY_QUERY}

Binding = tuple[int, bytes | None]
"""Type number (0: the server finds it) and text form of a parameter."""


def describe(
    connection: psycopg.Connection, sql: str, run: Run, types: Sequence[int] = ()
) -> pq.abc.PGresult:
    """Return the columns that one statement would have, without running it.

    Raises:
        psycopg.Error: The server does not take the text as one statement.
    """
    pgconn = connection.pgconn
    pgconn.send_prepare(b"", sql.encode(), list(types) or None)
    _answer(connection, run)
    pgconn.send_describe_prepared(b"")
    return _answer(connection, run)


def execute(
    connection: psycopg.Connection, sql: str, run: Run, bindings: Sequence[Binding] = ()
) -> pq.abc.PGresult:
    """Return the result of one statement, all of it in memory, values as text.

    Raises:
        psycopg.Error: The server refuses it or stops.
        RequestError: `sql-timeout`.
    """
    types = [kind for kind, _ in bindings]
    values = [value for _, value in bindings]
    connection.pgconn.send_query_params(sql.encode(), values or None, types or None)
    return _answer(connection, run)


def copied(
    connection: psycopg.Connection, sql: str, run: Run, value_bytes: int
) -> Iterator[tuple[bytes, list[int]]]:
    """Yield the rows of a `COPY … TO STDOUT (FORMAT binary)` in pieces of about 512 KiB, with the length of each row.

    Raises:
        psycopg.Error: The server refuses it or stops.
        RequestError: `sql-timeout`, or `sql-failed` for a row longer than `value_bytes`.
    """
    pgconn = connection.pgconn
    pgconn.send_query_params(sql.encode(), None)
    _next_result(connection, run)
    lengths: list[int] = []
    piece, enough, skipped = io.BytesIO(), _FIRST_BYTES, _HEADER_BYTES
    get, keep, count, size = pgconn.get_copy_data, piece.write, lengths.append, 0
    length, row = get(1)
    while length >= 0:
        while 0 < length <= value_bytes and size < enough:
            # Rows are copied at once: a million views that are kept cost more than reading them does.
            count(length)
            size += keep(row)
            length, row = get(1)
        if length > value_bytes:
            raise RequestError(
                "sql-failed", "One row is longer than this server reads; take a part of it with substr()."
            )
        if size >= enough:
            run.check()
            yield _rows(piece, lengths, skipped)
            lengths, piece, enough, skipped = [], io.BytesIO(), _CHUNK_BYTES, 0
            keep, count, size = piece.write, lengths.append, 0
        elif length == 0:
            _wait(connection, run)
            length, row = get(1)
    if size:
        yield _rows(piece, lengths, skipped)
    _answer(connection, run)


def _rows(piece: io.BytesIO, lengths: list[int], skipped: int) -> tuple[bytes, list[int]]:
    """Return the rows without the header, which comes with the first, and without the mark that ends them."""
    lengths[0] -= skipped
    if lengths[-1] == _END_BYTES:
        lengths.pop()
    return piece.getvalue()[skipped:], lengths


def abandon(connection: psycopg.Connection) -> None:
    """Stop what the session does and wait, for a moment, until the server has; the session is not to be used again."""
    pgconn, until = connection.pgconn, time.monotonic() + _ABANDON_S
    with suppress(psycopg.Error, OSError):
        if pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
            return
        connection.cancel_safe(timeout=_ABANDON_S)
        while time.monotonic() < until:
            if not pgconn.is_busy():
                result = pgconn.get_result()
                if result is None:
                    return
                while result.status == pq.ExecStatus.COPY_OUT and pgconn.get_copy_data(1)[0] > 0:
                    pass
            poll = select.poll()
            poll.register(pgconn.socket, select.POLLIN)
            if poll.poll(_WAIT_MS):
                pgconn.consume_input()


def _answer(connection: psycopg.Connection, run: Run) -> pq.abc.PGresult:
    """Return the last result up to the end of the command; raise the first error in it."""
    last = None
    while (result := _next_result(connection, run)) is not None:
        last = result
    assert last is not None, "the server ends every command with a result"
    return last


def _next_result(connection: psycopg.Connection, run: Run) -> pq.abc.PGresult | None:
    pgconn = connection.pgconn
    while pgconn.flush():
        _wait(connection, run, writing=True)
    while pgconn.is_busy():
        _wait(connection, run)
    result = pgconn.get_result()
    if result is not None and result.status not in _GOOD:
        while not pgconn.is_busy() and pgconn.get_result() is not None:
            pass
        raise psycopg.errors.error_from_result(result, encoding="utf-8")
    return result


def _wait(connection: psycopg.Connection, run: Run, *, writing: bool = False) -> None:
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN | (select.POLLOUT if writing else 0))
    if poll.poll(_WAIT_MS):
        connection.pgconn.consume_input()
    else:
        run.check()
