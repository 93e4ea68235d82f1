"""CSV, TSV, JSON lines, JSON and Parquet: what DuckDB reads by itself, with types from the values.

A value that does not fit the type guessed from the first rows makes the whole file be looked at before it is read
again. Text that is not UTF-8 is refused, since guessing would change it; UTF-16 with its mark in front is
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pyexec_guest.conversion.target import NO_ROOM, Target, failure, literal_path, text_literal

__all__ = ["copy_plain"]

_READERS = {"csv": "read_csv", "tsv": "read_csv", "json": "read_json"}
_FOUND = "Delimiter, Quote, Escape"
_SEPARATORS = ",;\t|"
_LATE = (duckdb.ConversionException, duckdb.InvalidInputException)
_GUESSED_WRONG = ("Could not convert", "Failed to cast")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def copy_plain(target: Target, file: Mapping[str, Any]) -> None:
    """Make the table of one file, or of one folder of partitions.

    Raises:
        ConversionError: The file is not what its name says, with the place in it where that is known.
    """
    try:
        if file["kind"] in _READERS:
            _copy_text(target, file)
        else:
            paths = [literal_path(path) for path in file["parts"]]
            together = ", hive_partitioning = true, union_by_name = true" * (file["kind"] == "partitions")
            select = f"SELECT * FROM read_parquet(?{together})"  # noqa: S608 - our own words
            target.create(file["table"], file["label"], select, [paths])
    except duckdb.Error as error:
        raise failure(file, error, _advice(str(error))) from None


def _copy_text(target: Target, file: Mapping[str, Any]) -> None:
    path = [literal_path(file["path"])]
    options, found = ({}, {}) if file["kind"] == "json" else _separated(target, file)
    try:
        target.create(file["table"], file["label"], _select(file, {**options, **found}), path)
    except _LATE as error:
        if not any(said in str(error) for said in _GUESSED_WRONG):
            raise
        target.create(file["table"], file["label"], _select(file, {**options, "sample_size": "-1"}), path)


def _separated(target: Target, file: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what DuckDB is told of a CSV file beside its path, and what it has found out already.

    To look for marks twice would be half of what a small file costs.

    Rows of different lengths would be read as one column, or the first of them be left out as a preamble: such a
    file is read with the columns of its first line, so that DuckDB names the line that is wrong.
    """
    options = {"delim": "'\t'"} if file["kind"] == "tsv" else {}
    with Path(file["path"]).open("rb") as stream:
        if stream.read(2) in _UTF_16:
            return {**options, "encoding": "'utf-16'"}, {}
    given = "".join(f", {name} = {value}" for name, value in options.items())
    sniffed = f"SELECT {_FOUND}, SkipRows, Columns[1].name, len(Columns) FROM sniff_csv(?{given})"  # noqa: S608
    ((mark, quote, escape, skipped, first, count),) = target.rows(sniffed, [literal_path(file["path"])])
    marks = {"delim": mark, "quote": quote, "escape": escape}
    found = {name: text_literal(one.replace("(empty)", "")) for name, one in marks.items()}
    if count == 1:
        mark = next((m for m in _SEPARATORS if m in first), mark)
    heading = _first_lines(target, file, max(1, skipped))
    ragged = [line for line in heading[:skipped] if mark in line and not line.startswith("#")]
    if ragged or (count == 1 and mark in first):
        return {
            "auto_detect": "false",
            "header": "true",
            "delim": text_literal(mark),
            "columns": _columns(heading[0], mark),
        }, {}
    return options, found


def _first_lines(target: Target, file: Mapping[str, Any], count: int) -> list[str]:
    whole = "auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = '\1', quote = '', escape = ''"
    rows = target.rows(
        f"SELECT * FROM read_csv(?, {whole}) LIMIT {count}",  # noqa: S608 - our own words
        [literal_path(file["path"])],
    )
    return [line or "" for (line,) in rows]


def _columns(line: str, mark: str) -> str:
    names = [name.strip().strip('"') or f"column{number}" for number, name in enumerate(line.split(mark))]
    return "{" + ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in names) + "}"


def _select(file: Mapping[str, Any], options: Mapping[str, str]) -> str:
    given = "".join(f", {name} = {value}" for name, value in options.items())
    return f"SELECT * FROM {_READERS[file['kind']]}(?{given})"  # noqa: S608 - our own words


def _advice(text: str) -> str:
    if "unicode" in text:
        return "Save it as UTF-8, for example with: iconv -f LATIN1 -t UTF-8."
    if "GZIP" in text or "ZSTD" in text.upper():
        return "Its name says that it is compressed, and it is not; rename it."
    if "File too large" in text or "No space" in text:
        return NO_ROOM
    return ""
