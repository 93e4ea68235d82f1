"""PostgreSQL and MariaDB as the tests find them, and a database of their own on each.

Addresses come from PYEXEC_TEST_POSTGRESQL and PYEXEC_TEST_MYSQL.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pymysql
import pytest

from mcp_pyexec.sources import DatabaseSource, server_address

POSTGRESQL = os.environ.get("PYEXEC_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
MYSQL = os.environ.get("PYEXEC_TEST_MYSQL", "mysql://root@127.0.0.1:3306/mysql")


@dataclass(frozen=True)
class Server:
    """A database of its own with a superuser, a role that may only SELECT, and a directory the server can reach."""

    admin: Any
    superuser: DatabaseSource
    reader: DatabaseSource
    directory: Path


def missing(what: str, variable: str, error: Exception) -> None:
    """Skip with one line on a user's machine; fail where CI is set."""
    told = f"needs {what}; set {variable} to the URL of one ({type(error).__name__})"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


@contextmanager
def postgresql_server(schema: str) -> Iterator[Server]:
    """A new PostgreSQL database filled with `schema`; dropped at the end, its role too."""
    name = f"pyexec_{secrets.token_hex(6)}"
    try:
        root = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        missing("a PostgreSQL server with a superuser", "PYEXEC_TEST_POSTGRESQL", error)
    with root, _shared_directory() as directory:
        root.execute(f"CREATE DATABASE {name}")
        root.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
        url = _with(POSTGRESQL, database=name)
        try:
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
                admin.execute(schema)
                admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
                admin.execute("ANALYZE")
                reader = DatabaseSource("reader", _with(url, user=name, password="x"))
                yield Server(admin, DatabaseSource("superuser", url), reader, directory)
        finally:
            root.execute(f"DROP DATABASE {name} WITH (FORCE)")
            root.execute(f"DROP ROLE {name}")


@contextmanager
def _shared_directory() -> Iterator[Path]:
    """A directory that any user of the machine may read and write, with a file that nothing may read."""
    directory = Path(tempfile.mkdtemp(prefix="pyexec-test-"))
    directory.chmod(0o777)
    (directory / "secret.txt").write_text("hidden")
    (directory / "secret.txt").chmod(0o644)
    try:
        yield directory
    finally:
        with suppress(PermissionError):
            shutil.rmtree(directory)


def _with(url: str, *, user: str = "", password: str = "", database: str = "") -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    who = f"{user}:{password}" if user else parts.netloc.rpartition("@")[0]
    return urlunsplit(
        parts._replace(netloc=f"{who}@{place}", path=f"/{database}" if database else parts.path)
    )


@contextmanager
def mysql_server(schema: list[str]) -> Iterator[Server]:
    """A new MariaDB or MySQL database filled with `schema`; dropped at the end, its user too."""
    name = f"pyexec_{secrets.token_hex(6)}"
    try:
        root = _mysql(MYSQL)
    except pymysql.MySQLError as error:
        missing("a MariaDB or MySQL server with every right", "PYEXEC_TEST_MYSQL", error)
    url = _with(MYSQL, database=name)
    with closing(root), root.cursor() as cursor, _shared_directory() as directory:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        cursor.execute(f"CREATE USER {name} IDENTIFIED BY 'x'")
        cursor.execute(f"GRANT SELECT, EXECUTE ON {name}.* TO {name}")
        try:
            with closing(_mysql(url)) as admin:
                with admin.cursor() as filling:
                    for statement in schema:
                        filling.execute(statement)
                reader = DatabaseSource("reader", _with(url, user=name, password="x"))
                yield Server(admin, DatabaseSource("superuser", url), reader, directory)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
            cursor.execute(f"DROP USER {name}")


def _mysql(url: str) -> pymysql.Connection[Any]:
    address = server_address(DatabaseSource("x", url))
    return pymysql.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password or "",
        database=address.database,
        charset="utf8mb4",
        autocommit=True,
        sql_mode="STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
        init_command="SET time_zone = '+00:00'",
        connect_timeout=5,
    )
