"""A PostgreSQL session that can only read, and what its role could do elsewhere.

Every session starts with `default_transaction_read_only`, time-outs for statements, locks and idle transactions,
and one fixed form for dates, intervals and bytes. A superuser's session is lowered to `pg_read_all_data`
(PostgreSQL 14 and later): it keeps every table and loses the server's files, programs and settings.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from mcp_pyexec.sources import DatabaseSource, server_address
from mcp_pyexec.sql.results import SqlLimits

__all__ = ["Rights", "Stopper", "connect", "read_rights"]

_CONNECT_S = 5
_LOCK_S = 5
_GRACE_S = 10
_LOWERED = "pg_read_all_data"
_RIGHTS = """
    SELECT current_user, r.rolsuper, to_regrole('pg_read_all_data') IS NOT NULL,
      ARRAY(SELECT name FROM unnest(ARRAY['pg_read_server_files', 'pg_write_server_files',
        'pg_execute_server_program']) AS name
        WHERE to_regrole(name) IS NOT NULL AND NOT r.rolsuper AND pg_has_role(name, 'USAGE'))::text[],
      (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')),
      has_database_privilege(current_database(), 'CREATE')
    FROM pg_roles r WHERE r.rolname = current_user
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """What the configured role could do in a session without the limits of this one."""

    role: str
    superuser: bool
    lowered_to: str | None
    file_roles: tuple[str, ...]
    writable_tables: int
    creates: bool

    def told(self) -> str:
        """Return one sentence for the operator, empty for a role that can only read."""
        found = [f"is a member of {', '.join(self.file_roles)}"] if self.file_roles else []
        if self.superuser:
            found.append("is a superuser")
        elif self.writable_tables or self.creates:
            found += [f"may write {self.writable_tables} tables"] * bool(self.writable_tables)
            found += ["may create schemas"] * self.creates
        if not found:
            return ""
        lowered = f", and the session is lowered to {self.lowered_to}" if self.lowered_to else ""
        return (
            f"The role {self.role} {' and '.join(found)}; transactions are read-only{lowered}, but a role that may "
            "only SELECT is safer."
        )


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


def read_rights(source: DatabaseSource, limits: SqlLimits) -> Rights:
    """Return what the role may do, asked in a session of its own.

    Raises:
        psycopg.Error: As `connect`.
    """
    with connect(source, limits) as connection:
        row = connection.execute(_RIGHTS).fetchone()
    assert row is not None, "every session has a role"
    role, superuser, lowerable, file_roles, writable, creates = row
    lowered = _LOWERED if superuser and lowerable else None
    return Rights(role, superuser, lowered, tuple(file_roles), writable, creates)


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
