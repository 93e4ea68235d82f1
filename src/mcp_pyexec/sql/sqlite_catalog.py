"""SQLite's own catalogue: tables, columns, keys, and comments out of the stored CREATE text.

SQLite keeps no comments, but it keeps the text of CREATE TABLE: `-- text` after a column's line, or on its own
lines above the first column (the table's comment), is read from there.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace

from mcp_pyexec.sql.description import Column, Table

__all__ = ["read_columns", "read_tables"]

_OBJECTS = """
    SELECT l.name, l.type, l.wr, m.sql FROM pragma_table_list l LEFT JOIN sqlite_master m ON m.name = l.name
    WHERE l.schema = 'main' AND l.type IN ('table', 'view', 'virtual') AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY l.name
"""
_COMMENT = re.compile(r"--[ \t]*(.*)")


def read_tables(connection: sqlite3.Connection) -> tuple[Table, ...]:
    """Return every table and view by name, without columns."""
    tables = []
    for name, kind, without_rowid, sql in connection.execute(_OBJECTS):
        estimate = None if kind != "table" or without_rowid else _rows_estimate(connection, name)
        comment = _comments(sql or "")[0]
        tables.append(Table(name, "view" if kind == "view" else "table", estimate, comment))
    return tuple(tables)


def read_columns(connection: sqlite3.Connection, table: Table) -> Table:
    """Return the table with its columns."""
    row = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table.name,)).fetchone()
    comments = _comments((row and row[0]) or "")[1]
    keys = connection.execute('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', (table.name,))
    references = {source: f"{target}.{column}" if column else target for source, target, column in keys}
    info = connection.execute(
        'SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?) WHERE hidden <> 1', (table.name,)
    )
    columns = tuple(
        Column(
            name, kind or "", not required, bool(key), references.get(name), comments.get(name.lower(), "")
        )
        for name, kind, required, key in info
    )
    return replace(table, columns=columns)


def _rows_estimate(connection: sqlite3.Connection, name: str) -> int | None:
    """Return the highest rowid: one look-up in the tree, exact where no row was deleted."""
    quoted = '"' + name.replace('"', '""') + '"'
    try:
        highest = connection.execute(f"SELECT max(rowid) FROM {quoted}").fetchone()[0]  # noqa: S608 - quoted above
    except sqlite3.OperationalError:
        return None
    return int(highest or 0) if isinstance(highest, int | None) else None


def _comments(sql: str) -> tuple[str, dict[str, str]]:
    """Return the comment of the table and those of its columns by lower-case name."""
    table: list[str] = []
    columns: dict[str, str] = {}
    for line in sql.splitlines()[1:] if "(" in sql else []:
        code, mark, text = line.partition("--")
        name = _column_name(code)
        if mark and name:
            columns[name] = text.strip()
        elif mark and not code.strip() and not columns:
            table.append(text.strip())
    first = _COMMENT.search(sql.split("\n", 1)[0])
    return " ".join(([first.group(1).strip()] if first else []) + table), columns


def _column_name(code: str) -> str:
    match = re.match(r"""\s*(?:"((?:[^"]|"")+)"|\[([^\]]+)\]|`([^`]+)`|(\w+))\s""", code + " ")
    return next((g.replace('""', '"').lower() for g in match.groups() if g), "") if match else ""
