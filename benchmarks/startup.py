"""From exec to the first `tools/list` answer over stdio, against a bare MCPServer with one tool."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import show

ROUNDS = 11

# Bytecode is cached, as an installation leaves it; the first, untimed round writes it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

BARE = """
from mcp.server import MCPServer
server = MCPServer("bare", log_level="WARNING")

@server.tool()
async def add(a: int, b: int) -> int:
    return a + b

server.run("stdio")
"""

HANDSHAKE = (
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
)


def first_list_s(argv: list[str]) -> float:
    """Start a server, ask for its tools, end it; return the seconds until they came."""
    started = time.perf_counter()
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=null, env=ENVIRONMENT) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"".join(json.dumps(message).encode() + b"\n" for message in HANDSHAKE))
        server.stdin.flush()
        while json.loads(server.stdout.readline()).get("id") != 2:
            pass
        elapsed = time.perf_counter() - started
        server.stdin.close()
        server.wait()
    return elapsed


def main() -> None:
    """Alternate the two servers, so that both see the same machine."""
    from mcp_pyexec.demo_data import build_demo_database

    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "demo.db")
        build_demo_database(database)
        bare_file = Path(folder, "bare.py")
        bare_file.write_text(BARE)
        commands = {
            "bare": [sys.executable, str(bare_file)],
            "ours": [sys.executable, "-m", "mcp_pyexec", "serve", "--database", f"demo=sqlite:///{database}"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for argv in commands.values():
            first_list_s(argv)
        for _ in range(ROUNDS):
            for name, argv in commands.items():
                times[name].append(first_list_s(argv))
    bare = show("bare MCPServer with one tool", times["bare"])
    show("mcp-pyexec serve (target: ratio ≤ 1.30)", times["ours"], bare)


if __name__ == "__main__":
    main()
