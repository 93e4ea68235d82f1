"""`mcp-pyexec demo`: an agent's whole job on real data, by a real MCP client of a server over stdio.

Every step checks what it shows; the exit code is 0 only if all held.
"""

from __future__ import annotations

import base64
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, ImageContent, TextContent
from rich.console import Console, Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from mcp_pyexec.config import ENV_PREFIX, model_variables
from mcp_pyexec.demo_data import build_demo_database

__all__ = ["run_demo"]

_QUESTION_SQL = """\
SELECT diagnosis, count(*) AS tumours, round(avg(mean_radius), 2) AS mean_radius,
       round(avg(mean_concavity), 3) AS mean_concavity
FROM breast_cancer GROUP BY diagnosis ORDER BY tumours DESC"""

_FIGURE_CODE = """\
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 4))
for diagnosis, rows in tumours.groupby("diagnosis"):
    axes.scatter(rows["mean_radius"], rows["mean_texture"], s=14, alpha=0.7, label=diagnosis)
axes.set(xlabel="mean radius", ylabel="mean texture", title="569 tumours")
axes.legend()

tumours.groupby("diagnosis")["mean_radius"].describe().round(2)"""

_ATTACK = """\
import os, socket, subprocess

def attempt(name, action):
    try:
        return name, f"GOT {action()!r}"
    except BaseException as error:
        return name, f"{type(error).__name__}: {error}"

result = dict([
    attempt("read the canary file", lambda: open("CANARY_PATH").read()),
    attempt("read /etc/shadow", lambda: open("/etc/shadow").read()),
    attempt("read the server's environment", lambda: open("/proc/1/environ").read()),
    attempt("list the host's processes", lambda: [p for p in os.listdir("/proc") if p.isdigit()] or 1 / 0),
    attempt("start a shell", lambda: subprocess.run(["/bin/sh", "-c", "id"])),
    attempt("fork", os.fork),
    attempt("open a network socket", lambda: socket.create_connection(("127.0.0.1", 22), timeout=1)),
    attempt("write outside", lambda: open("/usr/planted", "w")),
    attempt("find a secret in the environment", lambda: [v for v in os.environ.values() if "SECRET" in v][0]),
])
result"""


class DemoFailed(Exception):
    """A step did not show what it must."""


async def run_demo(output: Path) -> int:
    """Run every step, print it, keep the pictures in `output`; return the exit code."""
    console = Console()
    output.mkdir(parents=True, exist_ok=True)
    demo = _Demo(console, output)
    started = time.monotonic()
    try:
        await demo.run()
    except DemoFailed as failure:
        console.print(f"\n[bold red]The demo failed:[/] {failure}")
        return 1
    finally:
        demo.canary.unlink(missing_ok=True)
    pictures = ", ".join(sorted(p.name for p in output.glob("*.png")))
    console.print(
        f"\n[bold green]Everything held[/] in {time.monotonic() - started:.1f} s. Pictures in {output}/: {pictures}"
    )
    console.print("Next: put the server into your agent's configuration, see README.md.")
    return 0


class _Demo:
    """The steps, in order, with what one hands to the next."""

    def __init__(self, console: Console, output: Path) -> None:
        self._console = console
        self._output = output
        self._database = output / "demo.db"
        self._secret = f"SECRET-{secrets.token_hex(8)}"
        self.canary = output / "canary.txt"
        self._steps = 0

    async def run(self) -> None:
        with self._console.status("building the demo database from scikit-learn's data sets"):
            build_demo_database(self._database)
            self.canary.write_text(self._secret, "utf-8")
        async with AsyncExitStack() as stack:
            with self._console.status("starting: mcp-pyexec serve --database demo=sqlite:///…/demo.db"):
                client = await stack.enter_async_context(Client(self._server("moderate")))
                tools = [tool.name for tool in (await client.list_tools()).tools]
            self._title("An agent connects over stdio and lists the tools")
            self._console.print("  ".join(f"[cyan]{name}[/]" for name in tools))
            await self._describe(client)
            await self._query(client)
            await self._classify(client)
            await self._figure(client)
            await self._refused(client)
            await self._generate(client)
        async with Client(self._server("permissive")) as unguarded:
            await self._contained(unguarded)

    def _server(self, profile: str) -> StdioServerParameters:
        """As an agent's configuration would start it; the environment holds a secret for the attack to look for."""
        url = f"sqlite:///{self._database.resolve()}"
        return StdioServerParameters(
            command=sys.executable,
            args=["-m", "mcp_pyexec", "serve", "--database", f"demo={url}", "--profile", profile],
            env={"DEMO_TOKEN": self._secret, **model_variables()},
        )

    async def _describe(self, client: Client) -> None:
        self._title("describe_database: what is there?")
        said = await self._call(client, "describe_database", database="demo")
        table = Table("table", "rows", "columns", "about", box=None, pad_edge=False, header_style="bold")
        for entry in said["databases"][0]["tables"]:
            columns = [column["name"] for column in entry["columns"]]
            shown = ", ".join(columns[:4]) + (f", … ({len(columns)})" if len(columns) > 4 else "")
            table.add_row(entry["name"], str(entry["rows_estimate"] or ""), shown, entry["comment"] or "")
        self._console.print(table)

    async def _query(self, client: Client) -> None:
        self._title("query_sql: one read-only statement, the result kept as a dataset")
        self._code(_QUESTION_SQL, "sql")
        said = await self._call(client, "query_sql", sql=_QUESTION_SQL)
        self._rows([c["name"] for c in said["columns"]], said["rows"])
        self._expect(sum(row[1] for row in said["rows"]) == 569, "the query did not count 569 tumours")
        refused = await client.call_tool("query_sql", {"sql": "DROP TABLE breast_cancer"})
        self._expect(bool(refused.is_error), "DROP TABLE was not refused")
        self._console.print(f"[dim]DROP TABLE breast_cancer →[/] [yellow]{_text_of(refused)}[/]")

    async def _classify(self, client: Client) -> None:
        self._title("run_classifier: trained in one jail, scored in another that never met the model")
        said = await self._call(
            client,
            "run_classifier",
            sql="SELECT * FROM breast_cancer",
            target="diagnosis",
            model="logistic_regression",
        )
        table = Table(
            "metric", "model", "always the commonest", box=None, pad_edge=False, header_style="bold"
        )
        for name, value in said["metrics"].items():
            table.add_row(
                name, f"{value:.4f}", f"{said['baseline'][name]:.4f}" if name in said["baseline"] else ""
            )
        self._console.print(table)
        matrix = said["confusion_matrix"]
        self._console.print("\nconfusion matrix (rows: actual, columns: predicted)")
        self._rows(
            ["", *matrix["labels"]],
            [[a, *c] for a, c in zip(matrix["labels"], matrix["counts"], strict=True)],
        )
        self._console.print(f"[dim]{said['metrics_note']}[/]")
        self._expect(said["metrics"]["accuracy"] > 0.9, "the classifier is not better than 0.9")

    async def _figure(self, client: Client) -> None:
        self._title("execute_code: Python on the rows, figures captured")
        rows = await self._call(
            client, "query_sql", sql="SELECT diagnosis, mean_radius, mean_texture FROM breast_cancer"
        )
        self._code(_FIGURE_CODE, "python")
        said = await self._call(
            client, "execute_code", code=_FIGURE_CODE, datasets={"tumours": rows["dataset"]}
        )
        self._expect(said["status"] == "ok", f"the code ended as {said['status']}")
        self._console.print(said["result"]["text/plain"])
        metrics, layers = said["metrics"], ", ".join(said["isolation"]["layers"])
        self._console.print(
            f"[dim]{metrics['wall_s'] * 1000:.0f} ms, {metrics['peak_memory_mb']:.0f} MiB; held by: {layers}[/]"
        )

    async def _refused(self, client: Client) -> None:
        self._title("An attack: the policy refuses it and says why")
        attack = self._attack()
        self._code(attack, "python")
        verdict = await self._call(client, "validate_code", code=attack)
        executed = await self._call(client, "execute_code", code=attack)
        self._expect(verdict["valid"] is False, "validate_code let the attack pass")
        self._expect(executed["status"] == "rejected", "execute_code ran the attack")
        for finding in verdict["findings"][:4]:
            self._console.print(
                f"[yellow]line {finding['line']}[/] {finding['message']} [dim]{finding['suggestion']}[/]"
            )
        self._console.print(
            f"validate_code: not valid, {len(verdict['findings'])} findings; execute_code: rejected"
        )

    async def _contained(self, client: Client) -> None:
        self._title("The same attack with the policy switched off: the jail holds alone")
        said = await self._call(client, "execute_code", code=self._attack(), profile="permissive")
        self._expect(said["status"] == "ok", f"the attack ended as {said['status']}")
        attempts = said["result"]["application/json"]
        for name, came_of_it in attempts.items():
            held = not came_of_it.startswith("GOT")
            self._console.print(
                f"{'[green]held[/]' if held else '[red]FAILED[/]'}  {name}: [dim]{came_of_it}[/]"
            )
        escaped = [name for name, came_of_it in attempts.items() if came_of_it.startswith("GOT")]
        self._expect(not escaped, f"the jail let through: {', '.join(escaped)}")
        self._expect(self._secret not in str(said), "the secret came out of the jail")

    async def _generate(self, client: Client) -> None:
        self._title("generate_and_execute: a model writes the code, errors go back to it")
        if not {f"{ENV_PREFIX}MODEL_BASE_URL", f"{ENV_PREFIX}MODEL_NAME"} <= set(model_variables()):
            self._console.print(
                f"Skipped: no model is configured. Set {ENV_PREFIX}MODEL_BASE_URL, {ENV_PREFIX}MODEL_NAME and, if the "
                f"endpoint wants one, {ENV_PREFIX}MODEL_API_KEY."
            )
            return
        task = (
            "Which three columns of df separate malignant from benign tumours best? Return them with a score."
        )
        said = await self._call(client, "generate_and_execute", task=task, sql="SELECT * FROM breast_cancer")
        self._expect(said["status"] == "ok", f"the model did not get there: {said['attempts']}")
        self._code(said["code"], "python")
        self._console.print((said["execution"]["result"] or {}).get("text/plain", ""))

    def _attack(self) -> str:
        return _ATTACK.replace("CANARY_PATH", str(self.canary.resolve()))

    async def _call(self, client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool with its progress on the terminal; keep its pictures."""
        with self._console.status(tool) as status:

            async def show(progress: float, total: float | None, message: str | None) -> None:
                status.update(f"{tool}: {message or ''} {progress / (total or 1):.0%}")

            result = await client.call_tool(tool, arguments, progress_callback=show)
        if result.is_error or result.structured_content is None:
            raise DemoFailed(f"{tool}: {_text_of(result)}")
        self._keep_pictures(tool, result)
        return dict(result.structured_content)

    def _keep_pictures(self, tool: str, result: CallToolResult) -> None:
        images = [block for block in result.content if isinstance(block, ImageContent)]
        names = [
            a["name"]
            for a in (result.structured_content or {}).get("artifacts", [])
            if a["name"].endswith(".png")
        ]
        for name, image in zip(names, images, strict=False):
            path = self._output / f"{tool}-{Path(name).name}"
            path.write_bytes(base64.b64decode(image.data))
            self._console.print(f"[dim]picture: {path}[/]")

    def _title(self, text: str) -> None:
        self._steps += 1
        self._console.print()
        self._console.rule(f"[bold]{self._steps}. {text}", align="left")

    def _code(self, text: str, language: str) -> None:
        self._console.print(
            Panel(Group(Syntax(text, language, theme="ansi_dark", word_wrap=True)), border_style="dim")
        )

    def _rows(self, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        table = Table(*header, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(Text(str(item)) for item in row))
        self._console.print(table)

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise DemoFailed(otherwise)


def _text_of(result: CallToolResult) -> str:
    return " ".join(block.text for block in result.content if isinstance(block, TextContent))
