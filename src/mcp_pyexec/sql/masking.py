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

from sqlglot import exp

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.sql.protected import Protected, ProtectedTable

__all__ = ["MASK", "Masking"]

MASK = "***"
"""What stands for a value; NULL stays NULL."""

_OUTSIDE = ("alias", "joins", "laterals", "pivots")
"""Arguments of a table that are about its result, and so belong to the subquery in its place."""

_INSIDE = {"this", "db", "catalog", "only", "sample", "partition"}
_TELLING = {"sqlite": {"sqlite_master", "sqlite_schema"}, "duckdb": {"sqlite_master"}}
"""Catalogue tables without a schema that hold no value of a row."""

_ROW_IDS = {"rowid", "_rowid_", "oid"}
_UPPER_TO_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Masking:
    """Rewrites statements of one database.

    Args:
        dialect: Its family, as `dialects.FAMILY` has it.
    """

    def __init__(self, tables: Protected, dialect: str) -> None:
        self._tables = tables
        self._dialect = dialect

    def rewrite(self, tree: exp.Expr) -> None:
        """Change a parsed statement so that it cannot read a sensitive column.

        Raises:
            RequestError: `column-protected`, for a table that cannot be given without its sensitive columns.
        """
        self._check_memberships(tree)
        places = [table for table in tree.find_all(exp.Table) if self._is_base(table)]
        found = [(table, self._found(table)) for table in places]
        sensitive = [(table, known) for table, known in found if known is not None and known.sensitive]
        if sensitive:
            self._check_row_ids(tree, {column for _, known in sensitive for column in known.columns})
        _unqualify(tree, {table.name.casefold() for table, _ in sensitive})
        for table, known in sensitive:
            self._replace(table, known)

    def _check_memberships(self, tree: exp.Expr) -> None:
        """Refuse `x IN table`, which only SQLite has and the parser holds for a column."""
        if self._dialect == "sqlite" and any(
            isinstance(node.args.get("field"), exp.Column) for node in tree.find_all(exp.In)
        ):
            raise _refused("IN with a table's name", "Write IN (SELECT column FROM table).")

    def _check_row_ids(self, tree: exp.Expr, columns: set[str]) -> None:
        """Refuse SQLite's row ids: of a subquery they are NULL, which would be a wrong answer."""
        named = {column.name.lower() for column in tree.find_all(exp.Column)} - {c.lower() for c in columns}
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
        inner = _inner(table, known)
        projected = exp.Select(expressions=[*_projection(known)]).from_(inner, copy=False)
        if isinstance(table.parent, exp.Describe | exp.Summarize):
            if self._dialect == "mysql":
                raise _refused(f"DESCRIBE of {known.name!r}", "Use describe_database.")
            table.replace(projected)
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


def _inner(table: exp.Table, known: ProtectedTable) -> exp.Table:
    """Return the table itself, by the full name that the catalogue has for it."""
    kept = {name: table.args[name] for name in _INSIDE - {"this", "db", "catalog"} if name in table.args}
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


def _unqualify(tree: exp.Expr, replaced: set[str]) -> None:
    """Drop the schema in front of a replaced table's columns: a subquery has none."""
    for column in tree.find_all(exp.Column):
        if column.args.get("db") and column.table.casefold() in replaced:
            column.set("db", None)
            column.set("catalog", None)


def _refused(part: str, advice: str) -> RequestError:
    return RequestError("column-protected", f"Refused: {part}. {advice}")
