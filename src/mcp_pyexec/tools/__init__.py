"""The MCP tools, one file each."""

from mcp_pyexec.tools.registry import all_tools

__all__ = ["all_tools"]
