"""Columns of MySQL's JSON_TABLE: what the parser does not know of them, around it.

`without_clauses` hides `EXISTS` and `… ON EMPTY` in the text of a column's path; `restore_clauses` writes them into
the tree again. The mark of such a text is a control character, which no statement may hold.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from mcp_pyexec.sql.brackets import KEPT, like

__all__ = ["restore_clauses", "without_clauses"]

_EVENTS = ("empty", "error")


def without_clauses(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens without the clauses; a path that had some tells of them."""
    found: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        index += 1
        if token.token_type is not TokenType.STRING or not found or found[-1].text.lower() != "path":
            found.append(token)
            continue
        said: dict[str, str | list[str]] = {"path": token.text}
        if len(found) > 1 and found[-2].token_type is TokenType.EXISTS:
            said["exists"] = "EXISTS"
            del found[-2]
        while (event := _event(tokens, index)) and event not in said:
            length = 4 if tokens[index].text.lower() == "default" else 3
            said[event] = [part.text for part in tokens[index : index + length - 2]]
            index += length
        found.append(like(token, TokenType.STRING, KEPT + json.dumps(said)) if len(said) > 1 else token)
    return found


def _event(tokens: Sequence[Token], start: int) -> str:
    """Return "empty" or "error" where `DEFAULT '…'`, NULL or ERROR `ON` that starts here, "" elsewhere."""
    words = [token.text.lower() for token in tokens[start : start + 4]]
    if words[:1] == ["default"] and tokens[start + 1 : start + 2]:
        if tokens[start + 1].token_type is not TokenType.STRING:
            return ""
        del words[1]
    elif words[:1] not in (["null"], ["error"]):
        return ""
    return words[2] if words[1:2] == ["on"] and words[2:3] and words[2] in _EVENTS else ""


def restore_clauses(column: exp.JSONColumnDef) -> None:
    """Write the clauses that a column's path tells of where they belong."""
    said = json.loads(column.args["path"].name.removeprefix(KEPT))
    handled = {event: _handled(event, said[event]) for event in _EVENTS if event in said}
    path: exp.Expr = exp.Literal.string(said["path"])
    if handled:
        path = exp.Introducer(this=path, expression=exp.OnCondition(**handled))
    column.set("path", path)
    if "exists" in said:
        column.set("kind", exp.Introducer(this=column.args["kind"], expression=exp.Var(this="EXISTS")))


def _handled(event: str, words: Sequence[str]) -> exp.Expr | str:
    if len(words) > 1:
        return exp.Literal.string(words[1])
    return f"{'ERROR' if words[0].lower() == 'error' else 'NULL'} ON {event.upper()}"
