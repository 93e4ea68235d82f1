"""What a program may touch, watched where Python itself touches it: by an audit hook of the interpreter.

The guards know functions by name; a library has more ways to a file than anyone lists. Every `open`, rename or
removal in Python code raises an audit event, with the path as it is used, so this is where the rule holds. Native
code that opens files by itself (pyarrow) is not seen here; its functions are guarded by name. Not against native
code: that is the jail's part.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from pyexec_guest.policy.paths import path_refusal
from pyexec_guest.policy.refusals import Refusal
from pyexec_guest.policy.rules import Rules

__all__ = ["watch"]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_READABLE_WORDS = "/usr/share /usr/lib /dev /proc /sys /etc/localtime"
"""Besides the libraries' own folders: fonts, time zones, and what libraries ask the machine."""

_installed = False
_rules: Rules | None = None


def watch(rules: Rules | None) -> None:
    """Hold this process to the rules from now on; None for a profile without a policy."""
    global _installed, _rules
    _rules = rules if rules is not None and rules.restricted else None
    if _rules is not None and not _installed:
        _installed = True
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Called by the interpreter for every event; Python has no way to take it back."""
    if _rules is None:
        return
    handler = _HANDLERS.get(event)
    if handler is not None:
        handler(_rules, arguments)


def _opened(rules: Rules, arguments: tuple[Any, ...]) -> None:
    path, _mode, flags = arguments
    if isinstance(path, int):
        return
    if (isinstance(flags, int) and flags & _WRITES) or not _is_of_libraries(os.path.realpath(_text(path))):
        _stop_unless_allowed(rules, path)


def _listed(_rules: Rules, arguments: tuple[Any, ...]) -> None:
    path = arguments[0] if arguments[0] is not None else "."
    refusal = None if isinstance(path, int) else path_refusal(_text(path))
    if refusal is not None and not _is_of_libraries(os.path.realpath(_text(path))):
        refusal.stop()


def _changed(*places: int) -> Callable[[Rules, tuple[Any, ...]], None]:
    def handler(rules: Rules, arguments: tuple[Any, ...]) -> None:
        in_folder = any(isinstance(a, int) and a >= 0 for a in arguments[len(places) :]) and len(places) == 1
        for place in places:
            path = arguments[place]
            plain = isinstance(path, str) and "/" not in path and path not in (".", "..")
            if not isinstance(path, int) and not (in_folder and plain):
                _stop_unless_allowed(rules, path)

    return handler


def _linked(rules: Rules, arguments: tuple[Any, ...]) -> None:
    target, link = os.fsdecode(arguments[0]), os.fsdecode(arguments[1])
    _stop_unless_allowed(rules, link)
    _stop_unless_allowed(rules, os.path.join(os.path.dirname(link), target))  # noqa: PTH118, PTH120 - plain text


def _stop_unless_allowed(rules: Rules, path: Any) -> None:
    text = _text(path)
    if text == os.devnull:
        return
    refusal = rules.no_files() or path_refusal(text)
    if refusal is not None:
        refusal.stop()


def _text(path: Any) -> str:
    """The path itself: a subclass of str may answer differently each time."""
    if isinstance(path, bytes):
        return os.fsdecode(bytes(path))
    return str.__str__(path) if isinstance(path, str) else os.fsdecode(path)


def _is_of_libraries(full: str) -> bool:
    roots = {*_READABLE_WORDS.split(), sys.prefix, sys.base_prefix, *filter(None, sys.path)}
    return any(
        full == root or full.startswith(root.rstrip("/") + "/") for root in map(os.path.realpath, roots)
    )


def _refused(rule: str, message: str, suggestion: str) -> Callable[[Rules, tuple[Any, ...]], None]:
    refusal = Refusal(rule, message, suggestion)
    return lambda _rules, _arguments: refusal.stop()


_NO_PROCESS = _refused("process", "There are no programs in the jail to start.", "Compute in Python.")
_NO_NETWORK = _refused("network", "The jail has no network.", "Use query_sql or dataset for rows.")

_HANDLERS: dict[str, Callable[[Rules, tuple[Any, ...]], None]] = {
    "open": _opened,
    "os.listdir": _listed,
    "os.scandir": _listed,
    "os.rename": _changed(0, 1),
    "os.link": _changed(0, 1),
    "os.symlink": _linked,
    **dict.fromkeys(
        (
            "os.chdir",
            "os.remove",
            "os.rmdir",
            "os.mkdir",
            "os.chmod",
            "os.chown",
            "os.truncate",
            "os.utime",
            "os.setxattr",
        ),
        _changed(0),
    ),
    **dict.fromkeys(
        ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"), _NO_PROCESS
    ),
    **dict.fromkeys(
        ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"),
        _NO_NETWORK,
    ),
    "sqlite3.connect": _refused(
        "database", "There is no database in the jail.", "Use query_sql(sql), which returns a DataFrame."
    ),
    "pickle.find_class": _refused(
        "unpickling",
        "Reading a pickle can run any code it holds.",
        "Use JSON, CSV or Parquet for files, and a session to keep objects.",
    ),
}
