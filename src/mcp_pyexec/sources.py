"""What the operator offers as data, checked before anything is served.

Nothing here opens a database or imports a driver. A URL is a secret: it is in no message and no repr.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from mcp_pyexec.errors import ConfigError, nearest

__all__ = [
    "DATA_DATABASE",
    "DIALECTS",
    "ENFORCED",
    "DatabaseSource",
    "ServerAddress",
    "alchemy_url",
    "check_source",
    "database_path",
    "default_schema",
    "server_address",
]

DIALECTS = {
    "sqlite": "sqlite3",
    "duckdb": "duckdb",
    "postgresql": "psycopg",
    "mysql": "pymysql",
    "mariadb": "pymysql",
    "oracle": "oracledb",
    "mssql": "pymssql",
    "snowflake": "snowflake.sqlalchemy",
    "bigquery": "sqlalchemy_bigquery",
    "trino": "trino",
    "clickhousedb": "clickhouse_connect",
}
"""Driver module by dialect."""

_EXTRAS = {"mariadb": "mysql", "clickhousedb": "clickhouse"}
"""The extra that brings the driver, where it is not named like the dialect."""

_DRIVERS = {"oracle": "oracledb", "mssql": "pymssql"}
"""SQLAlchemy's name of the driver, where its dialect's own choice is another."""

ENFORCED = {
    "sqlite": (
        "SQLite opens the file read-only, and an authorizer allows nothing but reading and computing."
    ),
    "duckdb": ("DuckDB opens the file read-only, with every way to other files and settings closed."),
    "postgresql": ("PostgreSQL's READ ONLY transaction stops every write, with limits on time and locks."),
    "mysql": ("MySQL's READ ONLY transaction stops every write, with limits on time and locks."),
    "mariadb": ("MariaDB's READ ONLY transaction stops every write, with limits on time and locks."),
    "oracle": (
        "Oracle's READ ONLY transaction stops INSERT, UPDATE, DELETE and MERGE; against DDL, which commits by"
        " itself, and against functions that write, the guard is alone. Give it a user with SELECT only."
    ),
    "mssql": (
        "SQL Server knows no read-only transaction: the guard is alone, and each transaction is rolled back. "
        "Give it a login in db_datareader only."
    ),
    "snowflake": (
        "Snowflake ends a statement at the time limit and takes one at a time; against writing the guard is "
        "alone, with a rollback that does not undo DDL. Give it a role with SELECT only (role=… in the URL)."
    ),
    "bigquery": (
        "BigQuery has no read-only session: before it runs, each statement is a dry run, of which BigQuery itself must"
        " say that it is a SELECT, and within the bytes allowed; bytes and time of its job are bounded too. What a"
        " function of your own does is the guard's alone. Give it an account with Data Viewer and Job User only, and"
        " maximum_bytes_billed in the URL."
    ),
    "trino": (
        "Trino's READ ONLY transaction stops writes, with a limit on time; procedures, and the functions of connectors"
        " that pass text on to another database, are the guard's alone. Give it a user to whom its access control"
        " allows SELECT only, or a catalog with a read-only connector."
    ),
    "clickhousedb": (
        "ClickHouse's readonly=2 stops every write and DDL, with ceilings on time and memory; table functions"
        " that read files or other servers are the guard's, or the user's missing grants."
    ),
}
"""What a database itself enforces beside the guard, by dialect, for the operator and the agent."""

_FILES = {"sqlite", "duckdb"}
_OWN_ENGINES = {"sqlite", "duckdb", "postgresql", "mysql", "mariadb"}

_OPTIONS = {
    "postgresql": {"sslmode", "sslrootcert", "sslcert", "sslkey", "host", "target_session_attrs"},
    "mysql": {"ssl_ca", "ssl_cert", "ssl_key", "unix_socket"},
    "oracle": {"service_name"},
    "mssql": {"charset", "tds_version"},
    "snowflake": {"warehouse", "role"},
    "bigquery": {"location", "credentials_path", "maximum_bytes_billed"},
    "trino": {"source", "verify"},
    "clickhousedb": {"secure", "verify", "ca_cert", "compress"},
}
"""What may stand behind the `?` of a server's URL; nothing that touches what a session may do."""

_PORTS = {"postgresql": 5432, "mysql": 3306}

DATA_DATABASE = "data"
"""Name of the database that holds the tables of all `--data` files."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """One database that may be read.

    Attributes:
        name: How callers name it.
        url: `sqlite:///relative.db`, `sqlite:////absolute.db`, the same with `duckdb`, or
            `postgresql://user:password@host:5432/database`, the same with `mysql` or `mariadb`. Secret.
        description: Shown to the agent.
    """

    name: str
    url: str = field(repr=False)
    description: str = ""

    @property
    def dialect(self) -> str:
        """Name of the dialect, without a driver suffix such as `+pysqlite`."""
        name = self.url.partition(":")[0].partition("+")[0].lower()
        return "postgresql" if name == "postgres" else name

    @property
    def on_server(self) -> bool:
        """True for a database that a server holds, not a file."""
        return self.dialect not in _FILES

    @property
    def general(self) -> bool:
        """True for a database that the general engine serves, not one of its own."""
        return self.dialect not in _OWN_ENGINES


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is and who asks; the parts of a URL, decoded. Secret."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    database: str
    options: dict[str, str] = field(repr=False)


def check_source(source: DatabaseSource) -> None:
    """Return if the source could be opened as far as that can be told without its driver.

    Raises:
        ConfigError: A bad name or URL shape, an unknown dialect, a missing driver, or no such file.
    """
    if not _NAME.fullmatch(source.name):
        raise ConfigError(
            f"--database {source.name!r}: a name is a letter followed by letters, digits, '_' or '-', at most 63. "
            "Write --database NAME=URL."
        )
    _check_shape(source)
    _check_driver(f"--database {source.name}", source.dialect)
    if not source.on_server:
        _check_file(f"--database {source.name}", database_path(source))


def database_path(source: DatabaseSource) -> Path:
    """Return the file of a SQLite or DuckDB source: all that follows `:///`, as it is written."""
    return Path(source.url.partition(":///")[2])


def default_schema(source: DatabaseSource) -> str:
    """Return the schema whose tables need no schema in front of their names."""
    if source.dialect in {"mysql", "mariadb"}:
        return server_address(source).database
    return "public" if source.dialect == "postgresql" else "main"


def server_address(source: DatabaseSource) -> ServerAddress:
    """Return the parts of a server's URL.

    Raises:
        ValueError: A port that is no number.
    """
    parts = urlsplit(source.url)
    family = _family(source.dialect)
    options = dict(parse_qsl(parts.query))
    return ServerAddress(
        host=options.pop("host", "") or parts.hostname or "localhost",
        port=parts.port or _PORTS[family],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        database=unquote(parts.path[1:]),
        options=options,
    )


def alchemy_url(source: DatabaseSource) -> str:
    """Return the URL of a database of the general engine with the driver that its extra brings. Secret."""
    driver = _DRIVERS.get(source.dialect)
    scheme = f"{source.dialect}+{driver}" if driver else source.dialect
    return scheme + ":" + source.url.partition(":")[2]


def _family(dialect: str) -> str:
    return "mysql" if dialect == "mariadb" else dialect


def _check_shape(source: DatabaseSource) -> None:
    label = f"--database {source.name}"
    if "://" not in source.url:
        raise ConfigError(
            f"{label}: expected a URL such as sqlite:///shop.db (a file is not a URL by itself)."
        )
    if source.dialect not in DIALECTS:
        hint = nearest(source.dialect, DIALECTS)
        raise ConfigError(f"{label}: the dialect {source.dialect!r} is not supported.{hint}")
    if source.general:
        _check_options(label, source)
        return
    if source.on_server:
        _check_server(label, source)
        return
    scheme, _, file = source.url.partition(":///")
    if "/" in scheme or not file or "?" in file:
        raise ConfigError(
            f"{label}: expected {source.dialect}:///FILE (four slashes for an absolute path), "
            "without a host, without options and without '?' in the file's name."
        )


def _check_server(label: str, source: DatabaseSource) -> None:
    form = f"{source.dialect}://USER:PASSWORD@HOST:PORT/DATABASE"
    parts = urlsplit(source.url)
    try:
        address = server_address(source)
    except ValueError:
        raise ConfigError(f"{label}: expected {form}; the port is not a number below 65536.") from None
    if not address.database or "/" in address.database or parts.fragment:
        raise ConfigError(f"{label}: expected {form}, with the name of one database.")
    _check_options(label, source)


def _check_options(label: str, source: DatabaseSource) -> None:
    allowed = _OPTIONS[_family(source.dialect)]
    for option in dict(parse_qsl(urlsplit(source.url).query, keep_blank_values=True)):
        if option not in allowed:
            raise ConfigError(f"{label}: the option {option!r} is not taken.{nearest(option, allowed)}")


def _check_driver(label: str, dialect: str) -> None:
    package = DIALECTS[dialect].partition(".")[0]
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(DIALECTS[dialect]) is None:
        extra = _EXTRAS.get(dialect, dialect)
        raise ConfigError(f'{label}: {dialect} needs its driver. Run: pip install "mcp-pyexec[{extra}]"')


def _check_file(label: str, path: Path) -> None:
    if not path.is_file():
        what = "is not a file" if path.exists() else "does not exist"
        raise ConfigError(
            f"{label}: its file {path.name!r} {what}. Give the path of an existing, readable file."
        )
    try:
        path.open("rb").close()
    except OSError as error:
        raise ConfigError(f"{label}: its file {path.name!r} cannot be read ({error.strerror}).") from None
