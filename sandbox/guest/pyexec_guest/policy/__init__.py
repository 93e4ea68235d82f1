"""The policy: ordinary Python runs, what only an attack needs is refused with a reason.

The second line only: the jail is the boundary, and holds with any code inside (see SECURITY.md).
"""

from pyexec_guest.policy.compiling import Prepared, check, hold_to, new_namespace, prepare, warm
from pyexec_guest.policy.refusals import (
    PolicyAttributeError,
    PolicyError,
    PolicyFileError,
    PolicyImportError,
    Refusal,
)
from pyexec_guest.policy.report import Complexity, Finding, Report, refusal_error

__all__ = [
    "Complexity",
    "Finding",
    "PolicyAttributeError",
    "PolicyError",
    "PolicyFileError",
    "PolicyImportError",
    "Prepared",
    "Refusal",
    "Report",
    "check",
    "hold_to",
    "new_namespace",
    "prepare",
    "refusal_error",
    "warm",
]
