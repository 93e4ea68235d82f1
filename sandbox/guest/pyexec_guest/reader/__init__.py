"""A process that reads one DuckDB or SQLite file, and answers one query at a time."""

from pyexec_guest.reader.serve import main

__all__ = ["main"]
