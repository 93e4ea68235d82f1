"""Tables behind handles, in sealed memory that a jail can map without copying."""

from mcp_pyexec.datasets.export import FORMATS, export
from mcp_pyexec.datasets.preview import Column, Preview, preview
from mcp_pyexec.datasets.store import LOCAL, Dataset, DatasetStore
from mcp_pyexec.datasets.summary import ColumnSummary, summarise

__all__ = [
    "FORMATS",
    "LOCAL",
    "Column",
    "ColumnSummary",
    "Dataset",
    "DatasetStore",
    "Preview",
    "export",
    "preview",
    "summarise",
]
