"""Profiles: what code may import and call, read from `sandbox/profiles/*.toml`.

The host reads a profile only to order profiles, to build the jail's file system and to hand the rest to the
guest, where the policy is.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mcp_pyexec.bundled import bundled
from mcp_pyexec.errors import ConfigError, RequestError, nearest
from mcp_pyexec.jail.stamp import stamp
from mcp_pyexec.limits import Limits

__all__ = ["Profile", "Profiles", "load_profiles"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile.

    Attributes:
        order: Its place from strict (0) upwards.
        preload: Modules that the template imports.
        distributions: Installed distributions that the jail can see, with their dependencies.
        ceilings: Limits that are lower under this profile, by the field of `Limits`.
        document: The whole file, as the guest gets it.
        revision: Digest of the document.
    """

    name: str
    order: int
    description: str
    preload: tuple[str, ...]
    distributions: tuple[str, ...]
    ceilings: Mapping[str, float]
    document: Mapping[str, Any]
    revision: str

    def limited(self, limits: Limits) -> Limits:
        """Return the limits with this profile's ceilings."""
        return replace(
            limits, **{name: min(getattr(limits, name), value) for name, value in self.ceilings.items()}
        )

    @property
    def template_key(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Profiles with the same key can share one template."""
        return self.preload, self.distributions


class Profiles:
    """The profiles of a server, and the loosest one that a caller may ask for.

    Args:
        file: The operator's own profile, read again when it changes.
    """

    def __init__(self, known: Mapping[str, Profile], ceiling: str, file: Path | None = None) -> None:
        if ceiling not in known:
            raise ConfigError(f"There is no profile {ceiling!r}.{nearest(ceiling, known)}")
        self._known = known
        self.ceiling = known[ceiling]
        self._file = file
        self._stamp = None if file is None else stamp(file)

    def choose(self, name: str | None) -> Profile:
        """Return the profile asked for, or the server's own.

        Raises:
            RequestError: `unknown-profile`; `profile-not-allowed` for one that is not stricter than the server's.
        """
        self._read_again()
        if name is None:
            return self.ceiling
        if name not in self._known:
            raise RequestError(
                "unknown-profile", f"There is no profile {name!r}.{nearest(name, self._known)}"
            )
        profile = self._known[name]
        if profile is not self.ceiling and profile.order >= self.ceiling.order:
            raise RequestError(
                "profile-not-allowed",
                f"Profile {name!r} is not stricter than this server's own ({self.ceiling.name!r}). Leave `profile` "
                f"out, or ask the operator to start the server with --profile {name}.",
            )
        return profile

    def named(self, name: str) -> Profile:
        """Return a profile by name, whatever the ceiling: for the project's own jobs and checked requests."""
        return self._known[name]

    def sharing_template(self, profile: Profile) -> list[Profile]:
        """Return every profile, whatever the ceiling, that the profile's template serves."""
        return [p for p in self._known.values() if p.template_key == profile.template_key]

    def _read_again(self) -> None:
        """Take over what changed in the operator's file; a fault in it is logged, and the profile stays as it was."""
        if self._file is None or stamp(self._file) == self._stamp:
            return
        self._stamp = stamp(self._file)
        try:
            fresh = load_profiles(str(self._file))
        except ConfigError as error:
            _log.error("the profile stays as it was: %s", error)
        else:
            self._known, self.ceiling = fresh._known, fresh.ceiling


def load_profiles(ceiling: str) -> Profiles:
    """Return the bundled profiles under a ceiling: one of them by name, or a file of the operator's own.

    Raises:
        ConfigError: For an unknown ceiling, or a file with a key that is missing, unknown or of the wrong type.
    """
    known = {path.stem: _read(path) for path in sorted((bundled("sandbox") / "profiles").glob("*.toml"))}
    if not ceiling.endswith(".toml"):
        return Profiles({name: _parse(name, document) for name, document in known.items()}, ceiling)
    path = Path(ceiling)
    custom = _on_base(path, known)
    if custom["name"] in known:
        raise ConfigError(f"{path}: {custom['name']!r} is the name of a bundled profile. Choose another.")
    profiles = {**known, custom["name"]: custom}
    parsed = {name: _parse(str(path), document) for name, document in profiles.items()}
    return Profiles(parsed, custom["name"], path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"The profile file {path} could not be read: {error}") from None


def _on_base(path: Path, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The keys of a custom file over those of the bundled profile it names as `base`."""
    document = _read(path)
    base = document.pop("base", "moderate")
    if base not in known:
        raise ConfigError(f"{path}: there is no profile {base!r} to build on.{nearest(str(base), known)}")
    for key in ("name", "description"):
        if key not in document:
            raise ConfigError(f"{path} lacks the key {key!r}.")
    if "order" in document:
        raise ConfigError(f"{path}: 'order' cannot be chosen; a custom profile stands where its base does.")
    return {**known[base], **document}


def _parse(source: str, document: Mapping[str, Any]) -> Profile:
    for key, value in document.items():
        if key not in _KEYS:
            raise ConfigError(f"{source}: there is no key {key!r}.{nearest(key, _KEYS)}")
        if not _is_of(value, _KEYS[key]):
            raise ConfigError(f"{source}: the key {key!r} must be {_KIND_NAMES[_KEYS[key]]}.")
    if missing := [key for key in _KEYS if key not in document and key not in _OPTIONAL]:
        raise ConfigError(f"{source} lacks the key {missing[0]!r}.")
    if document["files"] not in _FILES:
        raise ConfigError(f"{source}: the key 'files' must be one of {', '.join(map(repr, _FILES))}.")
    ceilings = document.get("ceilings", {})
    for key, value in ceilings.items():
        if key not in _CEILINGS:
            raise ConfigError(f"{source}: there is no ceiling {key!r}.{nearest(key, _CEILINGS)}")
        if not isinstance(value, int | float) or value <= 0:
            raise ConfigError(f"{source}: the ceiling {key!r} must be a number above zero.")
    return Profile(
        name=document["name"],
        order=document["order"],
        description=document["description"],
        preload=tuple(document["preload"]),
        distributions=tuple(document["distributions"]),
        ceilings={_CEILINGS[key]: value for key, value in ceilings.items()},
        document=document,
        revision=hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest(),
    )


def _is_of(value: object, kind: type) -> bool:
    if isinstance(value, list):
        return kind is list and all(isinstance(item, str) for item in value)
    return isinstance(value, kind)


_KEYS: dict[str, type] = {
    "name": str,
    "order": int,
    "description": str,
    "restricted": bool,
    "builtins_removed": list,
    "builtins_added": list,
    "host_functions": list,
    "files": str,
    "preload": list,
    "distributions": list,
    "imports": list,
    "names": dict,
    "ceilings": dict,
}
_FILES = ("none", "working-directory")
"""What code may read and write: nothing, or the working directory and /tmp of its own worker."""
_OPTIONAL = {"names", "ceilings"}
_KIND_NAMES = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list of texts",
    dict: "a table",
}
_CEILINGS = {
    "timeout_s": "wall_s",
    "cpu_s": "cpu_s",
    "memory_mb": "memory_mb",
    "processes": "processes",
    "disk_mb": "disk_mb",
}
"""Ceilings that a profile may lower, and the fields of `Limits` they are."""
