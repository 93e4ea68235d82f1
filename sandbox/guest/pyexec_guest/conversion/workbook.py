"""Excel workbooks: one table per filled, visible sheet.

The first filled row names the columns: one without a name is `column_3`, a second `id` is `id_2`. Cells that are
empty or hold an error are NULL. A column of whole numbers is BIGINT, of numbers DOUBLE, of dates DATE or TIMESTAMP,
of one other kind that kind, and of several kinds text.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pyexec_guest.conversion.names import table_name
from pyexec_guest.conversion.target import ConversionError, Target, failure

__all__ = ["copy_workbook"]

_MIB = 1 << 20
_UNPACKED_BYTES = 1024 * _MIB
_CELLS = 20_000_000
_BATCH_ROWS = 8_192
_EXACT = 2**53
_ERRORS = frozenset({"#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#GETTING_DATA"})
_TYPES = {
    bool: pa.bool_(),
    dt.date: pa.date32(),
    dt.datetime: pa.timestamp("us"),
    dt.time: pa.time64("us"),
    dt.timedelta: pa.duration("us"),
}


def copy_workbook(target: Target, file: Mapping[str, Any]) -> None:
    """Make the tables of one workbook; one without a filled sheet is an empty table.

    Raises:
        ConversionError: It is not a workbook, has a password, or unpacks to more than this program takes.
    """
    try:
        _check_size(file)
        with CalamineWorkbook.from_path(file["path"]) as workbook:
            names = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            filled = [name for name in names if workbook.get_sheet_by_name(name).start is not None]
            for name in filled:
                _copy_sheet(target, file, workbook.get_sheet_by_name(name), alone=len(filled) == 1)
            if not filled:
                target.create(file["table"], file["label"], "SELECT NULL::VARCHAR AS column_1 LIMIT 0")
    except (CalamineError, zipfile.BadZipFile, duckdb.Error, pa.ArrowException, OSError) as error:
        raise failure(file, error, "It must be an .xlsx workbook without a password.") from None


def _copy_sheet(target: Target, file: Mapping[str, Any], sheet: CalamineSheet, *, alone: bool) -> None:
    table = file["table"] if alone else f"{file['table']}_{table_name(sheet.name)}"
    label = f"{file['label']}, sheet {sheet.name!r}"
    if sheet.width * sheet.height > _CELLS:
        raise ConversionError(
            f"{label} spans {sheet.height:,} rows × {sheet.width:,} columns, at most {_CELLS:,} cells are read. "
            "Delete stray cells far from the table, or save it as CSV."
        )
    rows = sheet.to_python(skip_empty_area=True)
    kinds = [_Seen() for _ in rows[0]]
    for row in rows[1:]:
        for seen, value in zip(kinds, row, strict=True):
            seen.note(value)
    kept = [index for index, seen in enumerate(kinds) if rows[0][index] != "" or seen.types]
    plans = [kinds[index].plan() for index in kept]
    schema = pa.schema(zip(_names(rows[0], kept), (kind for kind, _ in plans), strict=True))
    incoming = pa.RecordBatchReader.from_batches(schema, _batches(rows[1:], kept, plans, schema))
    target.create_from_arrow(table, label, incoming)


class _Seen:
    """What the cells of one column are."""

    def __init__(self) -> None:
        self.types: set[type] = set()
        self.whole = True

    def note(self, value: Any) -> None:
        if _is_null(value):
            return
        self.types.add(type(value))
        if self.whole and type(value) is float:
            self.whole = value.is_integer() and abs(value) <= _EXACT

    def plan(self) -> tuple[pa.DataType, Callable[[Any], Any]]:
        """Return the type that keeps every cell, and what makes a cell of it."""
        if self.types and self.types <= {int, float}:
            return (pa.int64(), int) if self.whole else (pa.float64(), float)
        if self.types == {dt.date, dt.datetime}:
            return _TYPES[dt.datetime], _as_datetime
        if len(self.types) == 1 and (kind := next(iter(self.types))) in _TYPES:
            return _TYPES[kind], _itself
        return pa.large_string(), _as_text


def _batches(
    rows: Sequence[Sequence[Any]],
    kept: Sequence[int],
    plans: Sequence[tuple[pa.DataType, Callable[[Any], Any]]],
    schema: pa.Schema,
) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), _BATCH_ROWS):
        part = rows[start : start + _BATCH_ROWS]
        arrays = [
            pa.array([None if _is_null(row[index]) else make(row[index]) for row in part], kind)
            for index, (kind, make) in zip(kept, plans, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _names(header: Sequence[Any], kept: Sequence[int]) -> list[str]:
    """Return the columns' names, each once; DuckDB holds `ID` and `id` for one."""
    taken: set[str] = set()
    names = []
    for position in kept:
        first = _as_text(header[position]).strip() or f"column_{position + 1}"
        name, number = first, 2
        while name.lower() in taken:
            name, number = f"{first}_{number}", number + 1
        taken.add(name.lower())
        names.append(name)
    return names


def _check_size(file: Mapping[str, Any]) -> None:
    """Refuse by what the archive says of itself; if it lies, the process's memory ends first."""
    with zipfile.ZipFile(file["path"]) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > _UNPACKED_BYTES:
        raise ConversionError(
            f"{file['label']} unpacks to {unpacked // _MIB:,} MiB, at most {_UNPACKED_BYTES // _MIB:,} are read. "
            "Save its sheets as CSV."
        )


def _is_null(value: Any) -> bool:
    return value == "" or (type(value) is str and value in _ERRORS)


def _itself(value: Any) -> Any:
    return value


def _as_datetime(value: dt.date) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)


def _as_text(value: Any) -> str:
    if type(value) is float and value.is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    return str(value)
