"""Run a program under the policy or as plain Python, and say in one word how it ended."""

from __future__ import annotations

import builtins
import contextlib
import io
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyexec_guest import policy
from pyexec_guest.main_module import stand_as_main
from pyexec_guest.policy.watch import watch

__all__ = ["Ended", "Profile", "rules_of_findings", "run_plain", "run_under", "verdict"]

Profile = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """What a program left: the repr of `result`, and its output."""

    result: str
    output: str


def run_under(source: str, profile: Profile) -> Ended:
    """Run an accepted program; fails with its findings if the policy refuses it."""
    prepared = policy.prepare(source, profile)
    errors = [finding for finding in prepared.report.findings if finding.severity == "error"]
    assert not errors, errors
    namespace = policy.new_namespace(profile)
    with _held_to(profile), _as_main(namespace) as output:
        _run(prepared, namespace)
    return Ended(repr(namespace.get("result")), output.getvalue())


def run_plain(source: str) -> Ended:
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    with _as_main(namespace) as output:
        exec(compile(source, "<code>", "exec", dont_inherit=True), namespace)
    return Ended(repr(namespace.get("result")), output.getvalue())


def rules_of_findings(source: str, profile: Profile) -> set[str]:
    return {f.rule for f in policy.check(source, profile).findings if f.severity == "error"}


def verdict(source: str, profile: Profile) -> str:
    """Return `rejected: <rules>`, `refused: <rule>` at run time, `raised: <type>`, or `ran`."""
    prepared = policy.prepare(source, profile)
    if not prepared.report.valid:
        rules = {finding.rule for finding in prepared.report.findings if finding.severity == "error"}
        return "rejected: " + " ".join(sorted(rules))
    namespace = policy.new_namespace(profile)
    try:
        with _held_to(profile), _as_main(namespace):
            _run(prepared, namespace)
    except policy.PolicyError as refused:
        return f"refused: {refused.rule}"
    except Exception as raised:  # noqa: BLE001 - the program may raise anything
        return f"raised: {type(raised).__name__}"
    return "ran"


def _run(prepared: policy.Prepared, namespace: dict[str, Any]) -> None:
    if prepared.body is not None:
        exec(prepared.body, namespace)
    if prepared.last is not None:
        eval(prepared.last, namespace)


@contextlib.contextmanager
def _held_to(profile: Profile) -> Iterator[None]:
    """Watch as a worker does, for the time of the program: this process has files of its own to open."""
    policy.hold_to(profile)
    try:
        yield
    finally:
        watch(None)


@contextlib.contextmanager
def _as_main(namespace: dict[str, Any]) -> Iterator[io.StringIO]:
    """Let the namespace be that of the main module; yields what it prints."""
    main, output = sys.modules["__main__"], io.StringIO()
    stand_as_main(namespace)
    try:
        with contextlib.redirect_stdout(output), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield output
    finally:
        sys.modules["__main__"] = main
