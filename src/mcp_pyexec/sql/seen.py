"""What one walk over a statement's tree finds for the steps after it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from mcp_pyexec.sql.brackets import KEPT
from mcp_pyexec.sql.dialects import DECIMALS, REWRITTEN
from mcp_pyexec.sql.prefixes import PREFIXED
from mcp_pyexec.sql.tokens import MARKED

__all__ = ["Seen"]


_SILENT = frozenset(
    {exp.Column, exp.Literal, exp.Alias, exp.From, exp.Join, exp.Where, exp.Star, exp.EQ, exp.GT}
)
"""The commonest nodes that name nothing."""


@dataclass(slots=True)
class Seen:
    """What one walk over the tree finds for the steps after it."""

    tables: set[str] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    called: list[str] = field(default_factory=list)
    placeholders: list[exp.Placeholder] = field(default_factory=list)
    marked: list[exp.Identifier] = field(default_factory=list)
    byte_strings: list[exp.ByteString] = field(default_factory=list)
    rewritten: list[exp.Expr] = field(default_factory=list)
    decimals: list[exp.DataType] = field(default_factory=list)
    numbers: list[exp.HexString] = field(default_factory=list)
    paths: list[exp.Paren] = field(default_factory=list)
    prefixes: list[exp.Expr] = field(default_factory=list)
    clauses: list[exp.JSONColumnDef] = field(default_factory=list)

    def note(self, node: exp.Expr) -> None:
        """Take down what the node names."""
        if type(node) in _SILENT:
            return
        if isinstance(node, exp.Table):
            self.tables.add(node.name)
        elif isinstance(node, exp.CTE):
            self.defined.add(node.alias_or_name.lower())
        elif isinstance(node, exp.TableAlias):
            if node.args.get("columns"):
                self.aliases.add(node.name.lower())
        elif isinstance(node, exp.Anonymous | exp.Identifier):
            self._note_name(node)
        elif isinstance(node, exp.Placeholder):
            self.placeholders.append(node)
        elif isinstance(node, exp.ByteString):
            self.byte_strings.append(node)
        elif isinstance(node, REWRITTEN):
            self.rewritten.append(node)
        elif isinstance(node, exp.DataType) and node.this in DECIMALS:
            self.decimals.append(node)
        elif isinstance(node, exp.HexString) and node.name.startswith(KEPT):
            self.numbers.append(node)
        elif isinstance(node, exp.Paren) and isinstance(node.parent, exp.JSONExtract | exp.JSONExtractScalar):
            self.paths.append(node)
        elif isinstance(node, PREFIXED):
            self.prefixes.append(node)
        elif isinstance(node, exp.JSONColumnDef) and node.text("path").startswith(KEPT):
            self.clauses.append(node)

    def _note_name(self, node: exp.Anonymous | exp.Identifier) -> None:
        if isinstance(node.this, str) and node.this.startswith(KEPT):
            node.set("this", node.this.removeprefix(KEPT))
        if isinstance(node, exp.Identifier) and str(node.this).startswith(MARKED):
            self.marked.append(node)
        if isinstance(node, exp.Anonymous):
            self.called.append(node.name.lower().removeprefix(KEPT))

    def read(self) -> tuple[str, ...]:
        """Return the names of the tables that the statement does not define itself."""
        return tuple(sorted(name for name in self.tables if name and name.lower() not in self.defined))
