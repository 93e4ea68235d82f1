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

__all__ = ["Description", "as_text", "describe_database"]


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


class SchemaSize(Shape):
    name: str
    tables: int


class DatabaseDescription(Shape):
    name: str
    dialect: str
    description: str
    tables: list[TableDescription]
    tables_total: int
    schemas: list[SchemaSize]


class Description(Shape):
    databases: list[DatabaseDescription]


def describe_database(service: Service) -> StrictTool:
    """Return the tool."""

    async def describe_database(
        database: str | None = None,
        table: Annotated[str | None, Field(description="name, or pattern such as sales.*")] = None,
        samples: Annotated[int, Field(description="example values per column")] = 3,
    ) -> Annotated[CallToolResult, Description]:
        """List databases and their tables; with `database` also the columns; with `table` also example values.
        Start here before writing SQL. Of many tables the first are named, and all schemas."""
        found = await service.databases.describe(database=database, table=table, samples=samples)
        result = Description.model_validate(asdict(found))
        return answer(as_text(result), result)

    annotations = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    return strict_tool(describe_database, "Describe databases", annotations)


def as_text(result: Description) -> str:
    """Return a description as an agent reads it."""
    lines = []
    for database in result.databases:
        lines.append(f"database {database.name} ({database.dialect}) {database.description}".rstrip())
        for table in database.tables:
            rows = "" if table.rows_estimate is None else f", about {table.rows_estimate:,} rows"
            lines.append(f"  {table.kind} {table.name}{rows} {table.comment}".rstrip())
            lines += [f"    {_column(column)}" for column in table.columns]
        lines += _rest(database)
    return (
        "\n".join(lines)
        or "There are no databases. Start the server with --database NAME=URL or --data FILE."
    )


def _rest(database: DatabaseDescription) -> list[str]:
    """What is not named above, and how to get it."""
    lines = []
    if not all(table.columns for table in database.tables) and any(
        table.columns for table in database.tables
    ):
        lines.append("  (tables without columns here: ask for them by table, or by a pattern)")
    if database.tables_total > len(database.tables):
        schemas = ", ".join(f"{schema.name or 'no schema'} ({schema.tables})" for schema in database.schemas)
        lines.append(
            f"  {len(database.tables)} of {database.tables_total:,} tables are named. Schemas: {schemas}. "
            "Narrow it with table='SCHEMA.*' or table='*WORD*'."
        )
    return lines


def _column(column: ColumnDescription) -> str:
    notes = [column.type]
    notes += ["masked"] if column.masked else []
    notes += ["primary key"] if column.primary_key else []
    notes += [f"references {column.references}"] if column.references else []
    notes += [f"{column.distinct:,} distinct"] if column.distinct is not None else []
    notes += [f"{column.null_share:.0%} null"] if column.null_share else []
    samples = f" e.g. {', '.join(map(str, column.samples))[:120]}" if column.samples else ""
    return f"{column.name}: {', '.join(notes)}{samples} {column.comment}".rstrip()
