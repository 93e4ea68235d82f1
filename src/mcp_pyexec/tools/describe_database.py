"""The tool `describe_database`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from mcp_pyexec.tools.edge import StrictTool, answer, strict_tool
from mcp_pyexec.tools.shapes import Shape

if TYPE_CHECKING:
    from mcp_pyexec.service import Service

__all__ = ["describe_database"]


class ColumnDescription(Shape):
    name: str
    type: str
    nullable: bool
    primary_key: bool
    references: str | None
    comment: str
    samples: list[Any]
    distinct: int | None
    null_share: float | None
    masked: bool


class TableDescription(Shape):
    name: str
    kind: str
    rows_estimate: int | None
    comment: str
    columns: list[ColumnDescription]


class DatabaseDescription(Shape):
    name: str
    dialect: str
    description: str
    tables: list[TableDescription]


class Description(Shape):
    databases: list[DatabaseDescription]


def describe_database(service: Service) -> StrictTool:
    """Return the tool."""

    async def describe_database(
        database: str | None = None,
        table: str | None = None,
        samples: Annotated[int, Field(description="example values per column")] = 3,
    ) -> Annotated[CallToolResult, Description]:
        """List databases and their tables; with `database` also the columns; with `table` also example values.
        Start here before writing SQL."""
        found = await service.databases.describe(database=database, table=table, samples=samples)
        result = Description.model_validate(asdict(found))
        return answer(_text(result), result)

    annotations = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    return strict_tool(describe_database, "Describe databases", annotations)


def _text(result: Description) -> str:
    lines = []
    for database in result.databases:
        lines.append(f"database {database.name} ({database.dialect}) {database.description}".rstrip())
        for table in database.tables:
            rows = "" if table.rows_estimate is None else f", about {table.rows_estimate:,} rows"
            lines.append(f"  {table.kind} {table.name}{rows} {table.comment}".rstrip())
            lines += [f"    {_column(column)}" for column in table.columns]
    return (
        "\n".join(lines)
        or "There are no databases. Start the server with --database NAME=URL or --data FILE."
    )


def _column(column: ColumnDescription) -> str:
    notes = [column.type]
    notes += ["masked"] if column.masked else []
    notes += ["primary key"] if column.primary_key else []
    notes += [f"references {column.references}"] if column.references else []
    notes += [f"{column.distinct:,} distinct"] if column.distinct is not None else []
    notes += [f"{column.null_share:.0%} null"] if column.null_share else []
    samples = f" e.g. {', '.join(map(str, column.samples))[:120]}" if column.samples else ""
    return f"{column.name}: {', '.join(notes)}{samples} {column.comment}".rstrip()
