"""SQLite and DuckDB files: their tables, copied. Views are left out: they are programs, and their tables are here.

SQLite columns have no types; each gets the narrowest that keeps every value. Text in a column declared as a date
or time becomes one if all of it is written as one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pyexec_guest.conversion.names import table_name
from pyexec_guest.conversion.target import ConversionError, Target, failure, quoted, text_literal

__all__ = ["copy_database"]

_BATCH_ROWS = 8_192
_COLUMNS_AT_ONCE = 200
_EXACT = 2**53
_TABLES = """
    SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
"""
_DAY = r"\d{4}-\d\d-\d\d"
_WRITTEN = {"DATE": _DAY, "TIMESTAMP": _DAY + r"([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?"}


def copy_database(target: Target, file: Mapping[str, Any]) -> None:
    """Make a table of each table of the file, with the file's name in front of its own.

    Raises:
        ConversionError: It is neither SQLite nor DuckDB, is damaged, or holds text that is not UTF-8.
    """
    with Path(file["path"]).open("rb") as stream:
        start = stream.read(16)
    try:
        if start.startswith(b"SQLite format 3\0"):
            _copy_sqlite(target, file)
        elif start[8:12] == b"DUCK":
            _copy_duckdb(target, file)
        else:
            raise ConversionError(f"{file['label']} is neither a SQLite nor a DuckDB database. Leave it out.")
    except (sqlite3.Error, duckdb.Error, pa.ArrowException, OSError) as error:
        raise failure(
            file, error, "Check that it is whole and that no program holds it for writing."
        ) from None


def _copy_duckdb(target: Target, file: Mapping[str, Any]) -> None:
    target.execute(f"ATTACH {text_literal(file['path'])} AS source (READ_ONLY)")
    tables = target.rows(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' ORDER BY 1, 2"
    )
    for schema, name in tables:
        place = f"source.{quoted(schema)}.{quoted(name)}"
        own = name if schema == "main" else f"{schema}_{name}"
        label = f"{file['label']}, table {own!r}"
        target.create(f"{file['table']}_{table_name(own)}", label, f"SELECT * FROM {place}")  # noqa: S608 - quoted
    target.execute("DETACH source")


def _copy_sqlite(target: Target, file: Mapping[str, Any]) -> None:
    uri = Path(file["path"]).as_uri() + "?mode=ro"
    # DuckDB asks for the rows from threads of its own, one at a time.
    with closing(
        sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5, check_same_thread=False)
    ) as source:
        source.execute("PRAGMA query_only = ON")
        source.execute("PRAGMA trusted_schema = OFF")
        source.execute("BEGIN")
        for (name,) in source.execute(_TABLES).fetchall():
            _copy_table(target, file, source, name)


def _copy_table(target: Target, file: Mapping[str, Any], source: sqlite3.Connection, name: str) -> None:
    info = source.execute(
        "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", (name,)
    ).fetchall()
    columns = _typed(source, name, info)
    table = f"{file['table']}_{table_name(name)}"
    schema = pa.schema([(column.name, column.type) for column in columns])
    values = ", ".join(column.expression for column in columns)
    cursor = source.execute(f"SELECT {values} FROM {quoted(name)}")  # noqa: S608 - quoted
    incoming = pa.RecordBatchReader.from_batches(schema, _batches(cursor, schema))
    target.create_from_arrow(table, f"{file['label']}, table {name!r}", incoming)
    for column in columns:
        _as_declared(target, table, column)


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    declared: str
    type: pa.DataType
    expression: str


def _typed(source: sqlite3.Connection, table: str, info: list[tuple[str, str]]) -> list[_Column]:
    """Return the columns with their types, from one pass over every two hundred of them."""
    columns = []
    for start in range(0, len(info), _COLUMNS_AT_ONCE):
        part = info[start : start + _COLUMNS_AT_ONCE]
        counted = ", ".join(_counts(quoted(name)) for name, _ in part)
        seen = source.execute(f"SELECT {counted} FROM {quoted(table)}").fetchone()  # noqa: S608 - quoted
        for number, (name, declared) in enumerate(part):
            columns.append(_column(name, declared.upper(), *seen[number * 6 : number * 6 + 6]))
    return columns


def _counts(name: str) -> str:
    kinds = ", ".join(f"total(typeof({name}) = '{kind}')" for kind in ("integer", "real", "text", "blob"))
    large = f"total(typeof({name}) = 'integer' AND ({name} > {_EXACT} OR {name} < -{_EXACT}))"
    return f"{kinds}, {large}, total(typeof({name}) = 'integer' AND {name} NOT IN (0, 1))"


def _column(
    name: str, declared: str, whole: float, real: float, text: float, blob: float, large: float, many: float
) -> _Column:
    place = quoted(name)
    if blob:
        return _Column(name, "", pa.large_binary(), f"CAST({place} AS BLOB)")
    if text and not (whole or real):
        return _Column(name, declared, pa.large_string(), place)
    if text or (whole and real and large):
        return _Column(name, "", pa.large_string(), f"CAST({place} AS TEXT)")
    if real:
        return _Column(name, "", pa.float64(), place)
    if "BOOL" in declared and not many:
        return _Column(name, "", pa.bool_(), place)
    if whole:
        return _Column(name, "", pa.int64(), place)
    return _Column(name, declared, _declared_type(declared), place)


def _declared_type(declared: str) -> pa.DataType:
    """Return the type of a column without a value, by SQLite's rules of affinity."""
    if "INT" in declared:
        return pa.int64()
    if any(word in declared for word in ("REAL", "FLOA", "DOUB")):
        return pa.float64()
    return pa.large_binary() if declared == "BLOB" else pa.large_string()


def _batches(cursor: sqlite3.Cursor, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    make = [bool if kind == pa.bool_() else None for kind in schema.types]
    while rows := cursor.fetchmany(_BATCH_ROWS):
        arrays = [
            pa.array([None if v is None else how(v) for v in values] if how else values, kind)
            for values, kind, how in zip(zip(*rows, strict=True), schema.types, make, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _as_declared(target: Target, table: str, column: _Column) -> None:
    if column.type != pa.large_string() or not ("DATE" in column.declared or "TIME" in column.declared):
        return
    place, name = quoted(table), quoted(column.name)
    for kind, written in _WRITTEN.items():
        wrong = (
            f"SELECT 1 FROM {place} WHERE {name} IS NOT NULL AND (NOT regexp_full_match({name}, ?) "  # noqa: S608
            f"OR TRY_CAST({name} AS {kind}) IS NULL) LIMIT 1"
        )
        if not target.rows(wrong, [written]):
            target.execute(f"ALTER TABLE {place} ALTER {name} TYPE {kind}")
            return
