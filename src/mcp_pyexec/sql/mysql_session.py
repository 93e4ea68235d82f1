"""A MySQL or MariaDB session that can only read.

Every session has `SET SESSION TRANSACTION READ ONLY`, ceilings on statements and locks, one fixed SQL mode (so that
quotes mean to the server what they mean to the guard), UTC, no local files and no second statement in one text.

Checked on MariaDB 10.11. On MySQL only: `max_execution_time` in place of `max_statement_time`; taken from its
manual, not run.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import closing, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection

from mcp_pyexec.sources import DatabaseSource, server_address
from mcp_pyexec.sql.results import SqlLimits

__all__ = ["Stopper", "connect", "renew"]

_CONNECT_S = 5
_LOCK_S = 5
_GRACE_S = 5
_RESET_CONNECTION = 0x1F
"""COM_RESET_CONNECTION of the protocol; PyMySQL does not name it, and sends it by two methods it does not document."""

_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


def connect(source: DatabaseSource, limits: SqlLimits) -> Connection[Any]:
    """Return a new session, in autocommit mode, whose transactions are read-only.

    Raises:
        pymysql.MySQLError: The server cannot be reached or refuses.
    """
    address = server_address(source)
    connection = pymysql.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password or "",
        database=address.database,
        charset="utf8mb4",
        autocommit=True,
        local_infile=False,
        conv={},
        connect_timeout=_CONNECT_S,
        read_timeout=limits.timeout_s + _GRACE_S,
        write_timeout=limits.timeout_s + _GRACE_S,
        program_name="mcp-pyexec",
        unix_socket=address.options.get("unix_socket"),
        ssl_ca=address.options.get("ssl_ca"),
        ssl_cert=address.options.get("ssl_cert"),
        ssl_key=address.options.get("ssl_key"),
    )
    try:
        _restrict(connection, limits)
    except BaseException:
        connection.close()
        raise
    return connection


def _restrict(connection: Connection[Any], limits: SqlLimits) -> None:
    lock_s = max(1, int(min(limits.timeout_s, _LOCK_S)))
    longest = limits.timeout_s + 1
    mariadb = "mariadb" in str(connection.get_server_info()).lower()
    time_s = (
        f"max_statement_time = {longest:.3f}" if mariadb else f"max_execution_time = {int(longest * 1000)}"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute(
            f"SET NAMES utf8mb4, SESSION sql_mode = '{_MODE}', time_zone = '+00:00', autocommit = 1, {time_s}, "
            f"lock_wait_timeout = {lock_s}, innodb_lock_wait_timeout = {lock_s}"
        )


def renew(connection: Connection[Any], limits: SqlLimits) -> None:
    """Make the session what a new one is: no transaction, variables, locks, temporary tables or prepared statements.

    Raises:
        pymysql.MySQLError: The server cannot do that (before MySQL 5.7.3 and MariaDB 10.2.4); connect anew.
    """
    connection._execute_command(_RESET_CONNECTION, b"")
    connection._read_ok_packet()
    _restrict(connection, limits)


class Stopper:
    """Ends what a session does with KILL QUERY, from another thread, without making that thread wait.

    The session must not be used again once `stop` was called: a late KILL would hit the next statement.
    """

    def __init__(self, connection: Connection[Any], source: DatabaseSource, limits: SqlLimits) -> None:
        self._connection = connection
        self._source = source
        self._limits = limits
        self._thread: threading.Thread | None = None

    def stop(self) -> None:
        """Ask the server to end the statement; if it cannot be reached, cut the connection."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._kill, name="sql-cancel", daemon=True)
            self._thread.start()

    def _kill(self) -> None:
        try:
            with closing(connect(self._source, self._limits)) as other, other.cursor() as cursor:
                cursor.execute(f"KILL QUERY {self._connection.thread_id()}")
        except (pymysql.MySQLError, OSError):
            self._cut()

    def _cut(self) -> None:
        with suppress(OSError, AttributeError):
            descriptor = os.dup(self._connection._sock.fileno())
            with socket.socket(fileno=descriptor) as cut:
                cut.shutdown(socket.SHUT_RDWR)
