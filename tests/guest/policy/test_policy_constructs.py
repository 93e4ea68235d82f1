"""Every rule refuses what it names, and lets through what only looks like it; the whole language runs."""

from __future__ import annotations

import ast
import sys

import pytest

from guest.policy.constructs import blocks
from guest.policy.running import Profile, run_plain, run_under, verdict
from pyexec_guest import policy
from pyexec_guest.policy.compiling import guards_of
from pyexec_guest.policy.facts import Facts
from pyexec_guest.policy.rules import rules_of
from pyexec_guest.policy.transformer import PolicyTransformer


@pytest.mark.parametrize(("rule", "source"), blocks("refused"))
def test_a_rule_refuses_what_it_names(rule: str, source: str, moderate: Profile) -> None:
    kind, _, rules = verdict(source, moderate).partition(": ")
    assert kind in ("rejected", "refused")
    assert rule in rules.split()


@pytest.mark.parametrize(("rule", "source"), blocks("accepted"))
def test_a_rule_lets_through_what_only_comes_close(rule: str, source: str, moderate: Profile) -> None:
    assert verdict(source, moderate) == "ran"
    assert rule not in {finding.rule for finding in policy.check(source, moderate).findings}


@pytest.mark.parametrize(("rule", "source"), blocks("warned"))
def test_a_warning_names_the_better_form_and_refuses_nothing(
    rule: str, source: str, moderate: Profile
) -> None:
    report = policy.check(source, moderate)
    assert report.valid
    assert [(finding.rule, finding.severity) for finding in report.findings] == [(rule, "warning")]


@pytest.mark.parametrize(("construct", "source"), blocks("language"))
def test_a_construct_of_the_language_does_what_it_does_in_plain_python(
    construct: str, source: str, moderate: Profile
) -> None:
    assert run_under(source, moderate) == run_plain(source)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters need Python 3.12")
@pytest.mark.parametrize(("construct", "source"), blocks("generics"))
def test_a_generic_does_what_it_does_in_plain_python(construct: str, source: str, moderate: Profile) -> None:
    assert run_under(source, moderate) == run_plain(source)


def test_a_statement_of_a_later_python_is_refused(moderate: Profile) -> None:
    class Unheard(ast.stmt):
        """A kind of statement that no Python has."""

    transformer = PolicyTransformer(guards_of(rules_of(moderate)), Facts())
    transformer.visit(Unheard())
    assert {finding.rule for finding in transformer.findings} == {"unknown-syntax"}
