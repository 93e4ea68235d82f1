"""`python -m mcp_pyexec`, for agent configurations that name an interpreter."""

from mcp_pyexec.cli import main

main()
