"""The tool `query_sql`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from mcp_pyexec.tools.edge import StrictTool, answer, strict_tool
from mcp_pyexec.tools.read_dataset import ColumnInfo, columns_of, rows_text
from mcp_pyexec.tools.shapes import Shape

if TYPE_CHECKING:
    from mcp_pyexec.service import Service

__all__ = ["query_sql"]


class QueryResult(Shape):
    dataset: str
    columns: list[ColumnInfo]
    rows: list[list[Any]]
    row_count: int
    preview_truncated: bool
    cells_cut: int
    complete: bool
    bytes: int
    elapsed_s: float
    database: str
    sql_executed: str


def query_sql(service: Service) -> StrictTool:
    """Return the tool."""

    async def query_sql(
        sql: Annotated[str, Field(description="One read-only statement; :name for parameters")],
        database: str | None = None,
        parameters: dict[str, Any] | None = None,
        max_rows: Annotated[int, Field(ge=0, le=1000, description="rows of the preview")] = 50,
        timeout_s: float | None = None,
    ) -> Annotated[CallToolResult, QueryResult]:
        """Run one read-only SQL statement. The whole result is kept as a dataset (its handle goes to execute_code,
        run_classifier and read_dataset); the rows returned are a preview."""
        from mcp_pyexec.datasets import preview  # pyarrow is not loaded while the server starts

        found = await service.databases.query(
            sql, database=database, parameters=parameters, timeout_s=timeout_s
        )
        kept = service.datasets.add(found.sealed, origin=found.origin, complete=found.complete)
        page = preview(found.table, limit=max_rows)
        result = QueryResult(
            dataset=kept.handle,
            columns=columns_of(page),
            rows=page.rows,
            row_count=page.row_count,
            preview_truncated=page.next_offset is not None,
            cells_cut=page.cells_cut,
            complete=found.complete,
            bytes=kept.size_bytes,
            elapsed_s=found.elapsed_s,
            database=found.database,
            sql_executed=found.sql_executed,
        )
        return answer(f"{_head(result)}\n{rows_text(page)}", result)

    annotations = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    return strict_tool(query_sql, "Query a database", annotations)


def _head(result: QueryResult) -> str:
    shown = f", the first {len(result.rows)} shown" if result.preview_truncated else ""
    cut = (
        ""
        if result.complete
        else "; the result was CUT at a ceiling of this server, aggregate or filter in SQL"
    )
    return f"dataset {result.dataset}: {result.row_count:,} rows × {len(result.columns)} columns{shown}{cut}"
