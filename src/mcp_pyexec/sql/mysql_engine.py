"""One MySQL or MariaDB database, read-only whatever the guard let through.

Enforced here: a READ ONLY transaction in a session whose every transaction is read-only, time-outs, one statement
per text, no local files; and before a text runs, the server's own parser must take it as a subquery, where only a
SELECT without INTO can stand (the check prepares `SELECT 1 FROM (…)` and runs nothing); and afterwards the session is
reset to its first state.

What remains with the guard off: functions that tell settings, wait, or take named locks (all end with the
statement), and LOAD_FILE for a user with the FILE right: give the server a user without it.

Checked on MariaDB 10.11; MySQL differs in the time-out variable (see `mysql_session`) and in syntax that only it
has, which could not be run.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pyarrow as pa
import pymysql
from pymysql.connections import Connection
from pymysql.constants import ER
from pymysql.cursors import SSCursor
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import arrow
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.mysql_catalog import CHANGES, read_columns, read_tables
from mcp_pyexec.sql.mysql_rights import told_rights
from mcp_pyexec.sql.mysql_rows import described, read_rows
from mcp_pyexec.sql.mysql_session import Stopper, connect, renew
from mcp_pyexec.sql.mysql_types import convert, settle
from mcp_pyexec.sql.results import FIRST_ROWS, Collector, Fetched, Run, SqlLimits, Value, lost_connection
from mcp_pyexec.sql.sessions import begun

__all__ = ["MysqlEngine"]

_IDLE_S = 900
_TIMED_OUT = {1969, 3024}
_KILLED = 1927
_NO_CONNECTION = "The connection to the database was lost or could not be made. Try again later."
_NOT_A_QUERY = {ER.PARSE_ERROR, ER.WRONG_USAGE, ER.SP_BADSTATEMENT}
_EXPLAINED = re.compile(
    r"\s*(?:EXPLAIN|ANALYZE)\s+(?:FORMAT\s*=\s*\w+\s+|EXTENDED\s+)?(?=\(|SELECT\b|WITH\b|VALUES\b)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"\s*(?:SHOW\s+(?:FULL\s+)?(?:TABLES|COLUMNS|INDEX)\b|(?:DESCRIBE|DESC)\s+[\w`.]+\s*$)", re.IGNORECASE
)


class MysqlEngine:
    """A pool of guarded sessions.

    Raises:
        pymysql.MySQLError: On construction, where the server cannot be reached or refuses.
    """

    quote_mark = "`"
    first_rows = FIRST_ROWS

    def __init__(self, source: DatabaseSource, limits: SqlLimits) -> None:
        self._source = source
        self._limits = limits
        connection = connect(source, limits)
        try:
            self._notes = told_rights(connection)
        finally:
            connection.close()
        self._pool = QueuePool(
            cast(Any, lambda: connect(source, limits)),
            pool_size=limits.concurrent,
            max_overflow=0,
            recycle=_IDLE_S,
            reset_on_return=None,
        )

    @property
    def notes(self) -> str:
        """What the user could do that this server does not need, or nothing."""
        return self._notes

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement, streamed: nothing beyond the ceilings is kept.

        Args:
            parameters: In the order of the `?` in the statement.
        """
        with self._session(run) as session:
            _check_statement(session, sql)
            cursor = SSCursor(session)
            if parameters:
                _execute_prepared(session, cursor, sql, list(parameters.values()))
            else:
                cursor.execute(sql)
            return _collect(session, cursor, run)

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
        with self._session(run) as session, session.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    @contextmanager
    def _session(self, run: Run) -> Iterator[Connection[Any]]:
        """A session inside a READ ONLY transaction; it is kept only if it came to its end by itself."""
        pooled, session = self._begun(run)
        clean = False
        try:
            with run.interruptible(Stopper(session, self._source, self._limits).stop):
                yield session
                if not _unread(session):
                    clean = self._renewed(session) and not run.over()
        except pymysql.MySQLError as error:
            run.check()
            if error.args and error.args[0] in _TIMED_OUT:
                raise run.timed_out() from None
            if _lost(error):
                raise lost_connection() from None
            raise RequestError("sql-failed", _message(error)) from None
        finally:
            _forget_result(session)
            if not clean:
                pooled.invalidate()
            pooled.close()

    def _renewed(self, session: Connection[Any]) -> bool:
        """Return whether the next one may have the session, with nothing in it of the last."""
        try:
            renew(session, self._limits)
        except pymysql.MySQLError:
            return False
        return True

    def _begun(self, run: Run) -> tuple[PoolProxiedConnection, Connection[Any]]:
        dropped = (pymysql.OperationalError, pymysql.InterfaceError)
        try:
            pooled = begun(self._pool, lambda session: _begin(session, run), dropped)
        except pymysql.MySQLError:  # its words name the user and the host
            raise RequestError("database-unreachable", _NO_CONNECTION) from None
        return pooled, cast("Connection[Any]", pooled.driver_connection)


def _begin(session: Connection[Any], run: Run) -> None:
    _query(session, "START TRANSACTION READ ONLY")
    left_s = max(0.001, run.deadline - time.monotonic()) + 0.5
    if "mariadb" in str(session.get_server_info()).lower():
        _query(session, f"SET SESSION max_statement_time = {left_s:.3f}")
    else:
        _query(session, f"SET SESSION max_execution_time = {math.ceil(left_s * 1000)}")


def _unread(session: Connection[Any]) -> bool:
    return bool(session._result and session._result.unbuffered_active)


def _forget_result(session: Connection[Any]) -> None:
    """Keep the driver from reading the rest of a result that nobody wants."""
    if session._result:
        session._result.unbuffered_active = False


def _query(session: Connection[Any], sql: str) -> None:
    with session.cursor() as cursor:
        cursor.execute(sql)


def _check_statement(session: Connection[Any], sql: str) -> None:
    """Return if the server's own parser takes the text as a SELECT (or EXPLAIN of one, or a plain SHOW).

    Two columns of one name are wrong in a subquery only, and are found after it was parsed.
    """
    if _SHOWN.match(sql):
        return
    body = _EXPLAINED.sub("", sql, count=1)
    try:
        _prepare(session, "pyexec_check", f"SELECT 1 FROM (\n{body}\n) AS pyexec_check")  # noqa: S608 - it is only parsed
    except pymysql.MySQLError as error:
        if error.args[0] in _NOT_A_QUERY:
            raise RequestError(
                "sql-not-read-only",
                f"Refused: the server does not take this as one SELECT. {_message(error)}",
            ) from None
        if error.args[0] != ER.DUP_FIELDNAME:
            raise
    else:
        _query(session, "DEALLOCATE PREPARE pyexec_check")


def _execute_prepared(session: Connection[Any], cursor: SSCursor, sql: str, values: Sequence[Value]) -> None:
    """Run the statement with its values bound by the server, none of them written into the text."""
    _prepare(session, "pyexec_run", sql)
    names = [f"@pyexec_{number}" for number in range(1, len(values) + 1)]
    for name, value in zip(names, values, strict=True):
        _query(session, f"SET {name} = {_literal(value)}")
    cursor.execute(f"EXECUTE pyexec_run USING {', '.join(names)}")


def _prepare(session: Connection[Any], name: str, sql: str) -> None:
    _query(session, f"SET @pyexec_sql = {_literal(sql)}")
    _query(session, f"PREPARE {name} FROM @pyexec_sql")


def _literal(value: Value) -> str:
    """Return a value in digits or hexadecimal, in which nothing can be read as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RequestError("sql-parameters", "MySQL knows no infinity and no NaN. Give a finite number.")
        return f"{value!r}e0" if "e" not in repr(value) else repr(value)
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    return f"CONVERT(X'{value.encode().hex()}' USING utf8mb4)"


def _collect(session: Connection[Any], cursor: SSCursor, run: Run) -> Fetched:
    fields = described(cursor)
    if not fields:
        raise RequestError("sql-not-read-only", "Refused: this statement has no result. Write a SELECT.")
    names, width = arrow.unique_names(field.name for field in fields), len(fields)
    collector = Collector(run.limits, names)
    for cells in read_rows(session, width, run.limits.value_bytes):
        arrays = [convert(cells[index::width], field) for index, field in enumerate(fields)]
        if not collector.add(pa.RecordBatch.from_arrays(arrays, names=names)):
            break
        run.check()
    return collector.fetched(lambda i, pieces: settle(pieces or [convert([], fields[i])], fields[i]))


def _message(error: pymysql.MySQLError) -> str:
    """Return the server's own words; of a connection that failed, none, since they name its address."""
    if _lost(error):
        return _NO_CONNECTION
    _, text = (*error.args, "", "")[:2]
    return f"MySQL says: {str(text).rstrip('.')}."


def _lost(error: pymysql.MySQLError) -> bool:
    """Return whether the connection is what failed; the server numbers its own errors otherwise."""
    code = error.args[0] if error.args else None
    return not isinstance(code, int) or 2000 <= code < 3000 or code == _KILLED
