"""The program that makes one DuckDB file out of data files, in a process of its own (`python -m`); no host module
imports it.
"""
