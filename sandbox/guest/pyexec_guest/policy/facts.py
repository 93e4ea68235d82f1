"""What can be said of a program without judging it: names, imports, size, and habits that cost time."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyexec_guest.policy.report import Complexity, Finding

__all__ = ["Facts", "gather", "position"]

_BLOCKS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.If,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
    ast.Match,
    ast.Lambda,
)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass
class Facts:
    """Facts of one program.

    Attributes:
        modules: Names bound by import statements only, with the module they stand for.
        sure_modules: Those of them bound before anything else of the program runs.
        bound: Names bound in any form, methods of classes aside.
    """

    nodes: list[ast.AST] = field(default_factory=list)
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
    facts = Facts()
    facts.nodes, depth = _walk(tree)
    nodes = facts.nodes
    methods = {id(item) for node in nodes if isinstance(node, ast.ClassDef) for item in node.body}
    imported: dict[str, set[str]] = {}
    for node in nodes:
        _note(node, facts, imported, is_method=id(node) in methods)
    facts.modules = {
        name: next(iter(targets))
        for name, targets in imported.items()
        if len(targets) == 1 and name not in facts.bound
    }
    facts.sure_modules = facts.modules.keys() & _leading_imports(tree)
    facts.bound |= imported.keys()
    facts.written |= imported.keys()
    facts.read -= facts.written
    loops = [node for node in nodes if isinstance(node, ast.While) and _is_endless(node)]
    facts.complexity = Complexity(source.count("\n") + 1, len(nodes), depth, len(loops))
    facts.warnings = [*map(_endless, loops), *_slow_habits(nodes)]
    return facts


def position(node: ast.AST) -> tuple[int, int, int, int]:
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    return (
        line,
        column,
        getattr(node, "end_lineno", None) or line,
        getattr(node, "end_col_offset", None) or column,
    )


def _note(node: ast.AST, facts: Facts, imported: dict[str, set[str]], *, is_method: bool) -> None:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            if not hasattr(builtins, node.id):
                facts.read.add(node.id)
        else:
            facts.written.add(node.id)
            facts.bound.add(node.id)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            facts.imports.add(alias.name)
            target = alias.name if alias.asname else alias.name.partition(".")[0]
            imported.setdefault(alias.asname or target, set()).add(target)
    elif isinstance(node, ast.ImportFrom):
        facts.imports.add(node.module or ".")
        for alias in node.names:
            imported.setdefault(alias.asname or alias.name, set()).add(f"{node.module}.{alias.name}")
    else:
        names = set(_other_bindings(node))
        facts.written |= names if not isinstance(node, ast.arg) else set()
        facts.bound |= names if not is_method else set()
        facts.read -= names if isinstance(node, ast.arg) else set()


_NAMING = (
    ast.stmt,
    ast.arg,
    ast.pattern,
    ast.ExceptHandler,
    *filter(None, [getattr(ast, "type_param", None)]),
)


def _other_bindings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, _NAMING):
        for attribute in ("arg", "name", "rest"):
            name = getattr(node, attribute, None)
            if isinstance(name, str):
                yield name


def _leading_imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            break
    return names


def _walk(tree: ast.AST) -> tuple[list[ast.AST], int]:
    """Return all nodes in the order of the source, and how deep blocks are nested."""
    nodes: list[ast.AST] = []
    stack, deepest = [(tree, 0)], 0
    while stack:
        node, depth = stack.pop()
        nodes.append(node)
        depth += isinstance(node, _BLOCKS)
        deepest = max(deepest, depth)
        for name in reversed(node._fields):
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                if not isinstance(value, ast.expr_context):
                    stack.append((value, depth))
            elif isinstance(value, list):
                stack.extend((item, depth) for item in reversed(value) if isinstance(item, ast.AST))
    return nodes, deepest


def _is_endless(loop: ast.While) -> bool:
    """A `while` over a true constant with nothing in its body that leaves it."""
    if not (isinstance(loop.test, ast.Constant) and loop.test.value):
        return False
    return not any(
        isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Yield | ast.Await)
        for node in _own_nodes(loop)
    )


def _own_nodes(loop: ast.AST) -> Iterator[ast.AST]:
    stack = list(ast.iter_child_nodes(loop))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(node))


def _endless(loop: ast.While) -> Finding:
    return Finding(
        "endless-loop",
        "warning",
        *position(loop),
        "This loop has no break, return or raise: it can only end at a limit.",
        "Loop over a range, or break when the work is done.",
    )


def _slow_habits(nodes: list[ast.AST]) -> Iterator[Finding]:
    in_loops = {
        id(inner)
        for node in nodes
        if isinstance(node, _LOOPS)
        for inner in ast.walk(node)
        if inner is not node
    }
    for node in nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = node.func.attr
        if name in ("iterrows", "itertuples") and name == "iterrows":
            yield Finding(
                "row-loop",
                "warning",
                *position(node),
                "iterrows() builds a Series for every row: hundreds of times slower than columns.",
                "Work on whole columns, or use itertuples().",
            )
        if id(node) in in_loops and name == "concat" and _is_name(node.func.value, "pd"):
            yield _growing(node, "pd.concat in a loop copies all rows each time.")
        if (
            id(node) in in_loops
            and name in ("append", "vstack", "concatenate")
            and _is_name(node.func.value, "np")
        ):
            yield _growing(node, f"np.{name} in a loop copies the whole array each time.")


def _growing(node: ast.AST, message: str) -> Finding:
    return Finding(
        "growing-copy",
        "warning",
        *position(node),
        message,
        "Collect the parts in a list and join them once afterwards.",
    )


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
