"""One PostgreSQL database, read-only whatever the guard let through.

Enforced here: each statement has a READ ONLY transaction of its own that is rolled back, in a session with
`default_transaction_read_only` and time-outs; it goes out by the extended protocol, which takes one statement;
it can only stand where a SELECT can (inside COPY … TO STDOUT, or under a cursor); a superuser is lowered to
`pg_read_all_data`; and afterwards the session is discarded to its first state.

What remains with the guard off: functions that tell settings, wait, or take advisory locks (all end with the
statement), and whatever the role's own grants allow functions to do. A superuser's statement can take its role
back and run text as SQL in one go; against that only the guard, or a role that is no superuser, holds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
import pyarrow as pa
from psycopg import pq
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import arrow
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.postgresql_binary import Unfit, decode, is_binary
from mcp_pyexec.sql.postgresql_catalog import CHANGES, read_columns, read_tables
from mcp_pyexec.sql.postgresql_rights import read_rights
from mcp_pyexec.sql.postgresql_session import Stopper, connect
from mcp_pyexec.sql.postgresql_types import BUILT_IN, SHOWN, Kind, settle
from mcp_pyexec.sql.postgresql_wire import Binding, abandon, copied, describe, execute
from mcp_pyexec.sql.results import FIRST_ROWS, Collector, Fetched, Run, SqlLimits, Value, lost_connection
from mcp_pyexec.sql.sessions import begun
from mcp_pyexec.tables import seal

__all__ = ["PostgresqlEngine"]

_IDLE_S = 900
_FETCH_ROWS = 5_000
_LOST = {None, "57P01", "57P02", "08006"}
"""No word of the server at all, ended by its operator, crashed, cut."""
_TEXT = Kind("text")
_TYPES = """
    SELECT t.typtype, t.typcategory, t.typelem, t.typdelim, t.typbasetype, t.typtypmod
    FROM pg_type t WHERE t.oid = {oid}
"""


class PostgresqlEngine:
    """A pool of guarded sessions.

    Raises:
        psycopg.Error: On construction, where the server cannot be reached or refuses.
    """

    quote_mark = '"'
    first_rows = FIRST_ROWS

    def __init__(self, source: DatabaseSource, limits: SqlLimits) -> None:
        self._limits = limits
        self._rights = read_rights(source, limits)
        self._kinds: dict[int, Kind] = {oid: Kind(name) for oid, name in BUILT_IN.items()}
        self._pool = QueuePool(
            cast(Any, lambda: connect(source, limits, self._rights.lowered_to)),
            pool_size=limits.concurrent,
            max_overflow=0,
            recycle=_IDLE_S,
            reset_on_return=None,
        )

    @property
    def notes(self) -> str:
        """What the role could do that this server does not need, or nothing."""
        return self._rights.told()

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement, streamed: nothing beyond the ceilings is kept.

        Args:
            parameters: In the order of `$1`, `$2`, ….
        """
        as_text: frozenset[int] = frozenset()
        while True:
            try:
                with self._session(run) as session:
                    return self._fetched(session, sql, parameters, run, as_text)
            except Unfit as unfit:
                as_text |= unfit.columns

    def tables(self) -> tuple[Table, ...]:
        """Return every readable table and view without columns, from the catalogue."""
        return read_tables(self._catalogue)

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with their columns, without samples."""
        return read_columns(self._catalogue, tables)

    def changes(self) -> Hashable:
        """Return something that differs once a table, column, comment, key or grant does."""
        return tuple(self._catalogue(CHANGES))

    def close(self) -> None:
        """Close every session."""
        self._pool.dispose()

    def _catalogue(self, sql: str) -> list[tuple[Any, ...]]:
        run = Run(self._limits, self._limits.timeout_s)
        with self._session(run) as session:
            return list(zip(*_columns(execute(session, sql, run)), strict=True))

    @contextmanager
    def _session(self, run: Run) -> Iterator[psycopg.Connection[Any]]:
        """A session inside a READ ONLY transaction; it is kept only if it came to its end by itself."""
        pooled, session = self._begun(run)
        clean = False
        try:
            with run.interruptible(Stopper(session).stop):
                yield session
                if session.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
                    execute(session, "ROLLBACK", run)
                    execute(session, "DISCARD ALL", run)
                    clean = not run.over()
        except psycopg.Error as error:
            run.check()
            if isinstance(error, psycopg.errors.QueryCanceled) and "statement timeout" in str(error):
                raise run.timed_out() from None
            if error.diag.sqlstate in _LOST:
                raise lost_connection() from None
            raise RequestError("sql-failed", _message(error)) from None
        finally:
            if not clean:
                abandon(session)
                pooled.invalidate()
            pooled.close()

    def _begun(self, run: Run) -> tuple[PoolProxiedConnection, psycopg.Connection[Any]]:
        try:
            pooled = begun(self._pool, lambda session: _begin(session, run), (psycopg.OperationalError,))
        except psycopg.Error as error:
            raise RequestError("database-unreachable", _message(error)) from None
        return pooled, cast("psycopg.Connection[Any]", pooled.driver_connection)

    def _fetched(
        self,
        session: psycopg.Connection[Any],
        sql: str,
        parameters: Mapping[str, Value],
        run: Run,
        as_text: frozenset[int],
    ) -> Fetched:
        if sql.lstrip()[:7].upper() == "EXPLAIN":
            return self._explained(session, sql, _bindings(parameters), run)
        if parameters:
            return self._by_cursor(session, sql, _bindings(parameters), run)
        return self._by_copy(session, sql, run, as_text)

    def _by_copy(
        self, session: psycopg.Connection[Any], sql: str, run: Run, as_text: frozenset[int]
    ) -> Fetched:
        names, kinds = self._described(session, describe(session, sql, run), run)
        kinds = [SHOWN if i in as_text else kind for i, kind in enumerate(kinds)]
        sent = [kind if is_binary(kind) else _TEXT for kind in kinds]
        collector = Collector(run.limits, names)
        for data, lengths in copied(session, _copy(sql, kinds), run, run.limits.value_bytes):
            if not collector.add(pa.RecordBatch.from_arrays(decode(data, lengths, sent), names=names)):
                break
        return _settled(collector, kinds)

    def _by_cursor(
        self, session: psycopg.Connection[Any], sql: str, bindings: Sequence[Binding], run: Run
    ) -> Fetched:
        described = describe(session, sql, run, [kind for kind, _ in bindings])
        names, kinds = self._described(session, described, run)
        execute(session, f"DECLARE result NO SCROLL CURSOR FOR\n{sql}", run, bindings)
        collector = Collector(run.limits, names)
        while (rows := execute(session, f"FETCH FORWARD {_FETCH_ROWS} FROM result", run)).ntuples:
            arrays = [pa.array(values, pa.string()) for values in _columns(rows)]
            if not collector.add(pa.RecordBatch.from_arrays(arrays, names=names)):
                break
            run.check()
        return _settled(collector, kinds)

    def _explained(
        self, session: psycopg.Connection[Any], sql: str, bindings: Sequence[Binding], run: Run
    ) -> Fetched:
        lines = _columns(execute(session, sql, run, bindings))
        return Fetched(seal(pa.table({"QUERY PLAN": pa.array(lines[0] if lines else [], pa.string())})), True)

    def _described(
        self, session: psycopg.Connection[Any], result: pq.abc.PGresult, run: Run
    ) -> tuple[list[str], list[Kind]]:
        if not result.nfields:
            raise RequestError("sql-not-read-only", "Refused: this statement has no result. Write a SELECT.")
        names = [(result.fname(i) or b"").decode() for i in range(result.nfields)]
        kinds = [self._kind(session, result.ftype(i), result.fmod(i), run) for i in range(result.nfields)]
        return arrow.unique_names(names), kinds

    def _kind(self, session: psycopg.Connection[Any], oid: int, modifier: int, run: Run) -> Kind:
        if oid not in self._kinds:
            self._kinds[oid] = self._looked_up(session, oid, run)
        kind = self._kinds[oid]
        if kind.name == "numeric" and modifier >= 4:
            precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
            return Kind("numeric", precision, scale) if scale <= precision else kind
        return kind

    def _looked_up(self, session: psycopg.Connection[Any], oid: int, run: Run) -> Kind:
        rows = list(zip(*_columns(execute(session, _TYPES.format(oid=oid), run)), strict=True))
        if not rows:
            return SHOWN
        form, category, element, delimiter, base, modifier = rows[0]
        if form == "d":
            return self._kind(session, int(base), int(modifier), run)
        if category == "A" and int(element):
            return Kind("array", element=self._kind(session, int(element), -1, run), delimiter=str(delimiter))
        return Kind("enum") if form == "e" else SHOWN


def _copy(sql: str, kinds: Sequence[Kind]) -> str:
    """Return the statement that sends the rows, columns without a binary form as the server writes them."""
    if not all(map(is_binary, kinds)):
        columns = [_sent(f"c{i}", kind) for i, kind in enumerate(kinds)]
        names = ", ".join(f"c{i}" for i in range(len(kinds)))
        sql = f"SELECT {', '.join(columns)} FROM (\n{sql}\n) AS result ({names})"  # noqa: S608 - our own words
    return f"COPY (\n{sql}\n) TO STDOUT (FORMAT binary)"


def _sent(column: str, kind: Kind) -> str:
    if is_binary(kind):
        return column
    return f"abbrev({column})" if kind.name == "inet" else f"{column}::text"


def _begin(session: psycopg.Connection[Any], run: Run) -> None:
    left_ms = math.ceil(max(0.001, run.deadline - time.monotonic()) * 1000) + 500
    execute(session, "BEGIN READ ONLY", run)
    execute(session, f"SET LOCAL statement_timeout = {left_ms}", run)


def _settled(collector: Collector, kinds: Sequence[Kind]) -> Fetched:
    nothing = pa.array([], pa.string())
    return collector.fetched(lambda i, pieces: settle(pieces or [nothing], kinds[i]))


def _columns(result: pq.abc.PGresult) -> list[list[str | None]]:
    """Return the values of a whole result as text, column by column."""
    rows = range(result.ntuples)
    raw = ([result.get_value(row, column) for row in rows] for column in range(result.nfields))
    return [[None if value is None else value.decode() for value in values] for values in raw]


def _bindings(parameters: Mapping[str, Value]) -> list[Binding]:
    return [_binding(value) for value in parameters.values()]


def _binding(value: Value) -> Binding:
    """Return text for the server to read; text itself takes whatever type its place in the statement wants."""
    if isinstance(value, bool):
        return 16, b"t" if value else b"f"
    if isinstance(value, int):
        kind = 23 if -(2**31) <= value < 2**31 else 20 if -(2**63) <= value < 2**63 else 1700
        return kind, str(value).encode()
    if isinstance(value, float):
        return 701, repr(value).encode()
    if isinstance(value, bytes):
        return 17, b"\\x" + value.hex().encode()
    return 0, None if value is None else value.encode()


def _message(error: psycopg.Error) -> str:
    """Return the server's own words, without the statement, the place or the address."""
    primary = error.diag.message_primary
    if primary is None:
        return "The connection to the database was lost or could not be made. Try again later."
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return f"PostgreSQL says: {primary.rstrip('.')}.{hint}"
