"""The module that a program is, as far as the standard library looks for one.

`dataclasses` and `typing` read annotations that are text in the namespace of `sys.modules[cls.__module__]`, which for a
program is `__main__`. Without this they would look in the guest's own.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, cast

__all__ = ["stand_as_main"]


class _Program:
    """Not a module, so that nothing takes it for a library; its attributes are the program's variables."""


def stand_as_main(namespace: dict[str, Any]) -> None:
    """Make `sys.modules["__main__"]` show the namespace of a program."""
    program = _Program()
    program.__dict__ = namespace
    sys.modules["__main__"] = cast("ModuleType", program)
