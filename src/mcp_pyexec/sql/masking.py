"""Statements whose tables have no sensitive columns: each such table is replaced, where it is named, by a subquery.

Invariant: after `Masking.rewrite` a sensitive column stands nowhere in the tree but in the projections that were put
in here, and whatever the statement does with a table, it does with what that projection gives. So aliases,
expressions, conditions, orders, `SELECT *`, whole rows and joins need no rules of their own.

A name that is not certainly a common table expression is a table; a table that the catalogue does not list is
refused, and so is a view that leads to a sensitive column or cannot be looked through.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from sqlglot import exp

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.sql.dialects import PARSER
from mcp_pyexec.sql.protected import ProtectedTable

__all__ = ["MASK", "Masking", "Tables"]

MASK = "***"
"""What stands for a value; NULL stays NULL."""

_OUTSIDE = ("alias", "joins", "laterals", "pivots")
"""Arguments of a table that are about its result, and so belong to the subquery in its place."""

_KEPT_INSIDE = ("only", "sample", "partition")
_INSIDE = {"this", "db", "catalog", *_KEPT_INSIDE}
_TELLING = {"sqlite": {"sqlite_master", "sqlite_schema"}, "duckdb": {"sqlite_master"}}
"""Catalogue tables without a schema that hold no value of a row."""

_ROW_IDS = {"rowid", "_rowid_", "oid"}
_UPPER_TO_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Tables(Protocol):
    """What the rules say of a database's tables, as `Protected` reads it from the catalogue."""

    def find(self, schema: str, table: str) -> ProtectedTable | None:
        """Return the table that a statement names, or None if there is none."""

    def given(self) -> list[ProtectedTable]:
        """Return every table of which something is given."""


class Masking:
    """Rewrites statements of one database.

    Args:
        dialect: Its family, as `dialects.FAMILY` has it.
    """

    def __init__(self, tables: Tables, dialect: str) -> None:
        self._tables = tables
        self._dialect = dialect

    def rewrite(self, tree: exp.Expr) -> None:
        """Change a parsed statement so that it cannot read a sensitive column.

        Raises:
            RequestError: `column-protected`, for a table that cannot be given without its sensitive columns.
        """
        nodes = [*tree.find_all(exp.Table, exp.Column, exp.In)]
        columns = [node for node in nodes if isinstance(node, exp.Column)]
        self._check_memberships(nodes)
        places = [node for node in nodes if isinstance(node, exp.Table) and self._is_base(node)]
        found = [(table, self._found(table)) for table in places]
        sensitive = [(table, known) for table, known in found if known is not None and known.sensitive]
        if sensitive:
            self._check_row_ids(columns, {column for _, known in sensitive for column in known.columns})
        _unqualify(columns, {table.name.casefold() for table, _ in sensitive})
        for table, known in sensitive:
            self._replace(table, known)

    def _check_memberships(self, nodes: Iterable[exp.Expr]) -> None:
        """Refuse `x IN table`, which only SQLite has and the parser holds for a column."""
        if self._dialect == "sqlite" and any(
            isinstance(node, exp.In) and isinstance(node.args.get("field"), exp.Column) for node in nodes
        ):
            raise _refused("IN with a table's name", "Write IN (SELECT column FROM table).")

    def _check_row_ids(self, named_columns: Iterable[exp.Column], columns: set[str]) -> None:
        """Refuse SQLite's row ids: of a subquery they are NULL, which would be a wrong answer."""
        named = {column.name.lower() for column in named_columns} - {c.lower() for c in columns}
        if self._dialect == "sqlite" and named & _ROW_IDS:
            raise _refused(
                "rowid beside a table with protected columns", "Name a column of the table instead."
            )

    def _is_base(self, table: exp.Table) -> bool:
        named = isinstance(table.this, exp.Identifier) and table.arg_key != "indexed"
        return named and not self._is_defined(table)

    def _is_defined(self, table: exp.Table) -> bool:
        """Return True only where the engine is certain to find a common table expression of that name."""
        if table.db or table.catalog:
            return False
        wanted = self._folded(table.this)
        within: exp.Expr | None = None
        node: exp.Expr | None = table
        while node is not None:
            if isinstance(node, exp.CTE):
                within = node
            known = node.args.get("with_")
            if isinstance(known, exp.With) and any(
                self._folded(name) == wanted for name in _visible(known, within)
            ):
                return True
            node = node.parent
        return False

    def _folded(self, name: exp.Expr) -> str:
        """Return the name as the engine compares it, at the least as strictly: ASCII letters only, or none."""
        quoted = bool(name.args.get("quoted"))
        if self._dialect == "mysql" or (self._dialect == "postgresql" and quoted):
            return name.name
        return name.name.translate(_UPPER_TO_LOWER)

    def _found(self, table: exp.Table) -> ProtectedTable | None:
        """Return what is known of the table, or None for a catalogue table that tells no values."""
        if table.db.lower() == "information_schema":
            return None  # the guard lets through those that tell names only
        if not table.db and table.name.lower() in _TELLING.get(self._dialect, ()):
            return None
        if table.catalog:
            raise _refused(f"{table.sql()}, a name of three parts", "Leave out the first part.")
        known = self._tables.find(table.db, table.name)
        if known is None:
            raise _refused(
                f"the table {table.name!r}, which describe_database does not list",
                "Columns of this database are protected, so only listed tables are read."
                + nearest(table.name, [known.name for known in self._tables.given()]),
            )
        if known.refusal:
            raise _refused(f"{known.name!r}, which {known.refusal}", "Query the tables behind it instead.")
        return known

    def _replace(self, table: exp.Table, known: ProtectedTable) -> None:
        extra = {name for name, value in table.args.items() if value} - {*_INSIDE, *_OUTSIDE}
        if extra:
            raise _refused(f"{known.name!r} with {min(extra)}", "Name the table alone.")
        projected: exp.Expr
        if any(table.args.get(name) for name in _KEPT_INSIDE):
            projected = _projected(table, known)
        else:
            projected = exp.Var(this=_text(known, self._dialect))
        if isinstance(table.parent, exp.Describe | exp.Summarize):
            if self._dialect == "mysql":
                raise _refused(f"DESCRIBE of {known.name!r}", "Use describe_database.")
            table.replace(_projected(table, known))
            return
        outside = {name: table.args[name] for name in _OUTSIDE if table.args.get(name)}
        outside.setdefault("alias", exp.TableAlias(this=table.this.copy()))
        table.replace(exp.Subquery(this=projected, **outside))


def _visible(known: exp.With, within: exp.Expr | None) -> Iterable[exp.Expr]:
    """Yield the names that a WITH defines where the look-up comes from.

    Inside one of its own expressions (`within`) those are the earlier ones, and itself where it is recursive.
    """
    for cte in known.expressions:
        name: exp.Expr = cte.args["alias"].this
        if cte is within:
            if known.args.get("recursive"):
                yield name
            return
        yield name


@lru_cache(maxsize=1024)
def _text(known: ProtectedTable, dialect: str) -> str:
    """Return what a table gives, generated once: it stands in every statement as the same text."""
    return _projected(exp.Table(), known).sql(PARSER[dialect], comments=False, copy=False)


def _projected(table: exp.Table, known: ProtectedTable) -> exp.Select:
    """Return the SELECT of a table's columns, with the mask over some."""
    return exp.Select(expressions=[*_projection(known)]).from_(_inner(table, known), copy=False)


def _inner(table: exp.Table, known: ProtectedTable) -> exp.Table:
    """Return the table itself, by the full name that the catalogue has for it."""
    kept = {name: table.args[name] for name in _KEPT_INSIDE if name in table.args}
    place = {"db": exp.to_identifier(known.schema, quoted=True)} if known.schema else {}
    return exp.Table(this=exp.to_identifier(known.table, quoted=True), **place, **kept)


def _projection(known: ProtectedTable) -> Iterable[exp.Expr]:
    for name in known.columns:
        column = exp.column(exp.to_identifier(name, quoted=True))
        if name in known.masked:
            null = exp.Case(
                ifs=[exp.If(this=exp.Is(this=column, expression=exp.Null()), true=exp.Null())],
                default=exp.Literal.string(MASK),
            )
            yield exp.alias_(null, name, quoted=True)
        else:
            yield column


def _unqualify(columns: Iterable[exp.Column], replaced: set[str]) -> None:
    """Drop the schema in front of a replaced table's columns: a subquery has none."""
    for column in columns:
        if column.args.get("db") and column.table.casefold() in replaced:
            column.set("db", None)
            column.set("catalog", None)


def _refused(part: str, advice: str) -> RequestError:
    return RequestError("column-protected", f"Refused: {part}. {advice}")
