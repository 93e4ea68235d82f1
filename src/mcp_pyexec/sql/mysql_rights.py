"""What the user of a MySQL or MariaDB session may do beside reading its data, in whichever role.

Read from SHOW GRANTS: the user's own, those of PUBLIC (MariaDB 10.11), and those of every role that the user may take,
whether it is taken by itself or not. Checked on MariaDB 10.11; the form for MySQL's roles is from its manual, not run.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pymysql
from pymysql.connections import Connection

__all__ = ["told_rights"]

_READING = {
    "USAGE",
    "SELECT",
    "SHOW VIEW",
    "SHOW DATABASES",
    "REPLICATION CLIENT",
    "BINLOG MONITOR",
    "SLAVE MONITOR",
    "REPLICA MONITOR",
}
_PLACES = 8
_NAME = r"(?:`(?:[^`]|``)*`|'(?:[^']|'')*'|\w+)"
_ROLE = rf"{_NAME}(?:@{_NAME})?"
_TAKEN = re.compile(rf"GRANT ({_ROLE}(?:\s*,\s*{_ROLE})*) TO ")
_GRANT = re.compile(
    rf"GRANT (.+?) ON ((?:\w+ )?(?:{_NAME}|\*)(?:\.(?:{_NAME}|\*))?(?:@{_NAME})?) TO (.*)", re.DOTALL
)
_COLUMNS = re.compile(rf"\((?:{_NAME}|[\s,])*\)")


def told_rights(connection: Connection[Any]) -> str:
    """Return one sentence on what the user may do beside reading, empty if nothing.

    Args:
        connection: Of no further use: it is left in another role.
    """
    grants = _lines(connection, "SHOW GRANTS")
    unknown = []
    for roles in [taken.group(1) for line in grants if (taken := _TAKEN.match(line))]:
        try:
            grants += _as_taken(connection, roles)
        except pymysql.MySQLError:
            unknown.append(roles)
    more: dict[str, list[str]] = defaultdict(list)
    for grant in filter(None, map(_GRANT.match, grants)):
        rights, place, behind = grant.groups()
        more[place] += [right for right in _beyond(rights, place, behind) if right not in more[place]]
    return _sentence({place: rights for place, rights in more.items() if rights}, unknown)


def _lines(connection: Connection[Any], sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [str(line) for (line,) in cursor.fetchall()]


def _as_taken(connection: Connection[Any], roles: str) -> list[str]:
    """Return what the user may once it has the roles; MariaDB names one in a line, MySQL all, with their hosts."""
    if "mariadb" not in str(connection.get_server_info()).lower():
        return _lines(connection, f"SHOW GRANTS FOR CURRENT_USER() USING {roles}")
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {roles}")
    return _lines(connection, "SHOW GRANTS")


def _beyond(rights: str, place: str, behind: str) -> list[str]:
    """Return what of one grant is more than reading data: names of users and their passwords are none."""
    found = [right.strip() for right in _COLUMNS.sub("", rights).split(",")]
    beyond = [right for right in found if right.upper() not in _READING]
    if "SELECT" in found and _is_servers_own(place):
        beyond.append("SELECT")
    return beyond + ["GRANT OPTION"] * ("WITH GRANT OPTION" in behind)


def _is_servers_own(place: str) -> bool:
    """Return whether the place, which may be a pattern, takes in the database with the server's users."""
    name = place.partition(".")[0].strip("`")
    pattern = re.sub(r"\\?.", lambda part: {"%": ".*", "_": "."}.get(part[0], re.escape(part[0][-1])), name)
    return name == "*" or re.fullmatch(pattern, "mysql", re.IGNORECASE) is not None


def _sentence(more: dict[str, list[str]], unknown: list[str]) -> str:
    told = [f"{', '.join(rights)} on {place}" for place, rights in list(more.items())[:_PLACES]]
    told += [f"rights on {len(more) - _PLACES} other places"] * (len(more) > _PLACES)
    told += [f"the role {role}, of which nothing is told" for role in unknown]
    if not told:
        return ""
    return (
        f"The user of this database has {'; '.join(told)}. Transactions are read-only and the server takes nothing but "
        "a SELECT, but a user who may only SELECT, and only on databases of yours, without FILE, is safer."
    )
