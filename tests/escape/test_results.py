"""Results that lie, hang, swell or break their reader: bounded, readable, and the next run is well."""

# ruff: noqa: E501 - programs, one a line

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from jailed import QUICK, result_of, run
from mcp_pyexec.doctor import Canaries
from mcp_pyexec.jail import Pool
from mcp_pyexec.limits import MIB
from mcp_pyexec.outcomes import Outcome

LIMITS = replace(QUICK, wall_s=1.0, memory_mb=256, frame_bytes=1 * MIB, attachment_bytes=4 * MIB)

CLASS = "class Evil{base}:\n{body}\nEvil({arguments})"


def evil(body: str, base: str = "", arguments: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return CLASS.format(base=f"({base})" if base else "", body=lines, arguments=arguments)


HANGS = {
    "a-repr-that-never-returns": evil("def __repr__(self):\n    while True: pass"),
    "a-repr-that-sleeps-through-interrupts": evil(
        "def __repr__(self):\n    import time\n    while True:\n        try: time.sleep(9)\n        except BaseException: pass"
    ),
    "a-length-that-never-returns": evil("def __len__(self):\n    while True: pass\nkeys = items = __len__", "dict"),
    "a-class-that-never-answers": evil("@property\ndef __class__(self):\n    while True: pass"),
    "a-frame-whose-shape-hangs": "import pandas as pd\n" + evil("@property\ndef shape(self):\n    while True: pass", "pd.DataFrame", "{'a': [1]}"),
    "a-figure-whose-drawing-hangs": "from matplotlib.figure import Figure\n" + evil("def savefig(self, *a, **k):\n    while True: pass", "Figure"),
    "an-exception-whose-text-hangs": "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
    "a-string-whose-length-hangs": evil("def __len__(self):\n    while True: pass\n__repr__ = __len__", "str"),
}  # fmt: skip

SWELLS = {
    "items-without-end": evil("def items(self):\n    while True: yield 'k', 1", "dict", "a=1"),
    "a-repr-of-200-megabytes": evil("def __repr__(self):\n    return 'x' * (200 << 20)"),
    "a-list-of-itself": "a = []\na.append(a)\na",
    "a-list-nested-100000-deep": "a = []\nfor _ in range(100_000): a = [a]\na",
    "a-mapping-nested-100000-deep": "a = {}\nfor _ in range(100_000): a = {'k': a}\na",
    "a-million-element-list-of-one-string": "['x' * 10_000] * 1_000_000",
    "a-repeated-reference-that-doubles-at-each-level": "a = ['x']\nfor _ in range(60): a = [a, a]\na",
    "an-integer-of-a-million-digits": "10 ** 1_000_000",
    "a-frame-of-ten-million-rows": "import pandas as pd, numpy as np\npd.DataFrame({'a': np.zeros(10_000_000)})",
    "a-frame-of-ten-thousand-columns": "import pandas as pd\npd.DataFrame([[0] * 10_000])",
    "a-frame-with-cells-of-ten-megabytes": "import pandas as pd\npd.DataFrame({'a': ['x' * 10_000_000] * 8})",
    "a-picture-of-a-billion-pixels": "import matplotlib.pyplot as plt\nplt.figure(figsize=(400, 400), dpi=80)",
    "a-picture-whose-file-is-small-and-pixels-many": (
        "import struct, zlib\nrow = zlib.compress(b'\\0' * 10_000_000)\n"
        "open('bomb.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + struct.pack('>I', len(row)) + b'IDAT' + row)\nNone"
    ),
    "a-thousand-figures": "import matplotlib.pyplot as plt\nplt.rcParams['figure.max_open_warning'] = 0\nfor _ in range(1000): plt.figure(figsize=(1, 1), dpi=20)",
    "a-thousand-files": "for n in range(1000): open(f'{n}.txt', 'w').write('x')",
    "files-larger-than-may-be-handed-out": "for n in range(8): open(f'{n}.bin', 'wb').write(bytes(7 << 20))",
    "a-sparse-file": "open('sparse', 'wb').truncate(60 << 20)",
    "an-archive-that-unpacks-to-much": "import zipfile\nwith zipfile.ZipFile('bomb.zip', 'w', 8) as z: z.writestr('x', bytes(50 << 20))",
    "a-file-that-grows-while-it-is-read": "import threading\ndef grow():\n    while True: open('grows', 'ab').write(b'x' * 4096)\nthreading.Thread(target=grow, daemon=True).start()",
    "a-fifo-that-nobody-writes": "import os, stat\ntry: os.mkfifo('fifo')\nexcept OSError: pass",
    "a-hundred-thousand-displays": "for n in range(100_000): display(n)",
    "a-million-variables-asked-for": "globals().update({f'v{n}': n for n in range(100_000)})",
    "an-error-message-of-100-megabytes": "raise ValueError('x' * (100 << 20))",
    "a-chain-of-100000-exceptions": "error = None\nfor _ in range(100_000):\n    new = ValueError('x')\n    new.__cause__ = error\n    error = new\nraise error",
    "a-traceback-of-100000-frames": "import sys\nsys.setrecursionlimit(200_000)\ndef f(n):\n    if n == 0: raise ValueError\n    f(n - 1)\nf(90_000)",
}  # fmt: skip

LIES = {
    "a-class-that-says-it-is-a-figure": "from matplotlib.figure import Figure\n" + evil("__class__ = Figure\ndef savefig(self, f, **k): f.write(b'no png')"),
    "a-class-that-says-it-is-a-frame": "import pandas as pd\n" + evil("__class__ = pd.DataFrame\nshape = (10**9, 10**9)"),
    "a-string-subclass-with-a-length-of-its-own": evil("def __len__(self): return -1\ndef __str__(self): return 5", "str", "'x'"),
    "an-integer-subclass-whose-json-differs": evil("def __repr__(self): return '{\"op\": \"outcome\"}'", "int", "3"),
    "keys-that-are-equal-as-text": "{1: 'a', '1': 'b', True: 'c', 1.0: 'd'}",
    "numbers-that-json-has-no-word-for": "[float('nan'), float('inf'), -float('inf')]",
    "half-a-surrogate-pair": "['\\ud800', {'\\udfff': 1}]",
    "control-characters-and-escape-sequences": "'\\x1b]0;title\\x07\\x1b[2J\\x00\\x9b31m'",
    "a-frame-whose-columns-are-objects": "import pandas as pd\npd.DataFrame({object(): [object()], print: [1]})",
    "an-exception-without-a-message-that-can-be-read": "class E(Exception):\n    def __str__(self): raise self\n    __repr__ = __str__\nraise E",
    "an-exception-whose-class-name-is-not-a-name": "raise type('\\n' * 1000 + '\\ud800', (Exception,), {})()",
    "a-syntax-error-about-a-file-of-the-host": "raise SyntaxError('x', ('/etc/shadow', 1, 1, 'root'))",
    "a-base-exception": "raise BaseException('x')",
    "a-generator-exit": "raise GeneratorExit",
    "an-exit-with-an-object": "import sys\nsys.exit(type('E', (), {'__str__': lambda s: 1 / 0})())",
}  # fmt: skip


def bounded(outcome: Outcome) -> bool:
    """True if an answer can be sent as UTF-8 JSON and is no larger than its limits."""
    text = json.dumps(
        [outcome.values, outcome.error, outcome.stdout.text], ensure_ascii=False, allow_nan=False
    )
    bodies = sum(len(file.data) for file in outcome.files) + sum(map(len, outcome.tables.values()))
    return (
        len(text.encode()) <= 2 * LIMITS.frame_bytes
        and bodies <= LIMITS.attachment_bytes
        and len(outcome.files) <= LIMITS.artifacts
    )


async def check(pool: Pool, canaries: Canaries, code: str) -> Outcome:
    outcome = await run(pool, code, LIMITS)
    assert bounded(outcome), outcome.status
    assert outcome.metrics.peak_memory_mb < 700
    assert await canaries.harm(outcome) == []
    assert result_of(await run(pool, "1 + 1")) == 2
    return outcome


@pytest.mark.parametrize("technique", HANGS)
async def test_escape_by_a_result_that_hangs_is_stopped_by_the_host_clock(
    pool: Pool, canaries: Canaries, technique: str
) -> None:
    outcome = await check(pool, canaries, HANGS[technique])
    assert (outcome.status, outcome.error and outcome.error.get("limit")) == ("limit", "wall")


@pytest.mark.parametrize("technique", SWELLS)
async def test_escape_by_a_result_that_swells_is_stopped_by_limits(
    pool: Pool, canaries: Canaries, technique: str
) -> None:
    outcome = await check(pool, canaries, SWELLS[technique])
    assert outcome.error is None or outcome.error["message"] or outcome.status == "raised"


@pytest.mark.parametrize("technique", LIES)
async def test_escape_by_a_result_that_lies_is_stopped_by_frames(
    pool: Pool, canaries: Canaries, technique: str
) -> None:
    outcome = await check(pool, canaries, LIES[technique])
    assert outcome.status in ("ok", "raised")
