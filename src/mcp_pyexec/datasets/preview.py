"""A page of a table as JSON rows; nothing outside the page is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from mcp_pyexec.datasets.values import json_value
from mcp_pyexec.errors import RequestError, nearest

__all__ = ["Column", "Preview", "preview"]


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
    """

    columns: tuple[Column, ...]
    rows: list[list[Any]]
    next_offset: int | None
    row_count: int


def preview(
    table: pa.Table, *, offset: int = 0, limit: int = 50, columns: Sequence[str] | None = None
) -> Preview:
    """Return `limit` rows from `offset` on.

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
    values = [[json_value(scalar) for scalar in column] for column in page.columns]
    after = offset + page.num_rows
    return Preview(
        tuple(
            Column(f.name, str(f.type), c.null_count)
            for f, c in zip(chosen.schema, chosen.columns, strict=True)
        ),
        [list(row) for row in zip(*values, strict=True)] if values else [[] for _ in range(page.num_rows)],
        after if page.num_rows and after < table.num_rows else None,
        table.num_rows,
    )


def _select(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    for name in columns:
        if name not in table.column_names:
            raise RequestError(
                "unknown-column", f"There is no column {name!r}.{nearest(name, table.column_names)}"
            )
    return table.select(list(columns))
