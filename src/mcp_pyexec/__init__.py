"""mcp-pyexec: read-only SQL and generated Python on the rows, inside a kernel-isolated jail."""

__version__ = "0.1.0"
__all__ = ["__version__"]
