"""The tools of the server, in the order that agents see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_pyexec.tools.describe_database import describe_database
from mcp_pyexec.tools.edge import StrictTool
from mcp_pyexec.tools.execute_code import execute_code
from mcp_pyexec.tools.generate_and_execute import generate_and_execute
from mcp_pyexec.tools.manage_session import manage_session
from mcp_pyexec.tools.query_sql import query_sql
from mcp_pyexec.tools.read_dataset import read_dataset
from mcp_pyexec.tools.run_classifier import run_classifier
from mcp_pyexec.tools.validate_code import validate_code

if TYPE_CHECKING:
    from mcp_pyexec.service import Service

__all__ = ["all_tools"]

_TOOLS = (
    describe_database,
    query_sql,
    read_dataset,
    validate_code,
    execute_code,
    run_classifier,
    generate_and_execute,
    manage_session,
)


def all_tools(service: Service) -> list[StrictTool]:
    """Return every tool, bound to the service."""
    return [make(service) for make in _TOOLS]
