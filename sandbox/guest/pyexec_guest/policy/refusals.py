"""What a program gets when a guard refuses at run time: exceptions that carry a rule and a way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

__all__ = ["PolicyAttributeError", "PolicyError", "PolicyFileError", "PolicyImportError", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is refused.

    Attributes:
        rule: Kebab-case id, listed in LIMITATIONS.md.
        message: What was refused and why.
        suggestion: What to write instead.
    """

    rule: str
    message: str
    suggestion: str

    def stop(self) -> NoReturn:
        """Raise this refusal in the program, as the exception type that ordinary code would expect."""
        raise _KINDS.get(self.rule, PolicyError)(self)


class PolicyError(Exception):
    """The policy refused something that only showed at run time.

    Attributes:
        rule: As in a finding.
        hint: What to write instead.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.rule = refusal.rule
        self.hint = refusal.suggestion


class PolicyImportError(PolicyError, ModuleNotFoundError):
    """A module or a name of a module that the profile does not have."""


class PolicyAttributeError(PolicyError, AttributeError):
    """An attribute that leads out of what the profile allows."""


class PolicyFileError(PolicyError, PermissionError):
    """A path outside the working directory, or an address on a network."""


_KINDS: dict[str, type[PolicyError]] = {
    "import": PolicyImportError,
    "module-name": PolicyAttributeError,
    "module-hop": PolicyAttributeError,
    "dunder-attribute": PolicyAttributeError,
    "interpreter-internals": PolicyAttributeError,
    "class-internals": PolicyAttributeError,
    "path": PolicyFileError,
    "network": PolicyFileError,
}
