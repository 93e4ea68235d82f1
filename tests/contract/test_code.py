"""validate_code, execute_code, manage_session."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import ImageContent

from mcp_pyexec.config import Settings
from mcp_pyexec.server import build_server
from mcp_pyexec.service import Service


async def test_code_runs_on_rows_and_answers_every_field(call: Any) -> None:
    handle = (await call("query_sql", sql="SELECT species, petal_length_cm AS p FROM iris"))["dataset"]
    code = "print('rows', len(df))\nmeans = df.groupby('species')['p'].mean()\ndict(means.round(2))"
    said = await call("execute_code", code=code, datasets={"df": handle}, return_variables=["means"])
    assert said["status"] == "ok"
    assert said["stdout"] == "rows 150\n"
    assert said["result"]["application/json"] == {"setosa": 1.46, "versicolor": 4.26, "virginica": 5.55}
    assert set(said["variables"]) == {"means"}
    assert (said["error"], said["truncated"], said["session"]) == (None, {}, None)
    assert said["isolation"]["executor"] == "bubblewrap"
    assert {"namespaces", "seccomp", "no-capabilities"} <= set(said["isolation"]["layers"])
    assert said["metrics"]["wall_s"] > 0


async def test_figure_is_shown_and_can_be_read_again(client: Client, call: Any) -> None:
    result = await client.call_tool(
        "execute_code", {"code": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "profile": "moderate"}
    )
    (image,) = [block for block in result.content if isinstance(block, ImageContent)]
    said = result.structured_content or {}
    (artifact,) = said["artifacts"]
    assert said["display"][0]["image/png"] == artifact["uri"]
    (content,) = (await client.read_resource(artifact["uri"])).contents
    assert b64decode(content.blob) == b64decode(image.data)  # type: ignore[union-attr]


async def test_frame_becomes_a_dataset(call: Any) -> None:
    said = await call("execute_code", code="import pandas as pd\npd.DataFrame({'a': [1, 2, 3]})")
    (kept,) = said["datasets"]
    assert (kept["name"], kept["row_count"]) == ("result", 3)
    assert (await call("read_dataset", dataset=kept["dataset"]))["rows"] == [[1], [2], [3]]


async def test_host_functions_work_from_inside(call: Any) -> None:
    code = (
        "rows = query_sql('SELECT count(*) AS n FROM iris WHERE species = :s', parameters={'s': 'setosa'})\n"
        "handle = save_dataset(rows, 'counted')\n"
        "progress(0.5, 'half')\n"
        "display('shown')\n"
        "[int(rows['n'][0]), dataset(handle).shape]"
    )
    said = await call("execute_code", code=code, profile="moderate")
    assert said["status"] == "ok", said["error"]
    assert said["result"]["application/json"] == [50, [1, 1]]
    assert [d["name"] for d in said["datasets"]] == ["counted"]
    assert said["display"] == [{"text/plain": "shown", "application/json": "shown"}]


async def test_what_is_no_frame_is_not_saved_and_told_what_is(call: Any) -> None:
    said = await call("execute_code", code="save_dataset('counted', [1, 2])")
    assert said["status"] == "raised"
    assert "save_dataset(df, name) wants a DataFrame first, not str" in said["error"]["message"]


async def test_write_through_the_host_function_is_refused(call: Any) -> None:
    said = await call("execute_code", code="query_sql('DELETE FROM iris')")
    assert said["status"] == "raised"
    assert "sql-not-read-only" in said["error"]["message"]


async def test_progress_of_the_code_reaches_the_client(client: Client) -> None:
    seen: list[tuple[float, str | None]] = []

    async def record(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, message))

    # Progress is passed on a few times a second, and the client drops what it has not handled when the result comes.
    code = "import time\nfor n in (1, 3):\n    progress(n / 4, f'part {n}')\n    time.sleep(0.5)"
    await client.call_tool("execute_code", {"code": code}, progress_callback=record)
    assert seen == [(0.25, "part 1"), (0.75, "part 3")]


ATTACK = "import os\nos.system('id')\n(lambda: 0).__globals__"


async def test_validate_and_execute_agree_on_an_attack(call: Any) -> None:
    verdict = await call("validate_code", code=ATTACK, profile="moderate")
    executed = await call("execute_code", code=ATTACK, profile="moderate")
    assert verdict["valid"] is False
    assert executed["status"] == "rejected"
    assert executed["error"]["findings"] == verdict["findings"]
    assert {2, 3} <= {finding["line"] for finding in verdict["findings"]}
    assert all(finding["message"] for finding in verdict["findings"])


async def test_os_reaches_the_files_of_the_run_and_nothing_above(call: Any) -> None:
    code = (
        "import os\nos.makedirs('out')\nwith open(os.path.join('out', 'a.txt'), 'w') as file:\n    file.write('a')\n"
        "os.rename('out/a.txt', 'out/b.txt')\n"
        "try:\n    above = os.listdir(os.pardir)\nexcept PermissionError as error:\n    above = str(error)\n"
        "[os.getcwd(), os.listdir('.'), os.listdir('out'), above]"
    )
    said = await call("execute_code", code=code, profile="moderate")
    expected = ["/work", ["out"], ["b.txt"], "`..` is outside the working directory."]
    assert (said["error"], said["result"]["application/json"]) == (None, expected)


async def test_syntax_error_is_a_finding(call: Any) -> None:
    verdict = await call("validate_code", code="def f(:\n    pass")
    assert [(f["rule"], f["line"]) for f in verdict["findings"]] == [("syntax", 1)]
    assert (await call("execute_code", code="def f(:\n    pass"))["error"]["category"] == "syntax"


async def test_validation_never_runs_the_code(call: Any) -> None:
    code = "while True:\n    pass"
    assert (await call("validate_code", code=code))["valid"] is True


async def test_source_that_crashes_the_parser_is_an_answer(call: Any) -> None:
    verdict = await call("validate_code", code="(" * 50_000 + ")" * 50_000)
    assert verdict["valid"] is False


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("execute_code", {"code": "  \n"}, "code-empty"),
        ("execute_code", {"code": "x = 1\n" * 100_000}, "code-too-long"),
        ("execute_code", {}, "code-or-path"),
        ("execute_code", {"path": "a.py"}, "no-workspace"),
        ("execute_code", {"code": "1", "session": "s_none"}, "unknown-session"),
        ("execute_code", {"code": "1", "datasets": {"df": "ds_none"}}, "unknown-dataset"),
        ("execute_code", {"code": "1", "datasets": {"not a name": "ds_none"}}, "bad-dataset-name"),
        ("execute_code", {"code": "1", "profile": "modrate"}, "unknown-profile"),
        ("execute_code", {"code": "1", "memory_mb": 1 << 30}, "limit-not-allowed"),
        ("execute_code", {"code": "1", "cod": "2"}, "unknown-argument"),
        ("validate_code", {"code": ""}, "code-empty"),
        ("manage_session", {"action": "close"}, "session-required"),
        ("manage_session", {"action": "close", "session": "s_none"}, "unknown-session"),
        ("manage_session", {"action": "explode"}, "bad-argument"),
        ("generate_and_execute", {"task": "count"}, "no-model"),
    ],
)
async def test_request_that_cannot_be_served_has_a_code(
    refused: Any, tool: str, arguments: dict[str, Any], code: str
) -> None:
    assert (await refused(tool, **arguments)).startswith(f"[{code}] ")


async def test_session_keeps_its_variables_until_it_is_closed(call: Any, refused: Any) -> None:
    session = (await call("manage_session", action="open", profile="moderate"))["session"]
    await call("execute_code", code="x = [1]", session=session)
    assert (await call("execute_code", code="x.append(2)\nx", session=session))["result"][
        "application/json"
    ] == [1, 2]
    (state,) = (await call("manage_session", action="variables", session=session))["sessions"]
    assert state["variables"] == [{"name": "x", "type": "list", "summary": "[1, 2]"}]
    assert state["cells"] == 2
    await call("manage_session", action="close", session=session)
    assert (await refused("execute_code", code="x", session=session)).startswith("[session-closed] ")


async def test_looser_profile_than_the_servers_is_refused(service: Service) -> None:
    strict = Service(Settings(profile="strict"))
    await strict.start()
    async with Client(build_server(strict)) as client:
        result = await client.call_tool("execute_code", {"code": "1", "profile": "permissive"})
        allowed = await client.call_tool("execute_code", {"code": "import math\nmath.sqrt(4)"})
    await strict.close()
    assert result.is_error
    assert result.content[0].text.startswith("[profile-not-allowed] ")  # type: ignore[union-attr]
    assert (allowed.structured_content or {})["result"]["application/json"] == 2.0


async def test_program_of_the_workspace_runs_with_arguments(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("import sys\nsys.argv[1:]", "utf-8")
    service = Service(Settings(profile="permissive", workspace=tmp_path))
    await service.start()
    async with Client(build_server(service)) as client:
        said = await client.call_tool("execute_code", {"path": "hello.py", "arguments": ["a", "b"]})
        outside = await client.call_tool("execute_code", {"path": "../hello.py"})
        missing = await client.call_tool("execute_code", {"path": "helo.py"})
    await service.close()
    assert json.loads(json.dumps(said.structured_content))["result"]["application/json"] == ["a", "b"]
    assert outside.content[0].text.startswith("[bad-path] ")  # type: ignore[union-attr]
    assert "Did you mean 'hello.py'" in missing.content[0].text  # type: ignore[union-attr]
