"""What the policy said of code that was checked before, so that checking it again costs no worker.

Why this is sound: a verdict is kept under the digest of the very code and the profile it is about, and is only
ever shown to whoever sends that code. Source that takes over the worker that parses it can forge a verdict, but
only the one on itself, and could forge it in any worker. Nothing is run because of a verdict: `execute_code` compiles
again, in its own worker. Compiled code is never kept, since it would come from a process that saw untrusted code.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict

from mcp_pyexec.outcomes import Outcome

__all__ = ["Verdicts"]

_MOST = 256
_LONGEST_CHARS = 64 * 1024


class Verdicts:
    """Verdicts by code and profile, bounded in number and size; the one not asked for longest is dropped first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[bytes, str], Outcome] = OrderedDict()

    def get(self, code: str, revision: str) -> Outcome | None:
        """Return the verdict on this code under this revision of a profile, or None."""
        key = _key(code, revision)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def add(self, code: str, revision: str, outcome: Outcome) -> None:
        """Keep a verdict; one that is no verdict (a limit, a crash) or is large is not kept."""
        if outcome.status != "ok" or len(json.dumps(outcome.values)) > _LONGEST_CHARS:
            return
        self._kept[_key(code, revision)] = outcome
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)


def _key(code: str, revision: str) -> tuple[bytes, str]:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest(), revision
