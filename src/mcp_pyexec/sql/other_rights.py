"""How the general engine's databases are asked what their account may do beyond reading: one right in each row.

Taken from their manuals, not run: a database that has no such view, or does not show it, is told as not looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

__all__ = ["CLICKHOUSE", "MSSQL", "ORACLE", "SNOWFLAKE", "told_rights"]

_SHOWN = 12

ORACLE = """
    SELECT privilege FROM session_privs
    WHERE privilege NOT IN ('CREATE SESSION', 'SELECT ANY TABLE', 'READ ANY TABLE', 'SELECT ANY DICTIONARY')
    UNION SELECT privilege || ' ON ' || owner || '.' || table_name FROM user_tab_privs_recd
    WHERE privilege IN ('ALTER', 'DELETE', 'INDEX', 'INSERT', 'UPDATE')
    UNION SELECT privilege || ' ON ' || owner || '.' || table_name FROM role_tab_privs
    WHERE privilege IN ('ALTER', 'DELETE', 'INDEX', 'INSERT', 'UPDATE')
    UNION SELECT 'tables of its own' FROM dual WHERE EXISTS (SELECT 1 FROM user_tables)
"""

_MAY = "HAS_PERMS_BY_NAME(QUOTENAME(SCHEMA_NAME(schema_id)) + '.' + QUOTENAME(name), 'OBJECT', '{}') = 1"
_MAY_WRITE = " OR ".join(_MAY.format(right) for right in ("INSERT", "UPDATE", "DELETE", "ALTER"))
MSSQL = f"""
    SELECT permission_name FROM fn_my_permissions(NULL, 'DATABASE')
    WHERE permission_name NOT IN ('CONNECT', 'SELECT', 'SHOWPLAN') AND LEFT(permission_name, 5) <> 'VIEW '
    UNION SELECT permission_name FROM fn_my_permissions(NULL, 'SERVER')
    WHERE permission_name <> 'CONNECT SQL' AND LEFT(permission_name, 5) <> 'VIEW '
    UNION SELECT 'sysadmin' WHERE IS_SRVROLEMEMBER('sysadmin') = 1
    UNION SELECT 'writing ' + name FROM sys.tables WHERE {_MAY_WRITE}
"""  # noqa: S608 - our own words

SNOWFLAKE = """
    SELECT DISTINCT privilege_type || ' ON ' || object_name FROM information_schema.object_privileges
    WHERE grantee = CURRENT_ROLE() AND privilege_type NOT IN ('MONITOR', 'REFERENCES', 'SELECT', 'USAGE')
    UNION SELECT CURRENT_ROLE()
    WHERE CURRENT_ROLE() IN ('ACCOUNTADMIN', 'ORGADMIN', 'SECURITYADMIN', 'SYSADMIN')
"""

CLICKHOUSE = """
    SELECT DISTINCT concat(toString(access_type), ' ON ', ifNull(database, '*'), '.', ifNull(table, '*'))
    FROM system.grants WHERE user_name = currentUser() AND toString(access_type) NOT IN ('SELECT', 'SHOW')
"""


def told_rights(connection: Connection, sql: str, reason: Callable[[SQLAlchemyError], str]) -> str:
    """Return one sentence on what the account may do beyond reading, empty if the database names nothing."""
    try:
        found = [str(row[0]) for row in connection.exec_driver_sql(sql).fetchmany(_SHOWN + 1)]
    except SQLAlchemyError as error:
        return f"What its account may do beyond reading could not be looked up. {reason(error)}"
    return f"Its account has more than reading: {_listed(found)}." if found else ""


def _listed(found: Sequence[str]) -> str:
    return ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
