"""`mcp-pyexec run` and `validate`: the tools' work without a client."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mcp_pyexec.executions import ExecutionRequest
from mcp_pyexec.outcomes import File

if TYPE_CHECKING:
    from mcp_pyexec.service import Service

__all__ = ["check_program", "run_program"]


async def run_program(service: Service, code: str, arguments: Sequence[str], output: Path | None) -> int:
    """Run a program, print what it printed and its result; 0 if it ended well.

    Args:
        output: Folder for the files it leaves; without one they are only named.
    """
    execution = await service.executions.run(ExecutionRequest(code=code, arguments=arguments))
    outcome = execution.outcome
    sys.stdout.write(outcome.stdout.text)
    sys.stderr.write(outcome.stderr.text)
    result = execution.values.get("result")
    if isinstance(result, dict) and result.get("text/plain"):
        print(result["text/plain"])
    for file in outcome.files:
        _write(file, output)
    if outcome.error is not None:
        shown = outcome.error.get("traceback") or outcome.error.get("message", "")
        print(f"{outcome.status}: {shown}", outcome.error.get("hint", ""), sep="\n", file=sys.stderr)
    return 0 if outcome.status == "ok" else 1


async def check_program(service: Service, code: str) -> int:
    """Print the policy's verdict as JSON; 0 if the program would be taken."""
    outcome = await service.executions.validate(code, None)
    print(json.dumps(dict(outcome.values or outcome.error or {}), indent=1))
    return 0 if outcome.values.get("valid") is True else 1


def _write(file: File, output: Path | None) -> None:
    """Names out of the jail are relative, visible and checked; an existing file is not replaced."""
    if output is None:
        print(f"left {file.name} ({len(file.data):,} bytes); --output DIR keeps it", file=sys.stderr)
        return
    target = output / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("xb") as stream:
            stream.write(file.data)
    except FileExistsError:
        print(f"{target} exists and was left as it is", file=sys.stderr)
    else:
        print(f"wrote {target}", file=sys.stderr)
