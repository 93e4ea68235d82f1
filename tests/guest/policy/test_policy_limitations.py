"""LIMITATIONS.md and the rules in the code name each other, both ways."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from guest.policy.constructs import blocks
from pyexec_guest.policy.catalog import KINDS

ROOT = Path(__file__).parents[3]
POLICY = ROOT / "sandbox" / "guest" / "pyexec_guest" / "policy"
TEXT = (ROOT / "sandbox" / "LIMITATIONS.md").read_text("utf-8")


def _rules_in_code() -> set[str]:
    return {rule for path in POLICY.glob("*.py") for rule in _named_rules(path)} | set(KINDS)


def _named_rules(path: Path) -> Iterator[str]:
    """The first arguments of every Refusal and Finding."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("Refusal", "Finding", "_warning")
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_rule_of_the_code_is_a_documented_limitation_and_every_limitation_a_rule() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", TEXT, flags=re.M)) == _rules_in_code()


def test_every_rule_has_a_program_that_breaks_it_and_one_that_comes_close_and_runs() -> None:
    broken = {rule for part in ("refused", "warned") for rule, _ in blocks(part)}
    assert broken == _rules_in_code() - {"unknown-syntax"}
    assert {rule for rule, _ in blocks("accepted")} == _rules_in_code()
