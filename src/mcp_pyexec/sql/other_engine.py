"""Any database that SQLAlchemy has a dialect for, through its Core: the guard in front, a rollback behind.

What the database itself enforces differs, and `notes` says it. Rows are streamed in batches and
typed by their values, since drivers agree on nothing else. A query is stopped by the session's own time limit, and by
`cancel` or `interrupt` of the driver's connection where it has one; else its connection is closed under it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pyarrow as pa
import sqlalchemy
from sqlalchemy.engine import Connection, Inspector
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import arrow
from mcp_pyexec.sql.description import Column, Table
from mcp_pyexec.sql.other_rights import told_rights
from mcp_pyexec.sql.other_sessions import Session, filled
from mcp_pyexec.sql.other_types import chunk, settle
from mcp_pyexec.sql.results import Collector, Fetched, Run, SqlLimits, Value

__all__ = ["OtherEngine"]

_IDLE_S = 900
_BATCH_ROWS = 5_000
_MOST_SCHEMAS = 50
_STOPS = ("cancel", "interrupt", "close")


class OtherEngine:
    """A pool of sessions.

    Args:
        url: With the driver's name in it; secret.
        notes: What the database itself enforces; behind it comes what the account may do beyond reading.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: On construction, where the database cannot be reached or refuses.
    """

    def __init__(self, url: str, session: Session, limits: SqlLimits, notes: str = "") -> None:
        self.notes = notes
        self._session = session
        self._limits = limits
        options = {name: filled(value, limits) for name, value in session.options.items()}
        self._engine = sqlalchemy.create_engine(
            sqlalchemy.make_url(url).update_query_dict(options),
            poolclass=sqlalchemy.QueuePool,
            pool_size=limits.concurrent,
            max_overflow=0,
            pool_pre_ping=session.pinged,
            pool_recycle=_IDLE_S,
            hide_parameters=True,
            connect_args={name: int(filled(value, limits)) for name, value in session.arguments.items()},
        )
        sqlalchemy.event.listen(self._engine, "connect", self._restrict)
        sqlalchemy.event.listen(self._engine, "before_cursor_execute", self._check)
        self.quote_mark = self._engine.dialect.identifier_preparer.initial_quote.replace("[", '"')
        try:
            with self._connection(Run(limits, limits.timeout_s)) as connection:
                if session.rights:
                    told = told_rights(connection, session.rights, _message)
                    self.notes = " ".join(filter(None, (notes, told)))
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def first_rows(self) -> str:
        """Its SQL for the first rows of a table."""
        return self._session.first_rows

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return the result of one statement, streamed: nothing beyond the ceilings is kept.

        Args:
            sql: As `sqlalchemy.text` reads it, `:name` for each parameter.
        """
        with self._asked(run) as connection:
            streamed = connection.execution_options(stream_results=True, max_row_buffer=_BATCH_ROWS)
            result = streamed.execute(sqlalchemy.text(sql), dict(parameters))
            if not result.returns_rows:
                raise RequestError(
                    "sql-not-read-only", "Refused: this statement has no result. Write a SELECT."
                )
            return self._collected(result, run)

    def tables(self) -> tuple[Table, ...]:
        """Return every table and view without columns, those of other schemas under `schema.name`."""
        with self._inspected() as inspector:
            default = inspector.default_schema_name
            found = []
            for schema in [default, *self._other_schemas(inspector, default)]:
                front = "" if schema == default else f"{schema}."
                found += [Table(front + name, "table") for name in inspector.get_table_names(schema)]
                with suppress(NotImplementedError):
                    found += [Table(front + name, "view") for name in inspector.get_view_names(schema)]
            return tuple({table.name: table for table in found}.values())

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with their columns, without samples."""
        with self._inspected() as inspector:
            return tuple(_described(inspector, table) for table in tables)

    def close(self) -> None:
        """Close every session."""
        self._engine.dispose()

    def _collected(self, result: sqlalchemy.CursorResult[Any], run: Run) -> Fetched:
        names = arrow.unique_names(str(name) for name in result.keys())  # noqa: SIM118 - it is a method of the result
        collector = Collector(run.limits, names)
        for rows in result.partitions(_BATCH_ROWS):
            arrays = [chunk(values) for values in zip(*rows, strict=True)]
            if not collector.add(pa.RecordBatch.from_arrays(arrays, names=names)):
                break
            run.check()
        return collector.fetched(lambda _, pieces: settle(pieces))

    @contextmanager
    def _asked(self, run: Run) -> Iterator[Connection]:
        """A connection whose errors are the caller's, in the words of the database."""
        try:
            with self._connection(run) as connection:
                yield connection
        except SQLAlchemyError as error:
            run.check()
            raise RequestError("sql-failed", _message(error)) from None

    @contextmanager
    def _connection(self, run: Run) -> Iterator[Connection]:
        """A connection inside a transaction that is rolled back; it is kept only if it came to its end by itself."""
        with self._engine.connect() as connection:
            try:
                self._begin(connection)
                for statement in self._session.on_begin:
                    connection.exec_driver_sql(filled(statement, self._limits))
                with run.interruptible(_Stopper(connection.connection.driver_connection).stop):
                    yield connection
            except BaseException:
                connection.invalidate()
                raise
            if run.over():
                connection.invalidate()
            else:
                connection.rollback()

    @contextmanager
    def _inspected(self) -> Iterator[Inspector]:
        with self._asked(Run(self._limits, self._limits.timeout_s)) as connection:
            yield sqlalchemy.inspect(connection)

    def _other_schemas(self, inspector: Inspector, default: str | None) -> list[str]:
        with suppress(NotImplementedError):
            names = [name for name in inspector.get_schema_names() if name != default]
            return [name for name in names if name.lower() not in self._session.hidden][:_MOST_SCHEMAS]
        return []

    def _begin(self, connection: Connection) -> None:
        if self._session.begun is None:
            return
        try:
            self._session.begun(connection.connection.driver_connection)
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise DBAPIError("", None, error) from None

    def _check(self, _connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if self._session.checked is not None:
            self._session.checked(cursor, statement, parameters)

    def _restrict(self, driver_connection: Any, _record: Any) -> None:
        """Set the limits on a new connection."""
        if self._session.opened is not None:
            self._session.opened(driver_connection, self._limits)
        for name in self._session.attributes:
            if hasattr(driver_connection, name):
                setattr(driver_connection, name, int(self._limits.timeout_s * 1000) + 1000)
        if not self._session.on_connect:
            return
        cursor = driver_connection.cursor()
        try:
            for statement in self._session.on_connect:
                cursor.execute(filled(statement, self._limits))
        finally:
            cursor.close()
        driver_connection.commit()  # or the first rollback takes the settings with it


class _Stopper:
    """Ends what a driver's connection does, from another thread, without making that thread wait."""

    def __init__(self, connection: Any) -> None:
        self._stop = next(getattr(connection, name) for name in _STOPS if hasattr(connection, name))
        self._thread: threading.Thread | None = None

    def stop(self) -> None:
        """Ask, and ask again only once the driver has answered."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._quietly, name="sql-cancel", daemon=True)
            self._thread.start()

    def _quietly(self) -> None:
        with suppress(Exception):  # whatever the driver raises, the query's own thread tells it
            self._stop()


def _described(inspector: Inspector, table: Table) -> Table:
    schema, _, name = table.name.rpartition(".")
    place = (name, schema or None)
    try:
        columns = inspector.get_columns(*place)
    except NoSuchTableError:
        return table
    keys: set[str] = set()
    references: dict[str, str] = {}
    comment = ""
    with suppress(NotImplementedError, SQLAlchemyError):
        keys = set(inspector.get_pk_constraint(*place)["constrained_columns"])
    with suppress(NotImplementedError, SQLAlchemyError):
        for foreign in inspector.get_foreign_keys(*place):
            pairs = zip(foreign["constrained_columns"], foreign["referred_columns"], strict=True)
            references |= {ours: f"{foreign['referred_table']}.{theirs}" for ours, theirs in pairs}
    with suppress(NotImplementedError, SQLAlchemyError):
        comment = inspector.get_table_comment(*place)["text"] or ""
    return replace(table, comment=comment, columns=tuple(_column(c, keys, references) for c in columns))


def _column(column: ReflectedColumn, keys: set[str], references: Mapping[str, str]) -> Column:
    name = column["name"]
    return Column(
        name,
        str(column["type"]),
        bool(column.get("nullable", True)),
        name in keys,
        references.get(name),
        column.get("comment") or "",
    )


def _message(error: SQLAlchemyError) -> str:
    """Return the database's own words; of a connection that failed, none, since they name its address."""
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        said = (
            " ".join(str(part) for part in error.orig.args if isinstance(part, str | dict))
            if error.orig
            else ""
        )
        return (
            f"The database says: {said.splitlines()[0][:500].rstrip('.')}." if said else "The query failed."
        )
    return "The connection to the database was lost or could not be made. Try again later."
