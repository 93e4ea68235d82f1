"""One DuckDB database, read-only whatever the statement: DuckDB's own locks, inside the jail's.

Enforced here: opened `read_only`, external access off (no files, no network, no ATTACH, no COPY), extensions off,
look-up of Python variables as tables off, configuration locked, memory and threads bounded, no spilling to disk,
and DuckDB's own parser must see exactly one statement that reads. The settings come from the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import duckdb
import pyarrow as pa

from pyexec_guest.reader import result

__all__ = ["Database", "Failed"]

_BATCH_ROWS = 8_192
_MOST_TEXT = 4_000
_NOISE = ("Did you mean", "LINE ", "Possible solutions", "*", " ")
_READS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}
"""MULTI is a PIVOT whose columns DuckDB finds first."""


class Failed(Exception):
    """A statement that has no result.

    Attributes:
        code: `statements` for more or less than one, `kind` for one that does not read, `row` for a row that is too
            long, `memory`, or `engine`.
        text: How many, which kind, its bytes, or what DuckDB says.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text[:_MOST_TEXT]


class Database:
    """A locked, read-only connection; every query has a cursor of its own.

    Raises:
        Failed: If the file is not a DuckDB database, or a writer holds it.
    """

    def __init__(self, file: str, configuration: Mapping[str, Any]) -> None:
        try:
            self._root = duckdb.connect(file, read_only=True, config=dict(configuration))
        except (duckdb.Error, OSError, RuntimeError) as error:
            raise Failed("engine", str(error).splitlines()[0]) from None
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._stopped = False

    def interrupt(self) -> None:
        """Make the query under way stop, if there is one; from any thread."""
        self._stopped = True
        if (cursor := self._cursor) is not None:
            cursor.interrupt()

    def rows(self, query: Mapping[str, Any]) -> Iterator[list[memoryview]]:
        """Yield the result of one statement that reads, in parts.

        Args:
            query: `sql`, `parameters`, and `row_bytes`, most of one row.

        Raises:
            Failed: If there is none, or no more.
        """
        with closing(self._root.cursor()) as cursor:
            self._stopped, self._cursor = False, cursor
            try:
                _check_statement(cursor, query["sql"])
                yield from self._until_stopped(_parts(cursor, query))
            except (duckdb.Error, pa.ArrowException, OSError, RuntimeError) as error:
                raise _failed(error) from None
            except result.LongRow as error:
                raise Failed("row", str(error)) from None
            finally:
                self._cursor = None

    def _until_stopped(self, parts: Iterator[list[memoryview]]) -> Iterator[list[memoryview]]:
        for part in parts:
            yield part
            if self._stopped:
                return


def _check_statement(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = cursor.extract_statements(sql)
    if len(statements) != 1:
        raise Failed("statements", str(len(statements)))
    kind = _statement_type(statements[0])
    if kind not in _READS:
        raise Failed("kind", kind.name if kind else "a statement unknown to the driver")


def _statement_type(statement: duckdb.Statement) -> duckdb.StatementType | None:
    """Return the type, or None for one that DuckDB parses and its Python package has no name for."""
    try:
        return statement.type
    except ValueError:
        return None


def _parts(cursor: duckdb.DuckDBPyConnection, query: Mapping[str, Any]) -> Iterator[list[memoryview]]:
    values = {name: _value(value) for name, value in query["parameters"].items()}
    relation = cursor.sql(query["sql"], params=values) if values else cursor.sql(query["sql"])
    kinds = [str(kind) for kind in relation.types]
    return result.parts(relation.to_arrow_reader(_BATCH_ROWS), kinds, query["row_bytes"])


def _value(value: Any) -> Any:
    """Return a parameter as it was before JSON had to carry it."""
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


def _failed(error: Exception) -> Failed:
    lines = [line for line in str(error).splitlines() if line.strip()]
    kept = [line for line in lines[:4] if not line.startswith(_NOISE)]
    text = re.sub(r" Use \"SET .*", "", " ".join(kept))
    if isinstance(error, MemoryError) or "Out of Memory" in text or "bad_alloc" in text:
        return Failed("memory", "")
    return Failed("engine", text)
