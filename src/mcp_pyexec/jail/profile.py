"""Profiles: what code may import and call, read from `sandbox/profiles/*.toml`.

The host reads a profile only to order profiles, to build the jail's file system and to hand the rest to the
guest, where the policy is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_pyexec.bundled import bundled
from mcp_pyexec.errors import ConfigError, RequestError, nearest

__all__ = ["Profile", "Profiles", "load_profiles"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile.

    Attributes:
        order: Its place from strict (0) upwards.
        preload: Modules that the template imports.
        distributions: Installed distributions that the jail can see, with their dependencies.
        document: The whole file, as the guest gets it.
    """

    name: str
    order: int
    description: str
    preload: tuple[str, ...]
    distributions: tuple[str, ...]
    document: Mapping[str, Any]

    @property
    def template_key(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Profiles with the same key can share one template."""
        return self.preload, self.distributions


class Profiles:
    """The profiles of a server, and the loosest one that a caller may ask for."""

    def __init__(self, known: Mapping[str, Profile], ceiling: str) -> None:
        if ceiling not in known:
            raise ConfigError(f"There is no profile {ceiling!r}.{nearest(ceiling, known)}")
        self._known = known
        self.ceiling = known[ceiling]

    def choose(self, name: str | None) -> Profile:
        """Return the profile asked for, or the server's own.

        Raises:
            RequestError: `unknown-profile`; `profile-not-allowed` for a looser one than the server's.
        """
        if name is None:
            return self.ceiling
        if name not in self._known:
            raise RequestError(
                "unknown-profile", f"There is no profile {name!r}.{nearest(name, self._known)}"
            )
        profile = self._known[name]
        if profile.order > self.ceiling.order:
            raise RequestError(
                "profile-not-allowed",
                f"Profile {name!r} is looser than this server allows ({self.ceiling.name!r}). Leave `profile` "
                f"out, or ask the operator to start the server with --profile {name}.",
            )
        return profile

    def named(self, name: str) -> Profile:
        """Return a profile by name, whatever the ceiling: for the project's own jobs and checked requests."""
        return self._known[name]

    def sharing_template(self, profile: Profile) -> list[Profile]:
        """Return every profile, whatever the ceiling, that the profile's template serves."""
        return [p for p in self._known.values() if p.template_key == profile.template_key]


def load_profiles(ceiling: str) -> Profiles:
    """Return the bundled profiles under a ceiling.

    Raises:
        ConfigError: For a profile file that lacks a key, or an unknown ceiling.
    """
    known = {}
    for path in sorted((bundled("sandbox") / "profiles").glob("*.toml")):
        profile = _parse(path.stem, tomllib.loads(path.read_text("utf-8")))
        known[profile.name] = profile
    return Profiles(known, ceiling)


def _parse(stem: str, document: Mapping[str, Any]) -> Profile:
    try:
        return Profile(
            name=str(document["name"]),
            order=int(document["order"]),
            description=str(document["description"]),
            preload=tuple(document["preload"]),
            distributions=tuple(document["distributions"]),
            document=document,
        )
    except KeyError as missing:
        raise ConfigError(f"Profile file {stem}.toml lacks the key {missing}.") from None
