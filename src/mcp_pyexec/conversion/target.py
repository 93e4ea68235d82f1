"""The DuckDB file that is written, and what every kind of file is copied through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

__all__ = ["ConversionError", "Target", "failure", "literal_path", "quoted", "text_literal"]

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


class ConversionError(Exception):
    """A file that cannot be converted: which, why, and what to do."""


class Target:
    """A connection to the new file that reaches no other file than those of the request."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._taken: dict[str, str] = {}
        self._db = duckdb.connect(request["target"], config=_configuration(request))
        paths = [path for file in request["files"] for path in _reachable(file)]
        self._db.execute("SET allowed_paths = $paths", {"paths": paths})
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
            ConversionError: Another file has a table of that name.
            duckdb.Error: The SELECT fails.
        """
        if table in self._taken:
            raise ConversionError(
                f"{self._taken[table]} and {label} are both table {table!r}. Rename or leave out one."
            )
        self._db.execute(f"CREATE TABLE {quoted(table)} AS {select}", list(parameters))
        self._db.execute(f"COMMENT ON TABLE {quoted(table)} IS {text_literal(f'From {label}')}")
        self._taken[table] = label

    def create_from_arrow(
        self, table: str, label: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
    ) -> None:
        """Make a table of record batches, read one at a time."""
        self._db.register("incoming", pa.RecordBatchReader.from_batches(schema, batches))
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

    def finish(self) -> int:
        """Write everything to the file and return how many tables it has."""
        self._db.execute("CHECKPOINT")
        return len(self._taken)


def quoted(name: str) -> str:
    """Return a name as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """Return a text as it stands in SQL."""
    return "'" + value.replace("'", "''") + "'"


def literal_path(path: str) -> str:
    """Return the path so that DuckDB takes no character of it for a pattern."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def failure(file: Mapping[str, Any], error: Exception, advice: str = "") -> ConversionError:
    """Return the error of one file in one sentence, by its label and without its path."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [line for line in lines[:6] if not line.startswith(_NOISE)]
    text = " ".join(kept or lines[:1]).partition(" Detail: ")[0].rpartition("Unknown error: ")[2]
    for path in (file["path"], literal_path(file["path"])):
        text = text.replace(path, file["label"])
    text = re.sub(r"^(\w+ )+Error: ", "", text)[:_LONGEST].rstrip(". ")
    return ConversionError(
        f"{file['label']} cannot be read: {text}. {advice or 'Correct or leave out that file.'}"
    )


def _reachable(file: Mapping[str, Any]) -> Iterator[str]:
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
        "max_temp_directory_size": f"{request['file_mb']}MB",
        "memory_limit": f"{request['memory_mb'] // 2}MB",
        "threads": "2",
    }
