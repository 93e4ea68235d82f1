"""What the parser reads in every dialect, and writes in another way for an engine that does not have it.

That way does not always give what was asked for: each half of a FULL JOIN gets its own sums, and a TRY_CAST becomes one
that makes 0 of a word. Nor is it always meant: `FROM sale anti JOIN …` names a table where ANTI is no keyword.
"""

from __future__ import annotations

from sqlglot import exp

from mcp_pyexec.errors import RequestError

__all__ = ["check_known"]

_THREE = frozenset({"sqlite", "mysql", "postgresql"})
_LACKING: dict[type[exp.Expr], tuple[frozenset[str], str, str]] = {
    exp.Qualify: (_THREE, "QUALIFY", "Put the SELECT in brackets behind FROM and use WHERE."),
    exp.TryCast: (_THREE, "TRY_CAST", "Test the value first: CASE WHEN … THEN CAST(…) END."),
    exp.IntDiv: (frozenset({"sqlite"}), "DIV", "Two integers are divided as integers by /."),
}
_JOINS = {
    "FULL": (
        frozenset({"mysql"}),
        "Write a LEFT JOIN, UNION ALL, and the right table's rows that have no partner.",
    ),
    "SEMI": (_THREE, "Write WHERE EXISTS (SELECT …)."),
    "ANTI": (_THREE, "Write WHERE NOT EXISTS (SELECT …)."),
}


def check_known(node: exp.Expr, dialect: str) -> None:
    """Refuse what the engine does not have.

    Raises:
        RequestError: `sql-syntax`, with what to write instead.
    """
    if isinstance(node, exp.Join):
        for word in (node.side, node.kind):
            if word in _JOINS and dialect in _JOINS[word][0]:
                raise _unknown(f"{word} JOIN", dialect, _JOINS[word][1])
    elif isinstance(node, exp.Distinct):
        if node.args.get("on") and dialect in {"sqlite", "mysql"}:
            raise _unknown(
                "DISTINCT ON", dialect, "Number the rows with row_number() and keep the first of each."
            )
    elif (found := _LACKING.get(type(node))) and dialect in found[0]:
        raise _unknown(found[1], dialect, found[2])


def _unknown(name: str, dialect: str, advice: str) -> RequestError:
    engine = {"sqlite": "SQLite", "mysql": "MySQL", "postgresql": "PostgreSQL"}[dialect]
    return RequestError("sql-syntax", f"{engine} has no {name}. {advice}")
