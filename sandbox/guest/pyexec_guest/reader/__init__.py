"""A process that holds one DuckDB database open for reading, and answers one query at a time."""

from pyexec_guest.reader.serve import main

__all__ = ["main"]
