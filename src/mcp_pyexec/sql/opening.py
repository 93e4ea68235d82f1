"""From a source to an open engine; errors name the database, never its URL or path."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.sources import ENFORCED, DatabaseSource, alchemy_url, check_source, database_path
from mcp_pyexec.sql.dialects import FAMILY
from mcp_pyexec.sql.duckdb_engine import DuckdbEngine
from mcp_pyexec.sql.other_sessions import SESSIONS
from mcp_pyexec.sql.readers import StartReader
from mcp_pyexec.sql.results import Engine, SqlLimits
from mcp_pyexec.sql.sqlite_engine import SqliteEngine

__all__ = ["open_engine"]

_NAMES_PLACES = {1044, 1045, 1130, 1698}
"""MySQL's errors that say who came from which host."""


def open_engine(
    source: DatabaseSource, limits: SqlLimits, start: StartReader, converted: Path | None = None
) -> Engine:
    """Return the open database.

    Args:
        start: Starts what reads a DuckDB file, and large results of a SQLite file.
        converted: The DuckDB file made of the `--data` files, for the database of those.

    Raises:
        RequestError: `database-unreachable`.
        ConfigError: DuckDB is needed and not installed, or the source is malformed.
    """
    if converted is None:
        _check(source)
    if source.dialect == "sqlite":
        return _open_sqlite(source, limits, start)
    if source.dialect == "postgresql":
        return _open_postgresql(source, limits)
    if source.general:
        return _open_other(source, limits)
    if source.on_server:
        return _open_mysql(source, limits)
    return _open_duckdb(source, converted or database_path(source), limits, start)


def _check(source: DatabaseSource) -> None:
    try:
        check_source(source)
    except ConfigError as error:
        raise RequestError("database-unreachable", str(error)) from None


def _open_sqlite(source: DatabaseSource, limits: SqlLimits, start: StartReader) -> Engine:
    try:
        return SqliteEngine(database_path(source), limits, start)
    except sqlite3.Error as error:
        raise _unreachable(source, str(error)) from None


def _open_duckdb(source: DatabaseSource, path: Path, limits: SqlLimits, start: StartReader) -> Engine:
    try:
        return DuckdbEngine(path, limits, start)
    except OSError as error:
        raise _unreachable(source, error.strerror or str(error)) from None
    except RequestError as error:
        raise _unreachable(source, error.message) from None


def _open_postgresql(source: DatabaseSource, limits: SqlLimits) -> Engine:
    import psycopg

    from mcp_pyexec.sql.postgresql_engine import PostgresqlEngine

    try:
        return PostgresqlEngine(source, limits)
    except psycopg.Error as error:
        raise _server_unreachable(source, error.diag.message_primary) from None


def _open_mysql(source: DatabaseSource, limits: SqlLimits) -> Engine:
    import pymysql

    from mcp_pyexec.sql.mysql_engine import MysqlEngine

    try:
        return MysqlEngine(source, limits)
    except pymysql.MySQLError as error:
        code, text = (*error.args, None, None)[:2]
        told = isinstance(code, int) and not 2000 <= code < 3000 and code not in _NAMES_PLACES
        raise _server_unreachable(source, str(text) if told else None) from None


def _open_other(source: DatabaseSource, limits: SqlLimits) -> Engine:
    from sqlalchemy.exc import SQLAlchemyError

    from mcp_pyexec.sql.other_engine import OtherEngine

    try:
        session = SESSIONS[FAMILY[source.dialect]]
        return OtherEngine(alchemy_url(source), session, limits, ENFORCED[source.dialect])
    except SQLAlchemyError:
        raise _server_unreachable(source, None) from None


def _server_unreachable(source: DatabaseSource, reason: str | None) -> RequestError:
    """Return an error without the driver's own text, which names hosts and users."""
    said = f" It says: {reason.rstrip('.')}." if reason else ""
    return RequestError(
        "database-unreachable",
        f"The database {source.name!r} cannot be reached or refuses this server.{said} Its operator should check "
        "that it runs, and the host, port, user, password and database in its URL.",
    )


def _unreachable(source: DatabaseSource, reason: str) -> RequestError:
    return RequestError(
        "database-unreachable",
        f"The database {source.name!r} does not open: {reason.rstrip('.')}. Check that the file is a {source.dialect} "
        "database that this server may read and that no other program holds it for writing.",
    )
