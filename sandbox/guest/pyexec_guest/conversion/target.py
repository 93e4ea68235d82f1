"""The DuckDB file that is written, and what every kind of file is copied through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "NO_ROOM",
    "ConversionError",
    "Target",
    "essence",
    "failure",
    "literal_path",
    "quoted",
    "reachable",
    "text_literal",
    "two_of_one_name",
]

_NOISE = (
    "Did you mean",
    "LINE ",
    "Possible",
    "*",
    " ",
    "file =",
    "Original Line",
    "Try ",
    "Column ",
    "This type",
)
_LONGEST = 400
NO_ROOM = "Converted, it is larger than the cache may be or the disk has room for; raise MCP_PYEXEC_CACHE_MB."
"""What to do where a product cannot be written."""


class ConversionError(Exception):
    """A file that cannot be converted: which, why, and what to do."""


class Target:
    """A connection to the new file that reaches no other file than those at `paths`."""

    def __init__(self, request: Mapping[str, Any], paths: Iterable[str]) -> None:
        self._taken: dict[str, str] = {}
        self._db = duckdb.connect(request["target"], config=_configuration(request))
        self._db.execute("SET allowed_paths = $paths", {"paths": list(paths)})
        self._db.execute("SET enable_external_access = false")
        self._db.execute("SET lock_configuration = true")

    def __enter__(self) -> Target:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def create(self, table: str, label: str, select: str, parameters: Sequence[Any] = ()) -> None:
        """Make a table of a SELECT.

        Raises:
            ConversionError: There is a table of that name.
            duckdb.Error: The SELECT fails.
        """
        if table in self._taken:
            raise two_of_one_name(table, self._taken[table], label)
        self._db.execute(f"CREATE TABLE {quoted(table)} AS {select}", list(parameters))
        self._db.execute(f"COMMENT ON TABLE {quoted(table)} IS {text_literal(f'From {label}')}")
        self._taken[table] = label

    def create_from_arrow(self, table: str, label: str, incoming: pa.RecordBatchReader) -> None:
        """Make a table of record batches, read one at a time."""
        self._db.register("incoming", incoming)
        try:
            self.create(table, label, "SELECT * FROM incoming")
        finally:
            self._db.unregister("incoming")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement of ours."""
        self._db.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query of ours."""
        return self._db.execute(sql, list(parameters)).fetchall()

    @property
    def made(self) -> int:
        """How many tables were made."""
        return len(self._taken)

    def finish(self) -> None:
        """Write everything to the file.

        Raises:
            ConversionError: There is no room for it.
        """
        try:
            self._db.execute("CHECKPOINT")
        except duckdb.Error as error:
            raise ConversionError(
                f"What was converted cannot be written: {essence(str(error))}. {NO_ROOM}"
            ) from None


def quoted(name: str) -> str:
    """Return a name as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """Return a text as it stands in SQL."""
    return "'" + value.replace("'", "''") + "'"


def literal_path(path: str) -> str:
    """Return the path so that DuckDB takes no character of it for a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def two_of_one_name(table: str, first: str, second: str) -> ConversionError:
    """Return the error of two tables by their labels."""
    return ConversionError(f"{first} and {second} are both table {table!r}. Rename or leave out one.")


def failure(file: Mapping[str, Any], error: Exception, advice: str = "") -> ConversionError:
    """Return the error of one file in one sentence, by its label and without its path."""
    text = str(error)
    for path in (file["path"], literal_path(file["path"])):
        text = text.replace(path, file["label"])
    return ConversionError(
        f"{file['label']} cannot be read: {essence(text)}. {advice or 'Correct or leave out that file.'}"
    )


def essence(text: str) -> str:
    """Return what a library says in a phrase, without what it shows of rows and settings."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = [line for line in lines[:6] if not line.startswith(_NOISE)]
    text = " ".join(kept or lines[:1]).partition(" Detail: ")[0].rpartition("Unknown error: ")[2]
    return re.sub(r"^(\w+ )+Error: ", "", text)[:_LONGEST].rstrip(". ")


def reachable(file: Mapping[str, Any]) -> Iterator[str]:
    """The file as it is named and as a pattern that means only it, and the journal that DuckDB looks for."""
    for path in file["parts"]:
        yield from {path, literal_path(path), f"{path}.wal"}


def _configuration(request: Mapping[str, Any]) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "temp_directory": request["spill"],
        "max_temp_directory_size": f"{request['file_bytes'] >> 20}MB",
        "memory_limit": f"{request['memory_bytes'] >> 21}MB",
        "threads": "2",
    }
