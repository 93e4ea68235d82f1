"""One DuckDB database, read-only whatever the statement: DuckDB's own locks, inside the jail's.

Enforced here: opened `read_only`, external access off (no files, no network, no ATTACH, no COPY), extensions off,
look-up of Python variables as tables off, configuration locked, memory and threads bounded, no spilling to disk,
and DuckDB's own parser must see exactly one statement that reads. The settings come from the host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import duckdb
import pyarrow as pa

from pyexec_guest.reader import result, table
from pyexec_guest.reader.failed import Failed

__all__ = ["Database"]

_BATCH_ROWS = 8_192
_NOISE = ("Did you mean", "LINE ", "Possible solutions", "*", " ")
_READS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}
"""MULTI is a PIVOT whose columns DuckDB finds first."""


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

    def fetch(self, query: Mapping[str, Any], memory: int) -> dict[str, Any]:
        """Write the result of one statement that reads into the memory, and return what to say of it.

        Args:
            query: `sql`, `parameters`, `row_limit` and `byte_limit`.
            memory: Its descriptor; of a fixed size.

        Raises:
            Failed: If there is none.
        """
        with closing(self._root.cursor()) as cursor:
            self._stopped, self._cursor = False, cursor
            try:
                _check_statement(cursor, query["sql"])
                rows = self._rows(cursor, query)
                return {"bytes": rows.write(memory), "complete": rows.complete}
            except (duckdb.Error, pa.ArrowException, OSError, RuntimeError) as error:
                raise _failed(error) from None
            except result.LongRow as error:
                raise Failed("row", str(error)) from None
            except table.TooSmall:
                raise Failed("size", "") from None
            finally:
                self._cursor = None

    def _rows(self, cursor: duckdb.DuckDBPyConnection, query: Mapping[str, Any]) -> result.Rows:
        values = {name: _value(value) for name, value in query["parameters"].items()}
        relation = cursor.sql(query["sql"], params=values) if values else cursor.sql(query["sql"])
        kinds = [str(kind) for kind in relation.types]
        with relation.to_arrow_reader(_BATCH_ROWS) as reader:
            rows = result.Rows(
                reader.schema, kinds, row_limit=query["row_limit"], byte_limit=query["byte_limit"]
            )
            for batch in reader:
                if self._stopped or not rows.add(batch):
                    break
        return rows


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
