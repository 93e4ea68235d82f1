"""Arrow tables in sealed memory, whole or made batch by batch: what queries give and datasets keep."""

from mcp_pyexec.tables.builder import Settle, TableBuilder
from mcp_pyexec.tables.sealed import SEALS, LentMemory, SealedTable, seal

__all__ = ["SEALS", "LentMemory", "SealedTable", "Settle", "TableBuilder", "seal"]
