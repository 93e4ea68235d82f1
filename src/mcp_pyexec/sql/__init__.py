"""Read-only SQL: a guard over the statement, engines that stay read-only without it, results as Arrow."""

from mcp_pyexec.sql.description import Column, Database, Description, Table
from mcp_pyexec.sql.engine import Databases
from mcp_pyexec.sql.files import DataConversion
from mcp_pyexec.sql.guard import GuardedQuery, guard
from mcp_pyexec.sql.results import QueryResult, SqlLimits

__all__ = [
    "Column",
    "DataConversion",
    "Database",
    "Databases",
    "Description",
    "GuardedQuery",
    "QueryResult",
    "SqlLimits",
    "Table",
    "guard",
]
