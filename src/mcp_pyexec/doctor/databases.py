"""Whether each configured database opens, and what its role could do that reading does not need."""

from __future__ import annotations

from mcp_pyexec.config import Settings
from mcp_pyexec.doctor.machine import Check
from mcp_pyexec.errors import ConfigError, PyexecError
from mcp_pyexec.service import Service
from mcp_pyexec.sql import Databases

__all__ = ["check_databases"]


async def check_databases(settings: Settings) -> list[Check]:
    """Return a check for each database of the settings, data files included; none if none is configured."""
    if not (settings.databases or settings.data):
        return []
    try:
        databases = Service(settings).databases
    except ConfigError as error:
        return [Check("databases", "problem", "cannot be configured so", str(error))]
    try:
        return [await _checked(databases, name) for name in databases.names]
    finally:
        await databases.close()


async def _checked(databases: Databases, name: str) -> Check:
    label = f"database {name}"
    try:
        notes = await databases.notes(name)
    except PyexecError as error:
        return Check(label, "problem", "does not open", str(error))
    if notes:
        return Check(label, "note", notes)
    return Check(label, "good", "opens; its session can only read")
