"""What the role of a PostgreSQL session could do beyond reading, itself or in any role that it may take.

The server is asked, not its tables of grants: so a right counts whether it comes from the role's own grant, from
PUBLIC, from ownership, or from a role that a `SET ROLE` reaches, inherited or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql.postgresql_session import connect
from mcp_pyexec.sql.results import SqlLimits

__all__ = ["Rights", "read_rights"]

_LOWERED = "pg_read_all_data"
_POWERFUL = [
    "pg_checkpoint",
    "pg_create_subscription",
    "pg_execute_server_program",
    "pg_maintain",
    "pg_read_server_files",
    "pg_signal_autovacuum_worker",
    "pg_signal_backend",
    "pg_write_all_data",
    "pg_write_server_files",
]
_OF_USERS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_RIGHTS = f"""
    WITH me AS (SELECT r.oid, r.rolsuper FROM pg_roles r WHERE r.rolname = current_user),
    reached AS (
      SELECT r.* FROM pg_roles r, me
      WHERE r.oid = me.oid OR (NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'MEMBER'))
    )
    SELECT current_user, me.rolsuper, to_regrole('{_LOWERED}') IS NOT NULL,
      ARRAY(SELECT r.rolname::text FROM reached r WHERE r.rolsuper AND r.oid <> me.oid ORDER BY 1),
      ARRAY(SELECT r.rolname::text FROM reached r WHERE r.rolname = ANY (%s) ORDER BY 1),
      ARRAY(SELECT DISTINCT a.name FROM reached r, LATERAL (VALUES ('BYPASSRLS', r.rolbypassrls),
        ('CREATEDB', r.rolcreatedb), ('CREATEROLE', r.rolcreaterole), ('REPLICATION', r.rolreplication)
        ) AS a (name, held) WHERE a.held ORDER BY 1),
      (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND {_OF_USERS} AND EXISTS (SELECT FROM reached r
        WHERE has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE'))),
      (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {_OF_USERS}
        AND c.relowner IN (SELECT r.oid FROM reached r)),
      (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND {_OF_USERS} AND EXISTS (SELECT FROM reached r
        WHERE has_sequence_privilege(r.oid, c.oid, 'USAGE, UPDATE'))),
      (SELECT count(*) FROM pg_namespace n WHERE {_OF_USERS} AND EXISTS (SELECT FROM reached r
        WHERE has_schema_privilege(r.oid, n.oid, 'CREATE'))),
      (SELECT count(DISTINCT d.oid) FROM pg_default_acl d, LATERAL aclexplode(d.defaclacl) a
        WHERE d.defaclobjtype = 'r' AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
        AND (a.grantee = 0 OR a.grantee IN (SELECT r.oid FROM reached r))),
      EXISTS (SELECT FROM reached r WHERE has_database_privilege(r.oid, current_database(), 'CREATE'))
    FROM me
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Rights:
    """What the configured role could do in a session without the limits of this one.

    Attributes:
        lowered_to: The role that a superuser's session runs as.
        beyond: What goes beyond reading, in words that follow the name of the role.
    """

    role: str
    superuser: bool
    lowered_to: str | None
    beyond: tuple[str, ...]

    def told(self) -> str:
        """Return one sentence for the operator, empty for a role that can only read."""
        if not self.beyond:
            return ""
        lowered = (
            f", and the session is lowered to {self.lowered_to}, to which row-level security applies"
            if self.lowered_to
            else ""
        )
        return (
            f"The role {self.role} {' and '.join(self.beyond)}; transactions are read-only{lowered}, but a role that "
            "may only SELECT is safer."
        )


def read_rights(source: DatabaseSource, limits: SqlLimits) -> Rights:
    """Return what the role may do, asked in a session of its own.

    Raises:
        psycopg.Error: As `connect`.
    """
    with connect(source, limits) as connection:
        row = connection.execute(_RIGHTS, [_POWERFUL]).fetchone()
    assert row is not None, "every session has a role"
    role, superuser, lowerable, *held = row
    if superuser:
        return Rights(role, True, _LOWERED if lowerable else None, ("is a superuser",))
    return Rights(role, False, None, _beyond(*held))


def _beyond(
    superusers: list[str],
    powerful: list[str],
    attributes: list[str],
    written: int,
    owned: int,
    sequences: int,
    schemas: int,
    later: int,
    creates: bool,
) -> tuple[str, ...]:
    found = [
        (superusers, f"may become the superuser {', '.join(superusers)}"),
        (powerful, f"is a member of {', '.join(powerful)}"),
        (attributes, f"has {', '.join(attributes)}"),
        (written, f"may write {written} tables"),
        (owned, f"owns {owned} tables, views or sequences"),
        (sequences, f"may advance {sequences} sequences"),
        (schemas, f"may create tables in {schemas} schemas"),
        (creates, "may create schemas"),
        (later, "is granted writing on tables made later"),
    ]
    return tuple(words for held, words in found if held)
