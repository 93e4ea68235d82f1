"""A process that makes one DuckDB file out of one data file, or puts such files together."""

from pyexec_guest.conversion.serve import main

__all__ = ["main"]
