"""One SQLite file through ADBC, by columns, where that gives exactly the values that are there.

SQLite has a type for each value, ADBC one for each column, which it finds in the first batch: whole numbers become
floats in a column that has both, and numbers become text in a column that has text. A result in which that may have
happened is declined, as is one that ADBC gives up; the host has a slower way that keeps every value.

The host sees to it that nobody writes to the file meanwhile, which is why it is opened as one that never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
from adbc_driver_sqlite import dbapi

from pyexec_guest.reader import result, table
from pyexec_guest.reader.failed import Failed

__all__ = ["Database"]

_BATCH = {"adbc.sqlite.query.batch_rows": 32_768}
_EXACT = 2.0**53
_NUMBER = r"(?i)^-?(\d+(\.\d+)?(e[+-]?\d+)?|inf|nan)$"
"""How ADBC and SQLite write a number that becomes text."""
_TYPES = {pa.int64(), pa.float64(), pa.string(), pa.binary()}


class Database:
    """The file; every query has a connection of its own, so that it never sees pages of an earlier state."""

    def __init__(self, file: str, configuration: Mapping[str, Any]) -> None:
        self._uri = f"file:{quote(file)}?mode=ro&immutable=1"
        self._settings = [f"PRAGMA {name} = {value}" for name, value in configuration.items()]
        self._stopped = False

    def interrupt(self) -> None:
        """Make the query under way stop after its batch, if there is one; from any thread."""
        self._stopped = True

    def fetch(self, query: Mapping[str, Any], memory: int) -> dict[str, Any]:
        """Write the result of one statement into the memory, and return what to say of it.

        Args:
            query: `sql`, without parameters, `row_limit` and `byte_limit`.
            memory: Its descriptor; of a fixed size.

        Raises:
            Failed: If there is none, or none that is exact.
        """
        self._stopped = False
        try:
            with (
                dbapi.connect(self._uri) as connection,
                closing(connection.cursor(adbc_stmt_kwargs=_BATCH)) as cursor,
            ):
                for setting in self._settings:
                    cursor.execute(setting)
                cursor.execute(query["sql"])
                rows = self._rows(cursor.fetch_record_batch(), query)
            return {"bytes": rows.write(memory), "complete": rows.complete}
        except (dbapi.Error, pa.ArrowException, OSError) as error:
            raise Failed("declined", str(error)) from None
        except result.LongRow as error:
            raise Failed("row", str(error)) from None
        except table.TooSmall:
            raise Failed("size", "") from None

    def _rows(self, reader: pa.RecordBatchReader, query: Mapping[str, Any]) -> result.Rows:
        kinds = [""] * len(reader.schema)
        rows = result.Rows(reader.schema, kinds, row_limit=query["row_limit"], byte_limit=query["byte_limit"])
        for batch in _ahead(reader):
            if not all(map(_exact, batch.columns)):
                raise Failed("declined", "values of several types in one column")
            if self._stopped or not rows.add(batch):
                break
        rows.retype_empty_columns(pa.string())
        return rows


def _ahead(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the batches; while one is worked on, the next is read in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, reader, None)
        while (batch := coming.result()) is not None:
            coming = thread.submit(next, reader, None)
            yield batch


def _exact(values: pa.Array) -> bool:
    """Return whether each value is as it was stored."""
    if values.type == pa.float64():
        largest = pc.max(pc.abs(values)).as_py()
        return largest is None or largest < _EXACT
    if values.type in (pa.string(), pa.binary()):
        return not pc.any(pc.match_substring_regex(values, _NUMBER)).as_py()
    return values.type in _TYPES
