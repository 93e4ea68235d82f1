"""The jobs `check` and `execute`: policy, run, capture.

`run` is the one place where foreign code is executed, and holds the guest's one broad `except`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from pyexec_guest import artifacts, capture, explain, policy
from pyexec_guest.hostcalls import HostCalls
from pyexec_guest.main_module import stand_as_main
from pyexec_guest.replies import GuestFile, Reply

__all__ = ["Refused", "check", "define", "failure", "run"]

_FILENAME = "<code>"


class Refused(Exception):
    """The policy refused the code; `reply` is the whole answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("refused by the policy")
        self.reply = reply


def check(request: Mapping[str, Any], profile: Mapping[str, Any]) -> Reply:
    """Return what the policy says of `request["code"]`, as in TOOLS `validate_code`; nothing is run."""
    return Reply(values=policy.check(request["code"], profile).as_json())


def define(source: str, profile: Mapping[str, Any], calls: HostCalls) -> dict[str, Any]:
    """Run a program under the policy for the names it defines.

    Raises:
        Refused: If the policy refuses it.
        BaseException: Whatever the program raises.
    """
    prepared = _prepare(source, profile)
    policy.hold_to(profile)
    namespace = policy.new_namespace(profile)
    namespace.update(calls.functions(profile["host_functions"]))
    stand_as_main(namespace)
    for part in (prepared.body, prepared.last):
        if part is not None:
            exec(part, namespace)  # noqa: S102 - this is what the jail is for
    return namespace


def run(
    request: Mapping[str, Any],
    profile: Mapping[str, Any],
    tables: Mapping[str, Any],
    namespace: dict[str, Any],
    calls: HostCalls,
) -> Reply:
    """Run `request["code"]` in the namespace and capture what a notebook would show.

    Args:
        request: `code`, `return_variables` (names), `checks` (expressions that must hold afterwards).
        tables: DataFrames by the name they get.
        namespace: Kept by a session from cell to cell, empty for a fresh worker.
    """
    try:
        prepared = _prepare(request["code"], profile)
    except Refused as refused:
        return refused.reply
    if not namespace:
        namespace.update(policy.new_namespace(profile))
        namespace.update(calls.functions(profile["host_functions"]))
    namespace.update(tables)
    stand_as_main(namespace)
    sys.argv = ["program.py", *request.get("arguments", ())]
    before = artifacts.snapshot()
    policy.hold_to(profile)
    try:
        value = _run_parts(prepared, namespace)
        status, error = "ok", None
        checks = [_hold(check, profile, namespace) for check in request.get("checks", ())]
    except SystemExit as stop:
        value, checks = None, []
        status, error = _exit_status(stop, request["code"])
    except BaseException as raised:  # noqa: BLE001 - foreign code may raise anything at all
        value, checks = None, []
        status, error = explain.outcome_of(raised, request["code"], _FILENAME)
    return _captured(status, error, value, checks, request, namespace, calls, before)


def failure(raised: BaseException, source: str) -> Reply:
    """Return what an exception that ended the run comes to."""
    status, error = explain.outcome_of(raised, source, _FILENAME)
    return Reply(status=status, error=error)


def _prepare(source: str, profile: Mapping[str, Any]) -> policy.Prepared:
    prepared = policy.prepare(source, profile, _FILENAME)
    if not prepared.report.valid:
        raise Refused(Reply(status="rejected", error=policy.refusal_error(prepared.report)))
    return prepared


def _run_parts(prepared: policy.Prepared, namespace: dict[str, Any]) -> Any:
    """Run the program; return the value of its last expression, or of the variable `result`."""
    namespace.pop("result", None)
    if prepared.body is not None:
        exec(prepared.body, namespace)  # noqa: S102 - this is what the jail is for
    value = None
    if prepared.last is not None:
        value = eval(prepared.last, namespace)  # noqa: S307 - this is what the jail is for
    return namespace.get("result") if value is None else value


def _hold(expression: str, profile: Mapping[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    """Return whether one check holds, and why not."""
    try:
        prepared = policy.prepare(expression, profile, "<check>")
        if not prepared.report.valid or prepared.last is None:
            return {"check": expression, "holds": False, "message": "not an expression the policy allows"}
        holds = bool(eval(prepared.last, namespace))  # noqa: S307 - this is what the jail is for
    except Exception as error:  # noqa: BLE001 - a check is foreign code too
        return {"check": expression, "holds": False, "message": f"{type(error).__name__}: {error}"[:500]}
    return {"check": expression, "holds": holds, "message": "" if holds else "is false"}


def _exit_status(stop: SystemExit, source: str) -> tuple[str, Mapping[str, Any] | None]:
    if stop.code in (None, 0):
        return "ok", None
    return explain.outcome_of(stop, source, _FILENAME)


def _captured(
    status: str,
    error: Mapping[str, Any] | None,
    value: Any,
    checks: list[dict[str, Any]],
    request: Mapping[str, Any],
    namespace: Mapping[str, Any],
    calls: HostCalls,
    before: artifacts.Snapshot,
) -> Reply:
    """Render what the run left. Rendering runs the code's own methods, inside the same limits."""
    rendered = capture.Capture()
    result = rendered.value("result", value) if value is not None else None
    display = [rendered.value(f"display_{n}", shown) for n, shown in enumerate(calls.displayed, 1)]
    display += rendered.open_figures()
    variables = {
        name: rendered.value(name, namespace[name])
        for name in request.get("return_variables", ())
        if name in namespace
    }
    missing = [name for name in request.get("return_variables", ()) if name not in namespace]
    files = (*rendered.files, *artifacts.changed_since(before))
    return Reply(
        status=status,
        error=error,
        values={
            "result": result,
            "display": display,
            "variables": variables,
            "missing_variables": missing,
            "checks": checks,
        },
        tables=rendered.tables,
        files=_with_unique_names(files),
    )


def _with_unique_names(files: tuple[GuestFile, ...]) -> tuple[GuestFile, ...]:
    """A figure that the code also saved under the captured name is offered once."""
    return tuple({file.name: file for file in files}.values())
