"""The built artefact: it carries prompts and sandbox, and serves a tool call from an empty environment."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_carries_prompts_and_sandbox(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("prompts", "sandbox"):
        carried = {
            n.removeprefix("mcp_pyexec/_data/") for n in names if n.startswith(f"mcp_pyexec/_data/{folder}/")
        }
        tracked = {
            str(p.relative_to(ROOT))
            for p in (ROOT / folder).rglob("*")
            if p.is_file() and "__pycache__" not in p.parts
        }
        assert carried == tracked


async def test_wheel_in_an_empty_environment_serves_a_tool_call(wheel: Path, tmp_path: Path) -> None:
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    constraints = ["-c", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *constraints, str(wheel)], check=True, capture_output=True, cwd=tmp_path)
    server = StdioServerParameters(
        command=str(tmp_path / "env" / "bin" / "mcp-pyexec"), args=["serve"], cwd=tmp_path
    )
    async with Client(server) as client:
        result = await client.call_tool(
            "execute_code", {"code": "import pandas as pd\npd.Series([1, 2]).sum()"}
        )
    assert result.structured_content is not None
    assert result.structured_content["result"]["text/plain"] == "np.int64(3)"
