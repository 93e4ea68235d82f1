"""What the operator offers as data, checked before anything is served.

Nothing here opens a database or imports a driver. A URL is a secret: it is in no message and no repr.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mcp_pyexec.errors import ConfigError, nearest

__all__ = ["DATA_SUFFIXES", "DIALECTS", "DatabaseSource", "check_data_file", "check_source", "database_path"]

DIALECTS = {"sqlite": "sqlite3", "duckdb": "duckdb"}
"""Driver module by dialect."""

DATA_SUFFIXES = {".csv": "read_csv", ".tsv": "read_csv", ".parquet": "read_parquet"}
"""DuckDB reader by file suffix."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """One database that may be read.

    Attributes:
        name: How callers name it.
        url: `sqlite:///relative.db`, `sqlite:////absolute.db` or the same with `duckdb`. Secret.
        description: Shown to the agent.
    """

    name: str
    url: str = field(repr=False)
    description: str = ""

    @property
    def dialect(self) -> str:
        """Name of the dialect, without a driver suffix such as `+pysqlite`."""
        return self.url.partition(":")[0].partition("+")[0].lower()


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
    _check_file(f"--database {source.name}", database_path(source))


def check_data_file(path: Path) -> None:
    """Return if a `--data` file exists, has a known suffix, and DuckDB is installed.

    Raises:
        ConfigError: Otherwise, with the remedy.
    """
    if path.suffix.lower() not in DATA_SUFFIXES:
        raise ConfigError(
            f"--data {path.name}: {path.suffix or 'no suffix'} is not one of {', '.join(DATA_SUFFIXES)}."
        )
    _check_driver(f"--data {path.name}", "duckdb")
    _check_file(f"--data {path.name}", path)


def database_path(source: DatabaseSource) -> Path:
    """Return the file of a SQLite or DuckDB source."""
    return Path(urlsplit(source.url).path[1:])


def _check_shape(source: DatabaseSource) -> None:
    label = f"--database {source.name}"
    if "://" not in source.url:
        raise ConfigError(
            f"{label}: expected a URL such as sqlite:///shop.db (a file is not a URL by itself)."
        )
    if source.dialect not in DIALECTS:
        hint = nearest(source.dialect, DIALECTS)
        raise ConfigError(f"{label}: the dialect {source.dialect!r} is not supported.{hint}")
    parts = urlsplit(source.url)
    if parts.netloc or parts.query or parts.fragment or len(parts.path) < 2:
        raise ConfigError(
            f"{label}: expected {source.dialect}:///FILE (four slashes for an absolute path), "
            "without a host and without options."
        )


def _check_driver(label: str, dialect: str) -> None:
    if importlib.util.find_spec(DIALECTS[dialect]) is None:
        raise ConfigError(f'{label}: {dialect} needs its driver. Run: pip install "mcp-pyexec[{dialect}]"')


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
