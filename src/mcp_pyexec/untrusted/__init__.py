"""What a process in a jail wrote, checked before anything of the host uses it."""

from mcp_pyexec.untrusted.tables import read_rows, read_untrusted

__all__ = ["read_rows", "read_untrusted"]
