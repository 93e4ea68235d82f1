"""A PostgreSQL session that can only read.

Every session starts with `default_transaction_read_only`, time-outs for statements, locks and idle transactions,
and one fixed form for dates, intervals and bytes. A name without a schema means `public` alone, whatever the role's
own `search_path` is: the catalogue and the rules on columns read it so too. A superuser's session is lowered to
`pg_read_all_data` (PostgreSQL 14 and later): it keeps every table and loses the server's files, programs and settings.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from mcp_pyexec.sources import DatabaseSource, server_address
from mcp_pyexec.sql.results import SqlLimits

__all__ = ["Stopper", "connect"]

_CONNECT_S = 5
_LOCK_S = 5
_GRACE_S = 10


def connect(source: DatabaseSource, limits: SqlLimits, role: str | None = None) -> psycopg.Connection[Any]:
    """Return a new session, in autocommit mode, whose transactions are read-only unless they say otherwise.

    Raises:
        psycopg.Error: The server cannot be reached or refuses.
    """
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{int((limits.timeout_s + 1) * 1000)}",
        "lock_timeout": f"{int(min(limits.timeout_s, _LOCK_S) * 1000)}",
        "idle_in_transaction_session_timeout": f"{int((limits.timeout_s + _GRACE_S) * 1000)}",
        "search_path": "public,pg_temp",
        "timezone": "UTC",
        "datestyle": "ISO,YMD",
        "intervalstyle": "iso_8601",
        "extra_float_digits": "1",
        "bytea_output": "hex",
        "standard_conforming_strings": "on",
        **({"role": role} if role else {}),
    }
    address = server_address(source)
    return psycopg.connect(
        make_conninfo(**address.options),
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        dbname=address.database,
        options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
        application_name="mcp-pyexec",
        client_encoding="utf8",
        connect_timeout=_CONNECT_S,
        autocommit=True,
        prepare_threshold=None,
    )


class Stopper:
    """Ends what a session does, from another thread, without making that thread wait.

    The session must not be used again once `stop` was called: a late cancel would hit the next statement.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._thread: threading.Thread | None = None

    def stop(self) -> None:
        """Ask the server to cancel; if it cannot be reached, cut the connection."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._cancel, name="sql-cancel", daemon=True)
            self._thread.start()

    def _cancel(self) -> None:
        try:
            self._connection.cancel_safe(timeout=_CONNECT_S)
        except (psycopg.Error, OSError):
            with (
                suppress(psycopg.Error, OSError),
                socket.socket(fileno=os.dup(self._connection.fileno())) as cut,
            ):
                cut.shutdown(socket.SHUT_RDWR)
