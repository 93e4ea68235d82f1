"""The command line. Exit codes: 0 good, 1 ran and failed, 2 configuration."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mcp_pyexec import __version__
from mcp_pyexec.config import Settings, load_settings
from mcp_pyexec.errors import ConfigError, PyexecError
from mcp_pyexec.jail import Template
from mcp_pyexec.service import Service

__all__ = ["main"]

app = typer.Typer(
    help="MCP server: read-only SQL and generated Python on the rows, inside a kernel-isolated jail.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Database = Annotated[
    list[str] | None,
    typer.Option(
        "--database", metavar="NAME=URL", help="Database by name and SQLAlchemy URL; may be repeated."
    ),
]
Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="CSV, TSV, JSON lines, JSON, Parquet, Excel, SQLite or DuckDB file, or a folder of them, "
        "served as database `data`; may be repeated.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", help="Loosest policy: strict, moderate (default), permissive, or a TOML file."),
]
Workspace = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="DIR", help="Folder of programs for execute_code(path=…)."),
]
Config = Annotated[Path | None, typer.Option("--config", metavar="TOML", help="Configuration file.")]


def main() -> None:
    """Run the command line and exit."""
    try:
        app()
    except ConfigError as error:
        typer.echo(f"mcp-pyexec: {error}", err=True)
        raise SystemExit(2) from None


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mcp-pyexec {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    return


@app.command()
def serve(
    database: Database = None,
    data: Data = None,
    profile: Profile = None,
    workspace: Workspace = None,
    config: Config = None,
) -> None:
    """Serve MCP over stdin and stdout; this is what an agent's configuration starts."""
    service, template = _start(_settings(database, data, profile, workspace, config))
    from mcp_pyexec.stdio import serve_stdio  # the SDK is imported while the jail starts

    serve_stdio(service, template)


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="Python program to run in the jail.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="Its sys.argv[1:].")] = None,
    database: Database = None,
    data: Data = None,
    profile: Profile = None,
    output: Annotated[Path | None, typer.Option("--output", help="Folder for the files it leaves.")] = None,
    config: Config = None,
) -> None:
    """Run one program in the jail, as execute_code would."""
    from mcp_pyexec.direct import run_program

    program = _read(file)
    settings = _settings(database, data, profile, None, config)
    raise SystemExit(
        _finish(settings, lambda service: run_program(service, program, arguments or [], output))
    )


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="Python program to check.")],
    profile: Profile = None,
    config: Config = None,
) -> None:
    """Check one program against the policy; prints the verdict as JSON, never runs it."""
    from mcp_pyexec.direct import check_program

    settings = _settings(None, None, profile, None, config)
    raise SystemExit(_finish(settings, lambda service: check_program(service, _read(file))))


@app.command()
def doctor(
    full: Annotated[
        bool, typer.Option("--full", help="Every escape attempt instead of the short set.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    database: Database = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Check this machine and the configured databases, attack the jail, and say layer by layer what held."""
    from mcp_pyexec.doctor import run_doctor

    raise SystemExit(run_doctor(full, as_json, _settings(database, data, None, None, config)))


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Folder for the database and the pictures.")] = Path(
        "demo-output"
    ),
) -> None:
    """Show an agent's whole job on real data, acting as an MCP client of a server of its own."""
    from mcp_pyexec.demo import run_demo

    raise SystemExit(asyncio.run(run_demo(output)))


def _settings(
    database: list[str] | None,
    data: list[Path] | None,
    profile: str | None,
    workspace: Path | None,
    config: Path | None,
) -> Settings:
    options: dict[str, Any] = {
        "databases": tuple(database or ()),
        "data": tuple(data or ()),
        "profile": profile,
        "workspace": workspace,
    }
    settings = load_settings(options, config)
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    return settings


def _start(settings: Settings) -> tuple[Service, Template]:
    service = Service(settings)
    return service, Template(service.profiles.sharing_template(service.profiles.ceiling))


def _finish(settings: Settings, work: Any) -> int:
    async def whole() -> int:
        service, template = _start(settings)
        try:
            await service.start(template)
            return int(await work(service))
        finally:
            await service.close()

    try:
        return asyncio.run(whole())
    except ConfigError:
        raise
    except PyexecError as error:
        typer.echo(json.dumps({"error": str(error)}), err=True)
        return 1


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} could not be read as UTF-8 text: {error}") from None
