"""An engine whose catalogue shows no hidden column and no view that leads to a sensitive one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mcp_pyexec.sql.description import Column, Table
from mcp_pyexec.sql.protected import Protected, ProtectedTable
from mcp_pyexec.sql.results import Engine, Fetched, Run, Value

__all__ = ["MaskedEngine"]


class MaskedEngine:
    """An open engine under rules. `fetch` is unchanged: what it is given was rewritten before."""

    def __init__(self, engine: Engine, protected: Protected) -> None:
        self._engine = engine
        self._protected = protected

    @property
    def quote_mark(self) -> str:
        """The engine's."""
        return self._engine.quote_mark

    @property
    def first_rows(self) -> str:
        """The engine's."""
        return self._engine.first_rows

    @property
    def notes(self) -> str:
        """The engine's, and that columns are protected."""
        told = "Some columns are hidden, or masked: their values read '***'."
        return " ".join(filter(None, (self._engine.notes, told)))

    def fetch(self, sql: str, parameters: Mapping[str, Value], run: Run) -> Fetched:
        """Return what the engine does."""
        return self._engine.fetch(sql, parameters, run)

    def tables(self) -> tuple[Table, ...]:
        """Return the tables and views of which something is given."""
        given = {known.name for known in self._protected.given()}
        return tuple(table for table in self._engine.tables() if table.name in given)

    def columns(self, tables: Sequence[Table]) -> tuple[Table, ...]:
        """Return the tables with the columns that are not hidden."""
        described = self._engine.columns(tables)
        return tuple(_without(table, self._protected.of(table)) for table in described)

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


def _without(table: Table, known: ProtectedTable) -> Table:
    shown = [column for column in table.columns if not known.refusal and column.name not in known.hidden]
    return replace(table, columns=tuple(_veiled(c) if c.name in known.masked else c for c in shown))


def _veiled(column: Column) -> Column:
    return replace(column, masked=True, distinct=None, samples=())
