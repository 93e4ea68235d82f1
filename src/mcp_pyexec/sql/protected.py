"""What of a database may be read where some of its columns are sensitive, from its own catalogue.

A table is given without its hidden columns and with a mask over its masked ones. A view is given if all it reads is
given whole; tables that share rows by inheritance only if the same of their columns are sensitive.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.sensitive import ColumnPattern, ColumnRules
from mcp_pyexec.sql.definitions import Definitions, Place, read_definitions
from mcp_pyexec.sql.description import Table
from mcp_pyexec.sql.results import Engine

__all__ = ["Protected", "ProtectedTable"]

_FRESH_S = 10.0
"""How long a change of the database's tables may stay unseen."""

_LEADS_TO = "leads to columns that this server protects"
_OPAQUE = "this server cannot look through to see whether it leads to protected columns"
_EMPTY = "has no column that is not hidden"


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """One table or view.

    Attributes:
        name: As `describe_database` has it.
        schema: The schema it is in.
        table: Its name there.
        columns: Those that are not hidden, in order; read only where a rule may be about one.
        masked: Those of them whose values are replaced.
        hidden: The others.
        refusal: Why none of it is given, as the end of a sentence; empty for most.
    """

    name: str
    schema: str
    table: str
    columns: tuple[str, ...] = ()
    masked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    refusal: str = ""

    @property
    def sensitive(self) -> frozenset[str]:
        """The columns that a statement cannot have as they are."""
        return self.masked | self.hidden


class Protected:
    """The tables of one open database under its rules; looked at anew when the last look is a few seconds old.

    Args:
        dialect: Its family.
        default: The schema whose tables the catalogue names without it.

    Raises:
        RequestError: `database-unreachable`, for a rule that names one column which is not there.
    """

    def __init__(self, engine: Engine, rules: ColumnRules, dialect: str, default: str) -> None:
        self._engine, self._rules, self._dialect = engine, rules, dialect
        self._default = default
        self._lock = threading.Lock()
        self._tables: dict[str, ProtectedTable] = {}
        self._by_table: dict[str, list[ProtectedTable]] = {}
        self._looked = -_FRESH_S
        self._refresh()
        for pattern in (*rules.mask, *rules.hide):
            self._check(pattern)

    def find(self, schema: str, table: str) -> ProtectedTable | None:
        """Return the table that a statement names, or None if there is none.

        Raises:
            RequestError: `column-protected`, where the name could mean several tables.
        """
        self._refresh()
        found = [
            known
            for known in self._by_table.get(table.casefold(), ())
            if not schema or known.schema.casefold() == schema.casefold()
        ]
        found = [known for known in found if known.table == table] or found
        if len(found) > 1:
            named = " or ".join(known.name for known in found)
            raise RequestError(
                "column-protected", f"{table!r} could be {named}. Write the schema in front of it."
            )
        return found[0] if found else None

    def of(self, table: Table) -> ProtectedTable:
        """Return what is given of a table of the catalogue."""
        return self._tables.get(table.name) or ProtectedTable(table.name, "", table.name, refusal=_OPAQUE)

    def given(self) -> list[ProtectedTable]:
        """Return every table of which something is given."""
        self._refresh()
        return [known for known in self._tables.values() if not known.refusal]

    def _refresh(self) -> None:
        with self._lock:
            if time.monotonic() - self._looked < _FRESH_S:
                return
            tables = self._engine.tables()
            known = self._with_columns(tables)
            views = [self._place(table.name) for table in tables if table.kind == "view"]
            _refuse(known, views, read_definitions(self._engine, self._dialect), self._default)
            self._tables = {table.name: table for table in known.values()}
            self._by_table = defaultdict(list)
            for table in known.values():
                self._by_table[table.table.casefold()].append(table)
            self._looked = time.monotonic()

    def _with_columns(self, tables: Sequence[Table]) -> dict[Place, ProtectedTable]:
        """Return all tables by place, with columns where a rule may be about one, read in one go."""
        places = {table.name: self._place(table.name) for table in tables}
        concerned = [table for table in tables if self._rules.concern(*places[table.name])]
        known = {place: ProtectedTable(name, *place) for name, place in places.items()}
        for table in self._engine.columns(concerned) if concerned else ():
            place = places[table.name]
            names = [column.name for column in table.columns]
            hidden = frozenset(name for name in names if self._rules.hides(*place, name))
            known[place] = ProtectedTable(
                table.name,
                *place,
                tuple(name for name in names if name not in hidden),
                frozenset(name for name in names if self._rules.masks(*place, name)) - hidden,
                hidden,
                _EMPTY if len(hidden) == len(names) else "",
            )
        return known

    def _place(self, name: str) -> Place:
        schema, dot, table = name.partition(".")
        return (schema, table) if dot else (self._default, name)

    def _check(self, pattern: ColumnPattern) -> None:
        """Refuse to serve with a rule that protects nothing: it is misspelt, or the column was renamed."""
        if not pattern.exact:
            return
        known = [t for t in self._tables.values() if pattern.is_of(t.schema, t.table)]
        columns = {column.casefold() for t in known for column in (*t.columns, *t.hidden)}
        if pattern.column not in columns:
            near = nearest(pattern.column, columns) or nearest(pattern.table, [t.table for t in self.given()])
            raise RequestError(
                "database-unreachable",
                f"The rule {pattern.text!r} protects nothing: there is no such column. Its operator should correct or "
                f"remove it.{near}",
            )


def _refuse(
    known: dict[Place, ProtectedTable], views: Sequence[Place], definitions: Definitions, default: str
) -> None:
    """Mark what leads to sensitive columns, and whatever reads that, until nothing is added."""
    reads = {**dict.fromkeys(views), **_edges(known, definitions, default)}
    for place, places in reads.items():
        if place in known and places is None and not known[place].refusal:
            known[place] = replace(known[place], refusal=_OPAQUE)
    changed = True
    while changed:
        changed = False
        for place, places in reads.items():
            if place in known and not known[place].refusal and _leads_on(known, places or ()):
                known[place] = replace(known[place], refusal=_LEADS_TO)
                changed = True
    for group in _groups((_at(a, default), _at(b, default)) for a, b in definitions.inherited):
        sensitive = frozenset[str]().union(*(known[p].sensitive for p in group if p in known))
        for place in group:
            if place in known and known[place].sensitive != sensitive:
                known[place] = replace(known[place], refusal=_LEADS_TO)


def _edges(
    known: dict[Place, ProtectedTable], definitions: Definitions, default: str
) -> dict[Place, list[Place] | None]:
    """What each view or virtual table reads, as places that are known; None where one is not."""
    edges: dict[Place, list[Place] | None] = {}
    for view, reads in definitions.views.items():
        found = [_resolve(known, place) for place in reads or ()]
        unknown = any(
            not places and place[0] != "?" for places, place in zip(found, reads or (), strict=True)
        )
        edges[_at(view, default)] = (
            None if reads is None or unknown else [p for places in found for p in places]
        )
    for table, words in definitions.virtual.items():
        own = _at(table, default)
        edges[own] = [place for place in known if place != own and place[1].casefold() in words]
    return edges


def _resolve(known: dict[Place, ProtectedTable], place: Place) -> list[Place]:
    """Every table that a name in a view could mean; `?` as a schema stands for one that may be the view's own."""
    schema, name = place[0].casefold(), place[1].casefold()
    return [
        p for p in known if p[1].casefold() == name and (schema in ("", "?") or p[0].casefold() == schema)
    ]


def _leads_on(known: dict[Place, ProtectedTable], places: Iterable[Place]) -> bool:
    return any(known[place].sensitive or known[place].refusal for place in places)


def _groups(pairs: Iterable[tuple[Place, Place]]) -> list[set[Place]]:
    """Return the tables that hang together by pairs."""
    groups: list[set[Place]] = []
    for pair in pairs:
        touched = [group for group in groups if group & {*pair}]
        groups = [group for group in groups if group not in touched] + [set(pair).union(*touched)]
    return groups


def _at(place: Place, default: str) -> Place:
    return place if place[0] else (default, place[1])
