"""A MySQL or MariaDB session that can only read, and what its user could do elsewhere.

Every session has `SET SESSION TRANSACTION READ ONLY`, ceilings on statements and locks, one fixed SQL mode (so that
quotes mean to the server what they mean to the guard), UTC, no local files and no second statement in one text.

Checked on MariaDB 10.11. On MySQL only: `max_execution_time` in place of `max_statement_time`; taken from its
manual, not run.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from contextlib import closing, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection

from mcp_pyexec.sources import DatabaseSource, server_address
from mcp_pyexec.sql.results import SqlLimits

__all__ = ["Stopper", "connect", "told_rights"]

_CONNECT_S = 5
_LOCK_S = 5
_GRACE_S = 5
_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
_READING = {
    "USAGE",
    "SELECT",
    "SHOW VIEW",
    "SHOW DATABASES",
    "PROCESS",
    "REPLICATION CLIENT",
    "BINLOG MONITOR",
}
_GRANT = re.compile(r"GRANT (.+?) ON (.+?) TO ")


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
        sql_mode=_MODE,
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
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute(f"SET SESSION lock_wait_timeout = {lock_s}, innodb_lock_wait_timeout = {lock_s}")
        cursor.execute("SET SESSION time_zone = '+00:00'")
        if mariadb:
            cursor.execute(f"SET SESSION max_statement_time = {longest:.3f}")
        else:
            cursor.execute(f"SET SESSION max_execution_time = {int(longest * 1000)}")


def told_rights(connection: Connection[Any]) -> str:
    """Return one sentence on what the user may do beside reading, empty if nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW GRANTS")
        grants = [_GRANT.match(str(line)) for (line,) in cursor.fetchall()]
    more: dict[str, None] = {}
    for grant in filter(None, grants):
        rights = re.sub(r"\([^)]*\)", "", grant.group(1)).split(",")
        found = [r.strip() for r in rights if r.strip().upper() not in _READING]
        more |= dict.fromkeys(f"{right} on {grant.group(2)}" for right in found)
    if not more:
        return ""
    shown = ", ".join(list(more)[:6]) + (", …" if len(more) > 6 else "")
    return (
        f"The user of this database has {shown}; transactions are read-only and the server takes nothing but a "
        "SELECT, but a user who may only SELECT, without FILE, is safer."
    )


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
