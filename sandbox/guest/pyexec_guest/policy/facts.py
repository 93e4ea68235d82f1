"""What can be said of a program without judging it: names, imports, size, and habits that cost time."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import Any

from pyexec_guest.policy.habits import habits
from pyexec_guest.policy.report import Complexity, Finding
from pyexec_guest.policy.tree import Kinds, kinds_of

__all__ = ["Facts", "gather"]

_BUILTINS = frozenset(dir(builtins))


@dataclass
class Facts:
    """Facts of one program.

    Attributes:
        kinds: All nodes by type.
        modules: Names bound by import statements only, with the module they stand for.
        sure_modules: Those of them bound before anything else of the program runs.
        bound: Names bound in any form, methods of classes aside.
    """

    kinds: Kinds = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)
    sure_modules: set[str] = field(default_factory=set)
    warnings: list[Finding] = field(default_factory=list)
    complexity: Complexity = field(default_factory=Complexity)


def gather(tree: ast.Module, source: str) -> Facts:
    """Return the facts of a parsed program."""
    kinds, nodes, depth = kinds_of(tree)
    facts = Facts(kinds)
    loaded = _note_names(facts)
    arguments = {node.arg for node in _all(kinds, ast.arg)}
    _note_other_bindings(facts)
    facts.bound |= arguments
    _note_imports(facts, tree)
    facts.read = loaded - facts.written - arguments - _BUILTINS
    facts.warnings, loops = habits(kinds)
    facts.complexity = Complexity(source.count("\n") + 1, nodes, depth, loops)
    return facts


def _all(kinds: Kinds, *wanted: type) -> list[Any]:
    return [node for kind in wanted for node in kinds.get(kind, ())]


def _note_names(facts: Facts) -> set[str]:
    """Note what plain names are written; return those that are read."""
    loaded = set()
    for node in _all(facts.kinds, ast.Name):
        if node.ctx.__class__ is ast.Load:
            loaded.add(node.id)
        else:
            facts.written.add(node.id)
    facts.bound |= facts.written
    return loaded


_NAMED: dict[type, str] = {
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
    **{
        kind: "name"
        for name in ("TypeVar", "ParamSpec", "TypeVarTuple")
        if (kind := getattr(ast, name, None))
    },
}
"""Nodes that bind a name of theirs, arguments and imports aside, and the field it is in."""


def _note_other_bindings(facts: Facts) -> None:
    methods = {id(item) for cls in _all(facts.kinds, ast.ClassDef) for item in cls.body}
    for kind, key in _NAMED.items():
        for node in facts.kinds.get(kind, ()):
            name = getattr(node, key)
            if name is not None:
                facts.written.add(name)
                if id(node) not in methods:
                    facts.bound.add(name)


def _note_imports(facts: Facts, tree: ast.Module) -> None:
    imported: dict[str, set[str]] = {}
    for node in _all(facts.kinds, ast.Import):
        for alias in node.names:
            facts.imports.add(alias.name)
            target = alias.name if alias.asname else alias.name.partition(".")[0]
            imported.setdefault(alias.asname or target, set()).add(target)
    for node in _all(facts.kinds, ast.ImportFrom):
        facts.imports.add(node.module or ".")
        for alias in node.names:
            imported.setdefault(alias.asname or alias.name, set()).add(f"{node.module}.{alias.name}")
    facts.modules = {
        name: next(iter(targets))
        for name, targets in imported.items()
        if len(targets) == 1 and name not in facts.bound
    }
    facts.sure_modules = facts.modules.keys() & _leading_imports(tree)
    facts.bound |= imported.keys()
    facts.written |= imported.keys()


def _leading_imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            break
    return names
