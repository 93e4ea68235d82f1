"""The part of mcp-pyexec that runs inside the jail; imports nothing of the host's package."""
