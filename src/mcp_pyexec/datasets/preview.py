"""A page of a table as JSON rows; nothing outside the page is touched, and no page is too long to be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from mcp_pyexec.datasets.values import json_value
from mcp_pyexec.errors import RequestError, nearest

__all__ = ["Column", "Preview", "preview"]

_CELL_CHARS = 50_000
_PAGE_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page.

    Attributes:
        type: As Arrow writes it; `binary` values are base64 (see `values`).
        nulls: In the whole table, not only the page.
    """

    name: str
    type: str
    nulls: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A page.

    Attributes:
        rows: One list per row, in the order of `columns`.
        next_offset: Where the next page starts, None after the last row.
        row_count: Of the whole table.
        cells_cut: How many values were too long to be shown whole; each ends in a mark that says so.
    """

    columns: tuple[Column, ...]
    rows: list[list[Any]]
    next_offset: int | None
    row_count: int
    cells_cut: int = 0


def preview(
    table: pa.Table, *, offset: int = 0, limit: int = 50, columns: Sequence[str] | None = None
) -> Preview:
    """Return `limit` rows from `offset` on, or fewer where they are long; at least one.

    Args:
        columns: Which, in this order; all if left out.

    Raises:
        RequestError: `unknown-column`, or `bad-range` for an offset or limit below zero.
    """
    for name, number in (("offset", offset), ("limit", limit)):
        if number < 0:
            raise RequestError("bad-range", f"{name}={number} is below 0. Rows are counted from 0.")
    chosen = table if columns is None else _select(table, columns)
    page = chosen.slice(offset, limit)
    rows, cut = _rows(page)
    after = offset + len(rows)
    return Preview(
        tuple(
            Column(f.name, str(f.type), c.null_count)
            for f, c in zip(chosen.schema, chosen.columns, strict=True)
        ),
        rows,
        after if rows and after < table.num_rows else None,
        table.num_rows,
        cut,
    )


def _rows(page: pa.Table) -> tuple[list[list[Any]], int]:
    """Return the rows that one answer can carry, and how many of their values were cut."""
    rows: list[list[Any]] = []
    size = cut = 0
    for number in range(page.num_rows):
        row = [json_value(column[number]) for column in page.columns]
        lengths = [_length(value) for value in row]
        size += sum(min(length, _CELL_CHARS) for length in lengths)
        if rows and size > _PAGE_CHARS:
            break
        rows.append([_shown(value, length) for value, length in zip(row, lengths, strict=True)])
        cut += sum(length > _CELL_CHARS for length in lengths)
    return rows, cut


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return len(json.dumps(value)) if isinstance(value, list | dict) else 8


def _shown(value: Any, length: int) -> Any:
    if length <= _CELL_CHARS:
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{text[:_CELL_CHARS]}… [cut: {length:,} characters in all; take a part of it with SQL or execute_code]"


def _select(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    for name in columns:
        if name not in table.column_names:
            raise RequestError(
                "unknown-column", f"There is no column {name!r}.{nearest(name, table.column_names)}"
            )
    return table.select(list(columns))
