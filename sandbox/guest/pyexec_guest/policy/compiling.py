"""From source to verdict and code. `check` and `prepare` take the same road, so they cannot disagree."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

from pyexec_guest.policy.annotations import screen_forward_references
from pyexec_guest.policy.builtin_names import builtins_for, without_self
from pyexec_guest.policy.facts import Facts, gather
from pyexec_guest.policy.guards import Guards
from pyexec_guest.policy.hardening import harden_functools
from pyexec_guest.policy.library_hardening import harden_libraries
from pyexec_guest.policy.report import Complexity, Finding, Report
from pyexec_guest.policy.rules import Rules, rules_of
from pyexec_guest.policy.syntax import syntax_finding
from pyexec_guest.policy.transformer import PolicyTransformer
from pyexec_guest.policy.watch import watch

__all__ = ["Prepared", "check", "hold_to", "new_namespace", "prepare", "warm"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A verdict, and code to run if it is valid.

    Attributes:
        body: All statements but a final expression, or None if there are none.
        last: The final expression, compiled for its value, or None.
    """

    report: Report
    body: CodeType | None = None
    last: CodeType | None = None


_guards: dict[int, Guards] = {}


def warm(profile: Mapping[str, Any]) -> None:
    """Prepare this process for programs of a profile; the template calls it before the first clone.

    Walks the modules, so that no program waits for it, and from then on `typing` refuses to evaluate text that
    is more than types, in the whole process.
    """
    rules = rules_of(profile)
    if rules.restricted:
        harden_functools()
        harden_libraries(guards_of(rules).surface.guarded)
        screen_forward_references(guards_of(rules).getattr_builtin)


def hold_to(profile: Mapping[str, Any]) -> None:
    """Watch what this process touches by the rules of a profile, from now on; call it before code runs."""
    watch(rules_of(profile))


def check(source: str, profile: Mapping[str, Any]) -> Report:
    """Return what the policy says of a program; all findings at once. Nothing is run or imported."""
    return _verdict(source, rules_of(profile), "<code>")[0].report


def prepare(source: str, profile: Mapping[str, Any], filename: str = "<code>") -> Prepared:
    """Return the verdict on a program and, if it is valid, its code for `new_namespace`."""
    rules = rules_of(profile)
    prepared, plain_attributes = _verdict(source, rules, filename)
    if rules.restricted and prepared.report.valid:
        guards_of(rules).surface.compiled |= plain_attributes
    return prepared


def new_namespace(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return fresh globals for code of `prepare` with the same profile."""
    rules = rules_of(profile)
    if not rules.restricted:
        return {"__name__": "__main__", "__builtins__": builtins, "__doc__": None}
    guards = guards_of(rules)
    return {
        "__name__": "__main__",
        "__doc__": None,
        "__builtins__": builtins_for(guards),
        "_getattr_": guards.reader(),
        "_write_": without_self(guards.write),
        "_writable_": guards.writable,
        "_plain_": guards.plain,
        "_type_": type,
        "_captured_": without_self(guards.captured),
        "_subject_": without_self(guards.subject),
    }


def guards_of(rules: Rules) -> Guards:
    if id(rules) not in _guards:
        _guards[id(rules)] = Guards(rules)
    return _guards[id(rules)]


def _verdict(source: str, rules: Rules, filename: str) -> tuple[Prepared, set[str]]:
    """Return the verdict and code, and the attribute names that the code reads without a guard."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return _compile(source, rules, filename)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        lines = Complexity(lines=source.count("\n") + 1)
        return Prepared(Report(findings=[syntax_finding(error, source)], complexity=lines)), set()


def _compile(source: str, rules: Rules, filename: str) -> tuple[Prepared, set[str]]:
    tree = ast.parse(source, filename)
    facts = gather(tree, source)
    findings, plain = list(facts.warnings), set()
    if rules.restricted:
        guards = guards_of(rules)
        transformer = PolicyTransformer(guards, facts)
        transformer.visit(tree)
        findings += transformer.findings
        plain = transformer.plain_attributes
    body, last = _compiled(tree, filename)
    report = _report(findings, facts)
    return (Prepared(report, body, last) if report.valid else Prepared(report)), plain


def _compiled(tree: ast.Module, filename: str) -> tuple[CodeType | None, CodeType | None]:
    body, last = tree.body, None
    if body and isinstance(body[-1], ast.Expr):
        last = compile(ast.Expression(body[-1].value), filename, "eval", dont_inherit=True)
        tree.body = body[:-1]
    if not tree.body:
        return None, last
    return compile(tree, filename, "exec", dont_inherit=True), last


def _report(findings: list[Finding], facts: Facts) -> Report:
    unique = {(f.rule, f.line, f.column, f.message): f for f in findings}
    return Report(
        findings=sorted(unique.values(), key=lambda f: (f.line, f.column, f.rule)),
        imports=sorted(facts.imports),
        names_read=sorted(facts.read),
        names_written=sorted(facts.written),
        complexity=facts.complexity,
    )
