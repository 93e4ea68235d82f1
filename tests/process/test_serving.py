"""The process that an agent starts: its end, its output, and what it refuses to start with."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from mcp import Client, StdioServerParameters

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
SERVE = ("-m", "mcp_pyexec", "serve")
ROOT = Path(__file__).parents[2]


def message(**fields: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **fields}).encode() + b"\n"


HELLO = message(
    id=1,
    method="initialize",
    params={
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
) + message(method="notifications/initialized")


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env={**ENVIRONMENT, **environment},
        cwd="/",
    )


RUN_CODE = {"name": "execute_code", "arguments": {"code": "print('to stdout')\n1 + 1"}}


async def serving(*arguments: str, call: Mapping[str, Any] = RUN_CODE) -> asyncio.subprocess.Process:
    """Start a server and have it do something, so that the processes for it are there."""
    process = await start(*SERVE, *arguments)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(HELLO + message(id=2, method="tools/call", params=call))
    while json.loads(await asyncio.wait_for(process.stdout.readline(), 60)).get("id") != 2:
        pass
    return process


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            children = [int(child) for child in task.read_text().split()]
            found.update(children)
            waiting += children
    return found


async def wait_until_gone(pids: set[int]) -> None:
    async with asyncio.timeout(10):
        while any(Path(f"/proc/{pid}").exists() for pid in pids):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("end", ["eof", signal.SIGINT, signal.SIGTERM])
async def test_server_ends_well_and_leaves_no_process(end: Any) -> None:
    process = await serving()
    jailed = descendants(process.pid)
    assert len(jailed) >= 3
    if end == "eof":
        assert process.stdin is not None
        process.stdin.close()
    else:
        process.send_signal(end)
    assert await asyncio.wait_for(process.wait(), 15) == 0
    await wait_until_gone(jailed)


async def test_killed_server_takes_the_jail_along() -> None:
    process = await serving()
    jailed = descendants(process.pid)
    process.kill()
    await process.wait()
    await wait_until_gone(jailed)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_server_that_ends_takes_the_readers_of_a_duckdb_file_along(tmp_path: Path, end: Any) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as writer:
        writer.execute("CREATE TABLE t AS SELECT 1 AS a")
    database = f"shop=duckdb:///{tmp_path}/shop.duckdb"
    query = {"name": "query_sql", "arguments": {"sql": "SELECT * FROM t"}}
    process = await serving("--database", database, call=query)
    jailed = descendants(process.pid)
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in jailed]
    process.send_signal(end)
    await asyncio.wait_for(process.wait(), 15)

    assert any(b"pyexec_guest.reader" in command for command in commands)
    await wait_until_gone(jailed)


async def test_signal_during_a_run_ends_the_run_too() -> None:
    process = await serving()
    call = {"name": "execute_code", "arguments": {"code": "while True: pass"}}
    assert process.stdin is not None
    process.stdin.write(message(id=3, method="tools/call", params=call) + message(id=4, method="ping"))
    assert process.stdout is not None
    while json.loads(await process.stdout.readline()).get("id") != 4:
        pass
    jailed = descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 15) == 0
    await wait_until_gone(jailed)


async def test_stdout_carries_nothing_but_protocol() -> None:
    process = await serving()
    assert process.stdin is not None
    process.stdin.close()
    assert process.stdout is not None
    rest = await process.stdout.read()
    await process.wait()
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--database", "sales"), "expected NAME=URL, for example"),
        (("--database", "sales=sqlite:////nowhere/sales.db"), "sales"),
        (("--database", "sales=nosuch://x"), "nosuch"),
        (("--data", "/nowhere/rows.csv"), "rows.csv"),
        (("--profile", "modrate"), "Did you mean 'moderate'"),
        (("--config", "/nowhere/x.toml"), "not there"),
    ],
)
async def test_configuration_that_cannot_serve_ends_with_2_and_a_remedy(
    arguments: tuple[str, ...], says: str
) -> None:
    process = await start(*SERVE, *arguments)
    out, err = await process.communicate(HELLO)
    assert (process.returncode, out) == (2, b"")
    assert says in err.decode()
    assert "Traceback" not in err.decode()


async def test_unknown_setting_in_the_environment_is_named() -> None:
    process = await start(*SERVE, MCP_PYEXEC_TIMEOUT="3")
    _, err = await process.communicate(HELLO)
    assert process.returncode == 2
    assert "Did you mean 'MCP_PYEXEC_TIMEOUT_S'" in err.decode()


async def test_secret_of_a_database_url_is_not_shown() -> None:
    process = await start(*SERVE, "--database", "sales=nosuch://user:hunter2@host/db")
    _, err = await process.communicate(HELLO)
    assert process.returncode == 2
    assert "hunter2" not in err.decode()


async def test_jail_that_cannot_start_ends_the_server_with_2_before_it_serves() -> None:
    """bubblewrap is told to refuse nested user namespaces, as a hardened kernel would."""
    code = (
        "import resource, sys; sys.argv = ['mcp-pyexec', 'serve'];"
        "import mcp_pyexec.jail.spawn as s; real = s.jail_argv;"
        "s.jail_argv = lambda *a: [*real(*a)[:1], '--disable-userns', *real(*a)[1:]];"
        "from mcp_pyexec.cli import main; main()"
    )
    process = await start("-c", code)
    out, err = await asyncio.wait_for(process.communicate(HELLO), 60)
    assert (process.returncode, out) == (2, b"")
    assert "The jail cannot start on this machine" in err.decode()


async def test_jail_that_does_not_hold_ends_the_server_with_2_before_any_code_runs(tmp_path: Path) -> None:
    """A copy of the server with one attempt more, which says of itself that it got out."""
    for folder in ("src", "sandbox", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    leak = "# %% walk-through-the-wall | namespaces | short\nprint('ESCAPED: it is outside')\n"
    (tmp_path / "sandbox" / "probes" / "leak.py").write_text(leak, "utf-8")
    process = await start(*SERVE, PYTHONPATH=str(tmp_path / "src"))
    call = {"name": "execute_code", "arguments": {"code": "1 + 1"}}
    assert process.stdin is not None
    process.stdin.write(HELLO + message(id=2, method="tools/call", params=call))
    assert await asyncio.wait_for(process.wait(), 60) == 2
    assert process.stdout is not None
    assert process.stderr is not None
    answered = [json.loads(line) for line in (await process.stdout.read()).splitlines()]
    assert not [line for line in answered if "structuredContent" in line.get("result", {})]
    said = (await process.stderr.read()).decode()
    assert "The jail does not hold on this machine: walk-through-the-wall (namespaces): ESCAPED" in said
    assert "Run: mcp-pyexec doctor" in said


async def test_server_started_from_its_settings_alone_answers(tmp_path: Path, demo_database: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'timeout_s = 7\n[databases]\ndemo = "sqlite:///{demo_database}"\n', "utf-8")
    server = StdioServerParameters(
        command=sys.executable,
        args=[*SERVE],
        env={"MCP_PYEXEC_CONFIG": str(config), "MCP_PYEXEC_MEMORY_MB": "99"},
    )
    async with Client(server) as client:
        (content,) = (await client.read_resource("pyexec://limits")).contents
        counted = await client.call_tool("query_sql", {"sql": "SELECT count(*) FROM wine"})
    limits = json.loads(content.text)  # type: ignore[union-attr]
    assert (limits["wall_s"], limits["memory_mb"]) == (7, 99)
    assert (counted.structured_content or {})["rows"] == [[178]]


async def test_csv_and_parquet_files_are_served_as_one_database(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "orders.csv").write_text("id,amount\n1,2.5\n2,4.0\n", "utf-8")
    pq.write_table(pa.table({"id": [1, 2], "city": ["Ulm", "Bonn"]}), tmp_path / "towns.parquet")
    arguments = [*SERVE, "--data", str(tmp_path / "orders.csv"), "--data", str(tmp_path / "towns.parquet")]
    cache = {"MCP_PYEXEC_CACHE": str(tmp_path / "cache")}
    async with Client(StdioServerParameters(command=sys.executable, args=arguments, env=cache)) as client:
        sql = "SELECT city, amount FROM orders JOIN towns USING (id) ORDER BY amount DESC"
        said = (await client.call_tool("query_sql", {"sql": sql})).structured_content or {}
    assert said["rows"] == [["Bonn", 4.0], ["Ulm", 2.5]]


SHOP, SALES = "sqlite:///{0}/shop.db", "duckdb:///{0}/sales.duckdb"


@pytest.mark.parametrize(
    ("arguments", "environment", "toml"),
    [
        (["--database", f"shop={SHOP}", "--database", f"sales={SALES}", "--data", "{0}/files"], {}, ""),
        ([], {"DATABASES": f"shop={SHOP} sales={SALES}", "DATA": "{0}/files"}, ""),
        ([], {}, f'data = ["{{0}}/files"]\n[databases]\nshop = "{SHOP}"\nsales = "{SALES}"\n'),
        ([], {}, f'data = "{{0}}/files"\ndatabases = ["shop={SHOP}", "sales={SALES}"]\n'),
        (
            ["--database", f"shop={SHOP}", "--database", f"sales={SALES}"],
            {"DATA": "{0}/files"},
            'databases = ["x=y"]',
        ),
    ],
    ids=["command line", "environment", "TOML tables", "TOML lists", "the first that has it wins"],
)
async def test_databases_and_data_are_taken_alike_from_every_place(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], toml: str
) -> None:
    import duckdb

    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "orders.jsonl").write_text('{"id": 1}\n', "utf-8")
    sqlite3.connect(tmp_path / "shop.db").execute("CREATE TABLE a (b)").connection.close()
    duckdb.connect(str(tmp_path / "sales.duckdb")).execute("CREATE TABLE c (d INT)").close()
    (tmp_path / "config.toml").write_text(toml.replace("{0}", str(tmp_path)), "utf-8")
    server = StdioServerParameters(
        command=sys.executable,
        args=[*SERVE, *(argument.replace("{0}", str(tmp_path)) for argument in arguments)],
        env={
            "MCP_PYEXEC_CONFIG": str(tmp_path / "config.toml"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            **{f"MCP_PYEXEC_{k}": v.replace("{0}", str(tmp_path)) for k, v in environment.items()},
        },
    )
    async with Client(server) as client:
        said = (await client.call_tool("describe_database", {})).structured_content or {}
    tables = {d["name"]: [t["name"] for t in d["tables"]] for d in said["databases"]}
    assert tables == {"shop": ["a"], "sales": ["c"], "data": ["orders"]}
    assert len([*(tmp_path / "cache" / "mcp-pyexec").glob("*.duckdb")]) == 1


async def test_sensitive_columns_are_hidden_and_masked_on_every_way_to_an_agent(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("CREATE TABLE customer AS SELECT 1 AS id, 'zx81-ada' AS email, 'zx81-111' AS ssn")
    connection.commit()
    connection.close()
    (tmp_path / "config.toml").write_text('hide = ["*.*.ssn"]\n', "utf-8")
    server = StdioServerParameters(
        command=sys.executable,
        args=[
            *SERVE,
            "--database",
            f"shop=sqlite:///{tmp_path}/shop.db",
            "--config",
            f"{tmp_path}/config.toml",
        ],
        env={"MCP_PYEXEC_MASK": "shop.customer.email"},
    )
    async with Client(server) as client:
        queried = await client.call_tool("query_sql", {"sql": "SELECT * FROM customer"})
        said = queried.structured_content or {}
        described = await client.call_tool("describe_database", {"database": "shop", "table": "customer"})
        code = "query_sql('SELECT * FROM customer').to_csv()"
        executed = await client.call_tool("execute_code", {"code": code})
        content = await client.read_resource(f"pyexec://datasets/{said['dataset']}.json")
    assert said["rows"] == [[1, "***"]]
    assert "1,***" in str((executed.structured_content or {})["result"])
    assert "zx81" not in f"{queried}{described}{executed}{content}"
    assert "ssn" not in f"{described}"


@pytest.mark.parametrize(
    ("program", "code", "says"),
    [("print('hello')\n6 * 7", 0, "hello\n42\n"), ("import math\nmath.sqrt(", 1, ""), ("1 / 0", 1, "")],
)
async def test_run_runs_a_file_and_tells_how_it_went(
    tmp_path: Path, program: str, code: int, says: str
) -> None:
    (tmp_path / "program.py").write_text(program, "utf-8")
    process = await start("-m", "mcp_pyexec", "run", "--profile", "strict", str(tmp_path / "program.py"))
    out, err = await process.communicate()
    assert (process.returncode, out.decode()) == (code, says), err.decode()


async def test_validate_prints_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import os", "utf-8")
    process = await start("-m", "mcp_pyexec", "validate", "--profile", "strict", str(tmp_path / "program.py"))
    out, _ = await process.communicate()
    assert process.returncode == 1
    assert [f["line"] for f in json.loads(out)["findings"]] == [1]


def test_demo_holds(tmp_path: Path) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "mcp_pyexec", "demo", "--output", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, "HOME": os.environ["HOME"]},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {p.suffix for p in (tmp_path / "out").iterdir()} == {".db", ".png"}
