"""Progressive description: names, then columns, then samples of one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import accumulate

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.sql.cached_engine import CachedEngine
from mcp_pyexec.sql.description import Sample, SchemaSize, Table
from mcp_pyexec.sql.results import Run

__all__ = ["Listing", "describe_database"]

_LOOKED_AT = 100
_SHOWN = 80
_NAMED_TABLES = 200
_FULL_TABLES = 60
_FULL_COLUMNS = 600
_SCHEMAS = 400
_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Listing:
    """The tables of one database, as many as an answer holds; see `description.Database`."""

    tables: tuple[Table, ...]
    total: int
    schemas: tuple[SchemaSize, ...] = ()


def describe_database(
    engine: CachedEngine, *, table: str | None, columns: bool, samples: int, run: Run
) -> Listing:
    """Return the tables of one database.

    Args:
        table: Only this one, with columns and samples; or all that match it, with `*` and `?` as in file names.
        columns: Whether tables come with their columns.
        samples: Distinct values per column, of the first rows; at most 20.

    Raises:
        RequestError: `unknown-table`, or `bad-range` for the number of samples.
    """
    if not 0 <= samples <= 20:
        raise RequestError("bad-range", f"samples={samples} is outside 0 to 20.")
    engine.look()
    if table is None:
        return _listed(engine, engine.tables(), columns=columns)
    found = _matching(engine, table) or _matching_now(engine, table)
    if len(found) == 1:
        (full,) = engine.columns(found)
        return Listing((_with_samples(engine, full, samples, run),), 1)
    return _listed(engine, found, columns=True)


def _listed(engine: CachedEngine, tables: Sequence[Table], *, columns: bool) -> Listing:
    """Return the first tables by name, and the first of those with columns if they are asked for."""
    named = tuple(tables[:_NAMED_TABLES])
    if columns:
        full = _within_columns(engine.columns(named[:_FULL_TABLES]))
        named = (*full, *named[len(full) :])
    if len(tables) <= _NAMED_TABLES:
        return Listing(named, len(tables))
    sizes = Counter(table.name.rpartition(".")[0] for table in tables)
    schemas = tuple(SchemaSize(name, count) for name, count in list(sizes.items())[:_SCHEMAS])
    return Listing(named, len(tables), schemas)


def _within_columns(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the first tables, one at the least, whose columns together are not too many."""
    counted = accumulate(len(table.columns) for table in tables)
    return tuple(
        table
        for number, (table, total) in enumerate(zip(tables, counted, strict=True))
        if not number or total <= _FULL_COLUMNS
    )


def _matching(engine: CachedEngine, table: str) -> list[Table]:
    wanted = table.casefold()
    exact = [t for t in engine.tables() if t.name.casefold() == wanted]
    if exact or not _WILD & {*table}:
        return exact[:1]
    return [t for t in engine.tables() if fnmatchcase(t.name.casefold(), wanted)]


def _matching_now(engine: CachedEngine, table: str) -> list[Table]:
    """Look again without what was remembered: the table may be new."""
    engine.forget()
    found = _matching(engine, table)
    if not found:
        near = nearest(table, [t.name for t in engine.tables()])
        raise RequestError("unknown-table", f"There is no table {table!r}.{near}")
    return found


def _with_samples(engine: CachedEngine, table: Table, samples: int, run: Run) -> Table:
    if not samples or not table.columns:
        return table
    mark = engine.quote_mark
    place = ".".join(mark + part.replace(mark, mark * 2) + mark for part in _parts(table.name))
    shown = [mark + c.name.replace(mark, mark * 2) + mark for c in table.columns if not c.masked]
    if not shown:
        return table
    sql = engine.first_rows.format(columns=", ".join(shown), place=place, count=_LOOKED_AT)
    rows = engine.fetch(sql, {}, run).table
    seen = {name: rows.column(name).to_pylist() for name in rows.column_names}
    columns = tuple(replace(c, samples=_distinct(seen.get(c.name, []), samples)) for c in table.columns)
    return replace(table, columns=columns)


def _parts(name: str) -> list[str]:
    return name.split(".", 1)


def _distinct(values: list[object], count: int) -> tuple[Sample, ...]:
    found: dict[Sample, None] = {}
    for value in values:
        if value is not None:
            found.setdefault(_sample(value))
        if len(found) == count:
            break
    return tuple(found)


def _sample(value: object) -> Sample:
    if isinstance(value, bool | int) or (isinstance(value, float) and value - value == 0):
        return value
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
