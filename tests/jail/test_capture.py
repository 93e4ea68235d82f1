"""What a run hands out: bundles, figures, files, tables."""

from __future__ import annotations

import pyarrow as pa
import pytest

from jailed import result_of, run
from mcp_pyexec.jail import Pool


async def test_figures_are_captured_without_show_or_savefig(pool: Pool) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.figure()\nplt.bar(['a'], [1])\nNone"
    outcome = await run(pool, code)
    assert [file.name for file in outcome.files] == ["figure-1.png", "figure-2.png"]
    assert all(file.data.startswith(b"\x89PNG") for file in outcome.files)
    assert [item["image/png"] for item in outcome.values["display"]] == ["figure-1.png", "figure-2.png"]


async def test_files_of_the_working_directory_come_back(pool: Pool) -> None:
    code = "import os\nos.mkdir('out')\nopen('out/a.csv', 'w').write('x\\n1\\n')\nopen('.hidden', 'w').write('x')\nNone"
    outcome = await run(pool, code)
    assert [(f.name, f.mime_type, f.data) for f in outcome.files] == [("out/a.csv", "text/csv", b"x\n1\n")]


async def test_links_out_of_the_working_directory_are_not_followed(pool: Pool) -> None:
    outcome = await run(
        pool, "import os\nos.symlink('/etc/passwd', 'passwd')\nos.symlink('/python', 'py')\nNone"
    )
    assert outcome.files == []


async def test_frame_is_shown_bounded_and_offered_as_a_table(pool: Pool) -> None:
    outcome = await run(pool, "import pandas as pd\npd.DataFrame({'a': range(1000), 'b': ['x'] * 1000})")
    assert outcome.values["result"]["text/markdown"].startswith("| a | b |\n| --- | --- |\n| 0 | x |")
    assert "1,000 rows" in outcome.values["result"]["text/markdown"]
    assert pa.ipc.open_stream(outcome.tables["result"]).read_all().num_rows == 1000


async def test_variables_are_returned_by_name(pool: Pool) -> None:
    outcome = await run(pool, "a = 1\nb = {'k': [1.5, None]}", return_variables=["a", "b", "c"])
    assert {k: v["application/json"] for k, v in outcome.values["variables"].items()} == {
        "a": 1,
        "b": {"k": [1.5, None]},
    }
    assert outcome.values["missing_variables"] == ["c"]


@pytest.mark.parametrize(
    "body",
    [
        "def __repr__(self): raise ValueError('no')",
        "def __repr__(self): return 3",
        "def __repr__(self): return 'x' * 10_000_000",
        "__class__ = property(lambda self: 1 / 0)",
    ],
)
async def test_value_that_lies_when_it_is_shown_does_no_harm(pool: Pool, body: str) -> None:
    outcome = await run(pool, f"class Liar:\n    {body}\nLiar()")
    assert outcome.status in ("ok", "raised")
    assert len(str(outcome.values)) < 50_000


async def test_numpy_values_are_json(pool: Pool) -> None:
    code = "import numpy as np\n{'a': np.int64(3), 'b': np.arange(3), 'c': np.bool_(True)}"
    assert result_of(await run(pool, code)) == {"a": 3, "b": [0, 1, 2], "c": True}


@pytest.mark.parametrize("value", ["float('nan')", "10**400", "object()", "[float('inf')]", "{(1, 2): 3}"])
async def test_value_that_json_cannot_carry_is_text_only(pool: Pool, value: str) -> None:
    outcome = await run(pool, value)
    assert outcome.status == "ok"
    assert set(outcome.values["result"]) == {"text/plain"}
