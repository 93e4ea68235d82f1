"""Each right that a role can have beyond reading: the server lets the role use it, and doctor tells of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pymysql
import pytest
from pydantic import SecretStr

from mcp_pyexec.config import Settings
from mcp_pyexec.doctor.databases import check_databases
from mcp_pyexec.sources import server_address
from sql.servers import Server, mysql_server, postgresql_server

Act = Callable[[str], object]

POSTGRESQL = [
    ("GRANT INSERT ON a TO {role}", "INSERT INTO a VALUES (1)", "may write 1 tables"),
    ("GRANT UPDATE (b) ON a TO {role}", "UPDATE a SET b = 1", "may write 1 tables"),
    ("GRANT DELETE ON a TO PUBLIC", "DELETE FROM a", "may write 1 tables"),
    ("GRANT TRUNCATE ON a TO {other}; GRANT {other} TO {role}", "TRUNCATE a", "may write 1 tables"),
    (
        "ALTER ROLE {role} NOINHERIT; GRANT INSERT ON a TO {other}; GRANT {other} TO {role}",
        "SET ROLE {other}; INSERT INTO a VALUES (1)",
        "may write 1 tables",
    ),
    ("ALTER TABLE a OWNER TO {role}", "ALTER TABLE a ADD c int", "owns 1 tables, views or sequences"),
    ("ALTER VIEW v OWNER TO {other}; GRANT {other} TO {role}", "DROP VIEW v", "owns 1 tables"),
    (
        "GRANT CREATE ON SCHEMA public TO {role}",
        "CREATE TABLE made (a int)",
        "may create tables in 1 schemas",
    ),
    ("GRANT CREATE ON DATABASE {database} TO {role}", "CREATE SCHEMA made", "may create schemas"),
    ("GRANT USAGE ON s TO {role}", "SELECT nextval('s')", "may advance 1 sequences"),
    (
        "ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO {role}",
        "INSERT INTO later VALUES (1)",
        "is granted writing on tables made later",
    ),
    ("ALTER ROLE {role} BYPASSRLS", "SET row_security = off; SELECT * FROM part", "has BYPASSRLS"),
    ("ALTER ROLE {role} CREATEROLE", "CREATE ROLE {made}; DROP ROLE {made}", "has CREATEROLE"),
    ("ALTER ROLE {role} CREATEDB", "CREATE DATABASE {made}", "has CREATEDB"),
    (
        "ALTER ROLE {role} REPLICATION",
        "SELECT pg_create_physical_replication_slot('{made}'); SELECT pg_drop_replication_slot('{made}')",
        "has REPLICATION",
    ),
    (
        "GRANT pg_read_server_files TO {role}",
        "CREATE TEMP TABLE t (x text); COPY t FROM '{directory}/secret.txt'",
        "is a member of pg_read_server_files",
    ),
    (
        "GRANT pg_write_server_files TO {other}; GRANT {other} TO {role}",
        "COPY (SELECT 1) TO '{directory}/made.txt'",
        "is a member of pg_write_server_files",
    ),
    (
        "ALTER ROLE {role} NOINHERIT; GRANT pg_execute_server_program TO {role}",
        "SET ROLE pg_execute_server_program; COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'",
        "is a member of pg_execute_server_program",
    ),
    (
        "GRANT pg_write_all_data TO {role}",
        "INSERT INTO a VALUES (1)",
        "pg_write_all_data and may write 4 tables",
    ),
    (
        "ALTER ROLE {other} SUPERUSER; GRANT {other} TO {role}",
        "SET ROLE {other}; CREATE ROLE {made}; DROP ROLE {made}",
        "may become the superuser {other}",
    ),
    ("ALTER ROLE {role} SUPERUSER", "CREATE ROLE {made}; DROP ROLE {made}", "is a superuser"),
]
"""What is granted, what only works with it, what doctor says of it."""

MYSQL = [
    ("GRANT INSERT ON {database}.* TO {role}", "INSERT INTO a VALUES (1, 1)", "INSERT on `{database}`.*"),
    ("GRANT DELETE ON {database}.a TO {role}", "DELETE FROM a", "DELETE on `{database}`.`a`"),
    ("GRANT UPDATE (b), SELECT (b) ON a TO {role}", "UPDATE a SET b = 1", "UPDATE on `{database}`.`a`"),
    (
        "GRANT EXECUTE ON PROCEDURE {database}.p TO {role}",
        "CALL p()",
        "EXECUTE on PROCEDURE `{database}`.`p`",
    ),
    ("GRANT FILE ON *.* TO {role}", "SELECT 1 INTO OUTFILE '{directory}/made.txt'", "FILE on *.*"),
    ("GRANT PROCESS ON *.* TO {role}", "SHOW ENGINE INNODB STATUS", "PROCESS on *.*"),
    ("GRANT SUPER ON *.* TO {role}", "SET GLOBAL long_query_time = @@global.long_query_time", "SUPER on *.*"),
    ("GRANT SELECT ON mysql.* TO {role}", "SELECT * FROM mysql.global_priv", "SELECT on `mysql`.*"),
    ("GRANT SELECT ON *.* TO {role}", "SELECT * FROM mysql.global_priv", "SELECT on *.*"),
    ("GRANT SELECT ON `m_s%`.* TO {role}", "SELECT * FROM mysql.global_priv", "SELECT on `m_s%`.*"),
    (
        "GRANT SELECT ON {database}.* TO {role} WITH GRANT OPTION",
        "GRANT SELECT ON {database}.* TO {other}",
        "GRANT OPTION on `{database}`.*",
    ),
    (
        "GRANT INSERT ON {database}.* TO {other}; GRANT {other} TO {role}",
        "SET ROLE {other}; INSERT INTO a VALUES (1, 1)",
        "INSERT on `{database}`.*",
    ),
    (
        "GRANT INSERT ON {database}.* TO {other}; GRANT {other} TO {role}; SET DEFAULT ROLE {other} FOR {role}",
        "INSERT INTO a VALUES (1, 1)",
        "INSERT on `{database}`.*",
    ),
    (
        "GRANT FILE ON *.* TO {other}; GRANT {other} TO {further}; GRANT {further} TO {role}",
        "SET ROLE {further}; SELECT 1 INTO OUTFILE '{directory}/made.txt'",
        "FILE on *.*",
    ),
    ("GRANT DELETE ON {database}.* TO PUBLIC", "DELETE FROM a", "DELETE on `{database}`.*"),
]


@pytest.mark.parametrize(("grant", "act", "told"), POSTGRESQL, ids=[grant for grant, _, _ in POSTGRESQL])
async def test_right_of_a_postgresql_role_is_told_exactly_where_the_server_gives_it(
    grant: str, act: str, told: str
) -> None:
    schema = (
        "CREATE TABLE a (b int); CREATE VIEW v AS SELECT 1; CREATE SEQUENCE s; CREATE TABLE part (a int); "
        "ALTER TABLE part ENABLE ROW LEVEL SECURITY; CREATE TABLE rest (a int)"
    )
    with postgresql_server(schema) as server, _other_roles(server) as names:

        def do(sql: str) -> None:
            with psycopg.connect(server.reader.url, autocommit=True) as session:
                session.execute(sql.encode())

        with pytest.raises(psycopg.Error):
            do(act.format(**names))
        before = await _found(server)
        server.admin.execute(grant.format(**names))
        after = await _found(server)
        server.admin.execute("CREATE TABLE later (a int)")
        do(act.format(**names))

    assert before == ("good", "opens; its session can only read")
    assert after[0] == "note"
    assert told.format(**names) in after[1]


@contextmanager
def _other_roles(server: Server) -> Iterator[dict[str, str]]:
    role = server.reader.url.split("//")[1].split(":")[0]
    other, made = (f"pyexec_{secrets.token_hex(6)}" for _ in range(2))
    server.admin.execute(f"CREATE ROLE {other}")
    try:
        yield {
            "role": role,
            "other": other,
            "made": made,
            "database": role,
            "directory": str(server.directory),
        }
    finally:
        server.admin.execute(f"DROP DATABASE IF EXISTS {made}")
        server.admin.execute(f"DROP OWNED BY {other}, {role} CASCADE; DROP ROLE {other}")


@pytest.mark.parametrize(("grant", "act", "told"), MYSQL, ids=[grant for grant, _, _ in MYSQL])
async def test_right_of_a_mysql_user_is_told_exactly_where_the_server_gives_it(
    grant: str, act: str, told: str
) -> None:
    tables = ["CREATE TABLE a (b INT, c INT)", "CREATE PROCEDURE p() SELECT 1"]
    with mysql_server(tables) as server, server.admin.cursor() as admin:
        role = server.reader.url.split("//")[1].split(":")[0]
        other, further = (f"pyexec_{secrets.token_hex(6)}" for _ in range(2))
        names = {"role": role, "other": other, "further": further, "database": role}
        names["directory"] = str(server.directory)
        for sql in (
            f"REVOKE EXECUTE ON {role}.* FROM {role}",
            f"CREATE ROLE {other}",
            f"CREATE ROLE {further}",
        ):
            admin.execute(sql)
        try:
            with pytest.raises(pymysql.MySQLError):
                _do_as_user(server, act.format(**names))
            before = await _found(server)
            for sql in grant.format(**names).split("; "):
                admin.execute(sql)
            after = await _found(server)
            _do_as_user(server, act.format(**names))
        finally:
            admin.execute(f"DROP ROLE {other}, {further}")
            if "PUBLIC" in grant:
                admin.execute(f"REVOKE DELETE ON {role}.* FROM PUBLIC")

    assert before == ("good", "opens; its session can only read")
    assert after[0] == "note"
    assert told.format(**names) in after[1]


def _do_as_user(server: Server, act: str) -> None:
    address = server_address(server.reader)
    session = pymysql.connect(
        host=address.host, port=address.port, user=address.user, password="x", database=address.database
    )
    with closing(session), session.cursor() as cursor:
        for sql in act.split("; "):
            cursor.execute(sql)
        session.commit()


async def _found(server: Server) -> tuple[str, str]:
    """What doctor says of the reader: a state and words."""
    (check,) = await check_databases(Settings(databases={"x": SecretStr(server.reader.url)}))
    return check.state, check.found
