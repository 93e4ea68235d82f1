"""The PRAGMAs by which people list SQLite's tables and columns, as `describe_database` does; no other is taken."""

from __future__ import annotations

from mcp_pyexec.sql.tokens import tokenize

__all__ = ["LISTING_PRAGMAS", "listing"]

LISTING_PRAGMAS = frozenset(
    {
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "table_info",
        "table_list",
        "table_xinfo",
    }
)
"""They tell names and types out of the schema, and set nothing whatever they are given."""


def listing(sql: str) -> str | None:
    """Return the PRAGMA as it may be executed, `PRAGMA name("table")`, or None for any other statement."""
    if sql.lstrip()[: len("pragma")].lower() != "pragma":
        return None
    words = [token.text for token in tokenize(sql, "sqlite")]
    if [word.lower() for word in words[1:3]] == ["main", "."]:
        del words[1:3]
    if len(words) < 2 or (name := words[1].lower()) not in LISTING_PRAGMAS:
        return None
    match words[2:]:
        case []:
            return f"PRAGMA {name}"
        case ["(", table, ")"]:
            quoted = table.replace('"', '""')
            return f'PRAGMA {name}("{quoted}")'
    return None
