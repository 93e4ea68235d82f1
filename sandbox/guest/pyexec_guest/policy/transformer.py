"""From a parsed program to one with guards in it, and what is wrong with the program.

A subclass of RestrictedPython's transformer: a node without a `visit_` method of its own is refused, so syntax
of a later Python is closed until someone has looked at it. Of the stock hooks only two are left:

* reading an attribute goes through `_getattr_` if its name is a guarded name (see `surface`), else it is plain;
* the object whose attribute is written passes `_write_`, or a check of its type that compiles inline.

Not guarded, and why: subscripts and iteration hand out only what a container holds, and no container a program
can reach holds more than the program may have; item writes change only such containers (`sys.modules`, module and
class dictionaries are out of reach); unpacking and star arguments are iteration; augmented assignment runs
methods of objects that the program already holds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from RestrictedPython.transformer import RestrictingNodeTransformer

from pyexec_guest.policy import constants
from pyexec_guest.policy.attributes import attribute_refusal
from pyexec_guest.policy.facts import Facts
from pyexec_guest.policy.guards import Guards
from pyexec_guest.policy.imports import import_refusal
from pyexec_guest.policy.names import (
    DEFINABLE_DUNDERS,
    HOOKS,
    READABLE_NAMES,
    REFUSED_BUILTINS,
    RESERVED,
    WRITABLE_DUNDERS,
    is_dunder,
)
from pyexec_guest.policy.nodes import (
    SELF_MATCHING,
    Passed,
    after_docstring,
    at,
    captured_by_classes,
    catches_import,
    has_type_in,
    hook_call,
    load,
    reloaded,
    self_check,
    with_call_inside,
    writable,
)
from pyexec_guest.policy.proofs import proven_writes, self_name
from pyexec_guest.policy.refusals import Refusal
from pyexec_guest.policy.report import Finding
from pyexec_guest.policy.resolve import Resolver
from pyexec_guest.policy.tree import CHILDREN, position

__all__ = ["PolicyTransformer"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class PolicyTransformer(RestrictingNodeTransformer):
    """Rewrites one program; `findings` is complete after `visit`.

    Attributes:
        plain_attributes: Attribute names that the rewritten program reads without a guard.
    """

    def __init__(self, guards: Guards, facts: Facts) -> None:
        super().__init__()
        self.findings: list[Finding] = []
        self.plain_attributes: set[str] = set()
        self._guards = guards
        self._facts = facts
        self._resolver = Resolver(guards.surface, facts)
        self._proven: set[int] = set()
        self._has_fallback = False

    def node_contents_visit(self, node: Any) -> Any:
        return self._contents(node)

    def refuse(self, node: ast.AST, refusal: Refusal | None) -> None:
        if refusal is not None:
            self.findings.append(
                Finding(refusal.rule, "error", *position(node), refusal.message, refusal.suggestion)
            )

    def error(self, node: ast.AST, info: str) -> None:
        self.refuse(node, Refusal("unknown-syntax", info, "Write it with statements of Python 3.11."))

    def warn(self, node: ast.AST, info: str) -> None:
        """Stock remarks about hooks that are not used here."""

    def visit(self, node: ast.AST) -> Any:
        """As in `ast`, with the method looked up once for a type of node."""
        return _METHODS[node.__class__](self, node)

    def _contents(self, node: ast.AST) -> ast.AST:
        """Visit the children of a node."""
        for name in CHILDREN[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for place, item in enumerate(value):
                    if item is not None:
                        value[place] = _METHODS[item.__class__](self, item)
            elif value is not None:
                setattr(node, name, _METHODS[value.__class__](self, value))
        return node

    def _leaf(self, node: ast.AST) -> ast.AST:
        return node

    # Statements and expressions that are open as they are.
    visit_Interactive = visit_Expression = _contents
    visit_For = visit_AsyncFor = visit_comprehension = _contents
    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _contents
    visit_Assign = visit_AugAssign = visit_NamedExpr = visit_Starred = _contents
    visit_With = visit_AsyncWith = visit_TryStar = _contents
    visit_Await = visit_Lambda = visit_Subscript = visit_TypeAlias = _contents
    visit_MatchValue = visit_MatchSequence = visit_MatchOr = _contents
    visit_Expr = visit_Return = visit_If = visit_While = visit_keyword = visit_Slice = _contents
    visit_BinOp = visit_BoolOp = visit_UnaryOp = visit_IfExp = visit_JoinedStr = visit_FormattedValue = (
        _contents
    )
    visit_Tuple = visit_List = visit_Dict = visit_Set = _contents
    visit_Constant = visit_MatchSingleton = _leaf
    visit_Add = visit_Sub = visit_Mult = visit_Div = visit_Eq = visit_Lt = visit_Gt = visit_And = visit_Or = (
        _leaf
    )

    def visit_Module(self, node: ast.Module) -> ast.AST:
        self._proven = proven_writes(self._facts.kinds)
        return self._contents(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        self._check_name(node, node.id, isinstance(node.ctx, ast.Load))
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        stored = not isinstance(node.ctx, ast.Load)
        module_refusal = self._resolver.refusal(node)
        if module_refusal is not None:
            self.refuse(node, module_refusal)
            return node
        self.refuse(node, self._write_refusal(node) if stored else attribute_refusal(node.attr))
        is_sure = not stored and self._resolver.is_sure(node)
        value = self.visit(node.value)
        if stored:
            node.value = value if id(node) in self._proven else writable(value)
        elif (
            node.attr in self._guards.surface.guarded
            and not is_sure
            and not constants.is_plain_receiver(node)
        ):
            return at(node, self._guarded(value, node.attr))
        else:
            self.plain_attributes.add(node.attr)
            node.value = value
        return node

    def _guarded(self, owner: ast.expr, name: str) -> ast.expr:
        """Read through the guard; of a name, after a check inline whether its type needs any."""
        call = hook_call("_getattr_", owner, ast.Constant(name))
        if not isinstance(owner, ast.Name) or name in self._guards.special:
            return call
        plain = ast.Attribute(load(owner.id), name, ast.Load())
        return ast.IfExp(has_type_in(owner.id, "_plain_"), plain, call)

    def _write_refusal(self, node: ast.Attribute) -> Refusal | None:
        module = self._resolver.module_of(node.value)
        if module is not None:
            return Refusal(
                "module-write",
                f"`{module}.{node.attr}` belongs to a module, and modules may not be changed.",
                "Keep the value in a variable of your own.",
            )
        if is_dunder(node.attr) and node.attr not in WRITABLE_DUNDERS:
            return Refusal(
                "dunder-attribute",
                f"The attribute `{node.attr}` may not be written.",
                "Use a name of your own.",
            )
        return None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        for refusal in constants.call_refusals(node, self._facts, self._guards.surface):
            self.refuse(node, refusal)
        self._use_plain_type(node)
        return with_call_inside(self._contents(node))

    def _use_plain_type(self, node: ast.Call) -> None:
        """`type(x)` and `isinstance(x, type)` need no guard against making classes."""
        if "type" in self._facts.bound or not isinstance(node.func, ast.Name):
            return
        one = len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)
        if node.func.id == "type" and one:
            node.func.id = "_type_"
            node.func = Passed(node.func)
        elif node.func.id in ("isinstance", "issubclass") and len(node.args) == 2:
            node.args[1] = self._plain_type(node.args[1])

    def _plain_type(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Name) and node.id == "type" and "type" not in self._facts.bound:
            return Passed(at(node, load("_type_")))
        return node

    def visit_Passed(self, node: Passed) -> ast.AST:
        return node.inner

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        if any(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops):
            node.left = self._plain_type(node.left)
            node.comparators = [self._plain_type(item) for item in node.comparators]
        return self._contents(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self._check_annotation(node.annotation)
        return self._contents(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self._check_name(node, node.arg, False)
        self._check_annotation(node.annotation)
        return self._contents(node)

    def _check_annotation(self, annotation: ast.expr | None) -> None:
        if annotation is not None:
            self.refuse(annotation, constants.annotation_text_refusal(annotation))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node, is_method=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node, is_method=False)

    def _function(self, node: _Function, *, is_method: bool) -> ast.AST:
        self._check_name(node, node.name, False)
        self._check_annotation(node.returns)
        own = self_name(node) if is_method else None
        node.decorator_list = [self.visit(item) for item in node.decorator_list]
        body, node.body = node.body, []
        decorators, node.decorator_list = node.decorator_list, []
        self._contents(node)
        node.decorator_list = decorators
        node.body = list(self._visited(body))
        if own is not None:
            node.body.insert(after_docstring(node.body), self_check(own, node))
        return node

    def _visited(self, statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
        return (self.visit(statement) for statement in statements)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._check_name(node, node.name, False)
        for refusal in constants.class_refusals(node):
            self.refuse(node, refusal)
        node.bases = [self._plain_type(base) for base in node.bases]
        body, node.body = node.body, []
        self._contents(node)
        node.body = [
            self._function(item, is_method=True) if isinstance(item, _Function) else self.visit(item)  # type: ignore[misc]
            for item in body
        ]
        node.body.insert(after_docstring(node.body), at(node.body[0], ast.Global(sorted(HOOKS))))
        return node

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> ast.AST:
        for name in node.names:
            self._check_name(node, name, False)
        return node

    visit_Nonlocal = visit_Global

    def visit_Try(self, node: ast.Try) -> ast.AST:
        """An import with a fallback is refused only when it runs, as an ImportError that the fallback catches."""
        outer, self._has_fallback = (
            self._has_fallback,
            self._has_fallback or any(map(catches_import, node.handlers)),
        )
        node.body = [self.visit(statement) for statement in node.body]
        self._has_fallback = outer
        body, node.body = node.body, []
        self._contents(node)
        node.body = body
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self._check_name(node, node.name, False)
        return self._contents(node)

    def visit_Import(self, node: ast.Import) -> ast.AST:
        for alias in node.names:
            self._check_alias(node, alias)
            self._refuse_import(node, import_refusal(self._guards.surface, alias.name, (), 0))
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        names = tuple(alias.name for alias in node.names)
        refusal = import_refusal(self._guards.surface, node.module or "", names, node.level)
        self._refuse_import(node, refusal)
        for alias in node.names:
            self._check_alias(node, alias)
            if refusal is None and node.module:
                self._refuse_import(node, self._resolver.import_refusal(node.module, alias.name))
        return node

    def _refuse_import(self, node: ast.AST, refusal: Refusal | None) -> None:
        if refusal is None or not self._has_fallback:
            self.refuse(node, refusal)
            return
        message = f"{refusal.message} The fallback runs instead."
        self.findings.append(Finding(refusal.rule, "warning", *position(node), message, refusal.suggestion))

    def _check_alias(self, node: ast.AST, alias: ast.alias) -> None:
        if getattr(node, "is_lazy", 0):
            self.error(node, "Lazy imports resolve past the import guard.")
        self._check_name(node, alias.asname or alias.name.partition(".")[0], False)

    def visit_Match(self, node: ast.Match) -> ast.AST:
        classes = list(self._attribute_patterns(node))
        visited = self._contents(node)
        assert isinstance(visited, ast.Match)
        if classes:
            visited.subject = at(visited.subject, hook_call("_subject_", visited.subject, *classes))
        return visited

    def _attribute_patterns(self, node: ast.Match) -> Iterator[ast.expr]:
        """Expressions for the classes whose patterns read attributes in a way that is not known to be harmless."""
        for pattern in (inner for case in node.cases for inner in ast.walk(case.pattern)):
            if not isinstance(pattern, ast.MatchClass):
                continue
            own = isinstance(pattern.cls, ast.Name) and pattern.cls.id not in self._facts.bound
            builtin = own and isinstance(pattern.cls, ast.Name) and pattern.cls.id in SELF_MATCHING
            if (pattern.patterns and not builtin) or not self._guards.surface.guarded.isdisjoint(
                pattern.kwd_attrs
            ):
                yield at(pattern, reloaded(pattern.cls))

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        for name in node.kwd_attrs:
            self.refuse(node, attribute_refusal(name))
        if isinstance(node.cls, ast.Name):
            node.cls = self._plain_type(node.cls)
        return self._contents(node)

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """Class patterns read attributes by themselves: what they capture is checked before the body runs."""
        captured = sorted(captured_by_classes(node.pattern))
        visited = self._contents(node)
        assert isinstance(visited, ast.match_case)
        if captured:
            check = hook_call("_captured_", *map(load, captured))
            guard = visited.guard
            where = guard or visited.pattern
            visited.guard = at(where, check if guard is None else ast.BoolOp(ast.And(), [check, guard]))
        return visited

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> ast.AST:
        self._check_name(node, node.name, False)
        return self._contents(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.AST:
        self._check_name(node, node.rest, False)
        return self._contents(node)

    def _type_parameter(self, node: Any) -> ast.AST:
        self._check_name(node, node.name, False)
        return self._contents(node)

    visit_TypeVar = visit_ParamSpec = visit_TypeVarTuple = _type_parameter

    def _check_name(self, node: ast.AST, name: str | None, is_read: bool) -> None:
        if name is None:
            return
        if name in RESERVED and name not in REFUSED_BUILTINS:
            self.refuse(
                node,
                Refusal("reserved-name", f"The name `{name}` belongs to the policy.", "Use another name."),
            )
        elif name in REFUSED_BUILTINS and (is_dunder(name) or (is_read and name not in self._facts.bound)):
            if name not in self._guards.rules.builtins_added:
                why, instead = REFUSED_BUILTINS[name]
                self.refuse(node, Refusal("builtin", f"`{name}` {why}.", instead))
        elif is_dunder(name) and name not in DEFINABLE_DUNDERS and name not in READABLE_NAMES:
            instead = (
                "Use relative paths; the program has no file." if name == "__file__" else "Use another name."
            )
            self.refuse(node, Refusal("dunder-name", f"The name `{name}` is not open to programs.", instead))


class _Methods(dict[type, Callable[[PolicyTransformer, Any], Any]]):
    def __missing__(self, kind: type) -> Callable[[PolicyTransformer, Any], Any]:
        name = f"visit_{kind.__name__}"
        self[kind] = getattr(PolicyTransformer, name, PolicyTransformer.generic_visit)
        return self[kind]


_METHODS = _Methods()
"""The `visit_` method for a type of node; none of its own: the stock one, which refuses what it does not know."""
