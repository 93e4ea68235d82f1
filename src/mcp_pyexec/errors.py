"""The exceptions of the host, by who can act on them.

    PyexecError
    ├── RequestError    the caller can act: bad SQL, unknown handle, too long, over quota
    ├── SandboxFault    the operator can act: a template lost, a protocol broken
    └── ConfigError     the operator can act, before anything is served (exit 2)

What generated code does (raises, is refused, hits a limit, crashes) is none of these: it is an
`outcomes.Outcome`, a value.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["ConfigError", "PyexecError", "RequestError", "SandboxFault", "nearest"]


class PyexecError(Exception):
    """Anything this package raises on purpose."""


class RequestError(PyexecError):
    """A request that cannot be served as it stands; nothing was changed.

    Attributes:
        code: Stable kebab-case code, never reused for another meaning.
        message: What was wrong, what was expected and what to do next; safe to show to anyone.
        retry_after_s: When the same request may succeed, where waiting helps.
    """

    def __init__(self, code: str, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(f"[{code}] {message}")
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s


class SandboxFault(PyexecError):
    """The jail failed, not the code in it. The detail belongs in the log, the code to the caller."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"[{code}] {detail}")
        self.code = code
        self.detail = detail


class ConfigError(PyexecError):
    """The server must not serve as configured; the message holds the remedy."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the closest known name, or a list of what is known, or ""."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f" Did you mean {close[0]!r}?"
    if not names:
        return ""
    shown = ", ".join(repr(n) for n in names[:8])
    return f" Known: {shown}{', …' if len(names) > 8 else ''}."
