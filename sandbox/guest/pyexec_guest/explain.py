"""What an exception of foreign code comes to: status, category, the user's own lines, and a hint.

Tracebacks show the user's code with its lines, and library frames by function name only; never a path.
"""

from __future__ import annotations

import builtins
import errno
import traceback
from pathlib import Path
from typing import Any

from pyexec_guest import policy

__all__ = ["outcome_of"]

_MESSAGE_CHARS = 2_000
_FRAMES = 20

_INSIDE = (str(Path(__file__).parent) + "/", "<frozen importlib")
"""Where the guest's own code and Python's import machinery come from: no part of a program's story."""

_LIMIT_HINTS = {
    "cpu": "Use less computation: sample the rows, vectorise loops, or ask for less at a time.",
    "memory": "Use less memory: select columns, read in parts, use smaller dtypes, or aggregate in SQL.",
    "processes": "Use fewer threads and no child processes; n_jobs=1 is fine here.",
    "files": "Close files when done, for example with a `with` block.",
    "disk": "Write less to the working directory; it is small and lives in memory.",
    "wall": "Make the code finish sooner: sample the rows, vectorise loops, or do the heavy part in SQL.",
}

_CATEGORIES: tuple[tuple[type[BaseException], str], ...] = (
    (SyntaxError, "syntax"),
    (ImportError, "import"),
    (NameError, "name"),
    (AttributeError, "attribute"),
    (KeyError, "key"),
    (IndexError, "key"),
    (TypeError, "type"),
    (ValueError, "value"),
    (ArithmeticError, "value"),
)


def outcome_of(raised: BaseException, source: str, filename: str) -> tuple[str, dict[str, Any]]:
    """Return the status and the `error` object of TOOLS `execute_code`."""
    limit = _limit_of(raised)
    category = "limit" if limit else _category_of(raised)
    error: dict[str, Any] = {
        "category": category,
        "type": type(raised).__name__,
        "message": _message_of(raised),
        "line": _last_line(raised, filename),
        "traceback": _traceback_of(raised, source, filename),
        "hint": _LIMIT_HINTS[limit] if limit else _hint_of(raised),
    }
    if limit:
        error["limit"] = limit
    return ("limit" if limit else "raised"), error


def _limit_of(raised: BaseException) -> str | None:
    if isinstance(raised, MemoryError):
        return "memory"
    if isinstance(raised, KeyboardInterrupt):
        return "cpu" if type(raised).__name__ == "CpuLimitReached" else "wall"
    if isinstance(raised, RuntimeError) and "can't start new thread" in str(raised):
        return "processes"
    if isinstance(raised, OSError):
        return {
            errno.EMFILE: "files",
            errno.ENOSPC: "disk",
            errno.EFBIG: "disk",
            errno.EAGAIN: "processes",
            errno.ENOMEM: "memory",
        }.get(raised.errno or 0)
    return None


def _category_of(raised: BaseException) -> str:
    if isinstance(raised, policy.PolicyError):
        return "import" if isinstance(raised, ImportError) else "policy"
    for kind, category in _CATEGORIES:
        if isinstance(raised, kind):
            return category
    module = type(raised).__module__.partition(".")[0]
    return "data" if module in {"pandas", "numpy", "sklearn", "scipy", "pyarrow"} else "other"


def _message_of(raised: BaseException) -> str:
    try:
        text = str(raised)
    except Exception:  # noqa: BLE001 - a foreign __str__
        text = "<message could not be shown>"
    return text if len(text) <= _MESSAGE_CHARS else text[:_MESSAGE_CHARS] + "…"


def _hint_of(raised: BaseException) -> str:
    hint = getattr(raised, "hint", "")
    if isinstance(raised, policy.PolicyError) and isinstance(hint, str):
        return hint
    suggestion = traceback.TracebackException(type(raised), raised, None, compact=True)
    text = "".join(suggestion.format_exception_only()).strip()
    _, _, did_you_mean = text.partition(". Did you mean: ")
    if did_you_mean:
        return f"Did you mean {did_you_mean}"
    if isinstance(raised, KeyError):
        return "Look at what is there first, for example with `df.columns` or `list(mapping)`."
    if isinstance(raised, builtins.ModuleNotFoundError):
        return "Only the modules of the profile can be imported; nothing can be installed."
    return ""


def _user_frames(raised: BaseException, filename: str) -> list[traceback.FrameSummary]:
    return [f for f in traceback.extract_tb(raised.__traceback__) if f.filename == filename]


def _last_line(raised: BaseException, filename: str) -> int | None:
    if isinstance(raised, SyntaxError) and raised.filename == filename:
        return raised.lineno
    frames = _user_frames(raised, filename)
    return frames[-1].lineno if frames else None


def _traceback_of(raised: BaseException, source: str, filename: str) -> str:
    lines, rendered = source.splitlines(), ["Traceback (most recent call last):"]
    for frame in _shown(traceback.extract_tb(raised.__traceback__), filename):
        if frame.filename == filename:
            rendered.append(f"  line {frame.lineno}, in {frame.name}")
            rendered += [f"    {_line(lines, frame.lineno)}"]
        else:
            rendered.append(f"  in {frame.name} (library)")
    rendered.append(f"{type(raised).__name__}: {_message_of(raised)}")
    return "\n".join(rendered)


def _shown(frames: traceback.StackSummary, filename: str) -> list[traceback.FrameSummary]:
    """From the user's first frame on, without the guards; the middle of a deep one is left out."""
    first = next((n for n, f in enumerate(frames) if f.filename == filename), len(frames))
    shown = [frame for frame in list(frames)[first:] if not frame.filename.startswith(_INSIDE)]
    return shown if len(shown) <= _FRAMES else shown[: _FRAMES // 2] + shown[-_FRAMES // 2 :]


def _line(lines: list[str], number: int | None) -> str:
    return lines[number - 1].strip()[:200] if number and number <= len(lines) else ""
