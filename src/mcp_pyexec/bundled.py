"""Where `prompts/` and `sandbox/` are: in a checkout beside `src/`, in a wheel inside the package."""

from __future__ import annotations

from pathlib import Path

from mcp_pyexec.errors import ConfigError

__all__ = ["bundled"]


def bundled(name: str) -> Path:
    """Return the folder `prompts` or `sandbox`.

    Raises:
        ConfigError: If the installation lacks it.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_data" / name, package.parent.parent / name):
        if folder.is_dir():
            return folder
    raise ConfigError(
        f"The folder {name!r} is missing from this installation of mcp-pyexec. "
        "Reinstall the package, or run from a complete checkout."
    )
