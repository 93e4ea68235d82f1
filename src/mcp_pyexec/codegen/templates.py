"""Prompts from `prompts/<task>/`, rendered strictly: a missing or unknown variable is an error.

Values are inserted as text and never compiled as templates. Text that came out of rows or of the jail passes
the filter `data` (a marked block it cannot close) or `line`; names pass `literal`. That marking lowers the
chance that a model obeys such text; it is no boundary, the jail is.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mcp_pyexec.bundled import bundled
from mcp_pyexec.errors import ConfigError

__all__ = ["Prompt", "PromptSet", "load_prompts", "render_prompt"]

_LINE_CHARS = 300
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "number": (int, float),
    "list": list,
    "dict": dict,
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """Two messages, and which wording they are: `<task>/<template>@<version>+<hash of the task's files>`."""

    system: str
    user: str
    version: str


@dataclass(frozen=True, slots=True)
class PromptSet:
    """The files of one task.

    Attributes:
        version: Of meta.toml, with a short hash over all files of the task.
        variables: Type name by variable, by template kind: `system`, `user`, `repair`.
        environment: Knows the task's templates and nothing else.
    """

    task: str
    version: str
    variables: Mapping[str, Mapping[str, str]]
    environment: ImmutableSandboxedEnvironment

    @property
    def categories(self) -> frozenset[str]:
        """Failure categories that have a repair prompt of their own."""
        return frozenset(
            name.removeprefix("repair_").removesuffix(".j2").replace("_", "-")
            for name in self.environment.list_templates()
            if name.startswith("repair_")
        )


def render_prompt(task: str, category: str | None, variables: Mapping[str, Any]) -> Prompt:
    """Return the system message with the first request, or with the repair request of a category.

    Args:
        task: Name of a folder in `prompts/`.
        category: None for the first request; a category without a template of its own gets `other`.
        variables: Exactly those that meta.toml names for the templates used.

    Raises:
        ValueError: A variable is missing, unknown or of another type than meta.toml says.
        ConfigError: The installation's prompts are missing or broken.
    """
    prompts = load_prompts(bundled("prompts") / task)
    kind, name = _template_for(prompts, category)
    _check_variables(prompts, kind, variables)
    return Prompt(
        system=prompts.environment.get_template("system.j2").render(variables).strip(),
        user=prompts.environment.get_template(f"{name}.j2").render(variables).strip(),
        version=f"{task}/{name}@{prompts.version}",
    )


@functools.cache
def load_prompts(folder: Path) -> PromptSet:
    """Return the prompts of one folder, read once.

    Raises:
        ConfigError: A file is missing, or meta.toml lacks a key.
    """
    sources = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.j2"))}
    missing = {"system.j2", "user.j2", "repair_other.j2"} - set(sources)
    if missing:
        raise ConfigError(f"The prompts of {folder.name!r} lack {', '.join(sorted(missing))}. {_REINSTALL}")
    try:
        text = (folder / "meta.toml").read_text("utf-8")
        meta = tomllib.loads(text)
        version, variables = str(meta["version"]), dict(meta["variables"])
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigError(f"prompts/{folder.name}/meta.toml cannot be used: {error}. {_REINSTALL}") from error
    digest = hashlib.sha256(repr((text, sources)).encode()).hexdigest()[:8]
    return PromptSet(folder.name, f"{version}+{digest}", variables, _environment(sources))


_REINSTALL = "Reinstall the package, or run from a complete checkout."


def _environment(sources: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(sources),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(data=_data, line=_line, literal=_literal)
    return environment


def _template_for(prompts: PromptSet, category: str | None) -> tuple[str, str]:
    if category is None:
        return "user", "user"
    known = category if category in prompts.categories else "other"
    return "repair", f"repair_{known.replace('-', '_')}"


def _check_variables(prompts: PromptSet, kind: str, given: Mapping[str, Any]) -> None:
    expected = {**prompts.variables["system"], **prompts.variables[kind]}
    missing, unknown = sorted(set(expected) - set(given)), sorted(set(given) - set(expected))
    if missing or unknown:
        raise ValueError(f"prompt {prompts.task}/{kind}: missing variables {missing}, unknown {unknown}")
    for name, kind_name in expected.items():
        if not isinstance(given[name], _TYPES[kind_name]):
            raise ValueError(
                f"prompt {prompts.task}/{kind}: {name!r} must be {kind_name}, not {type(given[name]).__name__}"
            )


def _data(text: str, source: str) -> str:
    """Return text as a block marked as data, which nothing in the text can close or imitate."""
    visible = _BLOCK_TAG.sub(r"(\1", _visible(text)).strip("\n")
    return f'<data source="{source}">\n{visible}\n</data>'


def _line(text: str) -> str:
    """Return text on one bounded line, for a place inside a block or a list."""
    flat = _BLOCK_TAG.sub(r"(\1", " ".join(_visible(text).split()))
    return flat if len(flat) <= _LINE_CHARS else flat[:_LINE_CHARS] + "…"


def _literal(text: str) -> str:
    """Return text as a Python string literal, as the program must write it."""
    return _BLOCK_TAG.sub(r"\\x3c\1", repr(text))


def _visible(text: str) -> str:
    """Without control and format characters: terminal escapes, bidi overrides, invisible tags."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE)


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLOCK_TAG = re.compile(r"<([\s/]*data)", re.IGNORECASE)
