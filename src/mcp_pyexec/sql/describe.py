"""Progressive description: names, then columns, then samples of one table."""

from __future__ import annotations

from dataclasses import replace

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.sql.description import Sample, Table
from mcp_pyexec.sql.results import Engine, Run

__all__ = ["describe_database"]

_LOOKED_AT = 100
_SHOWN = 80


def describe_database(
    engine: Engine, *, table: str | None, columns: bool, samples: int, run: Run
) -> tuple[Table, ...]:
    """Return the tables of one database.

    Args:
        table: Only this one, with columns and samples.
        columns: Whether all tables come with their columns.
        samples: Distinct values per column, of the first rows; at most 20.

    Raises:
        RequestError: `unknown-table`, or `bad-range` for the number of samples.
    """
    if not 0 <= samples <= 20:
        raise RequestError("bad-range", f"samples={samples} is outside 0 to 20.")
    tables = engine.tables()
    if table is None:
        return engine.columns(tables) if columns else tables
    found = next((t for t in tables if t.name.lower() == table.lower()), None)
    if found is None:
        raise RequestError(
            "unknown-table", f"There is no table {table!r}.{nearest(table, [t.name for t in tables])}"
        )
    (full,) = engine.columns([found])
    return (_with_samples(engine, full, samples, run),)


def _with_samples(engine: Engine, table: Table, samples: int, run: Run) -> Table:
    if not samples or not table.columns:
        return table
    mark = engine.quote_mark
    place = ".".join(mark + part.replace(mark, mark * 2) + mark for part in _parts(table.name))
    shown = [mark + c.name.replace(mark, mark * 2) + mark for c in table.columns if not c.masked]
    if not shown:
        return table
    sql = f"SELECT {', '.join(shown)} FROM {place} LIMIT {_LOOKED_AT}"  # noqa: S608 - quoted above
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
