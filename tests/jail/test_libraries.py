"""What ordinary libraries look for in a system, and find."""

from __future__ import annotations

import pytest

from jailed import result_of, run
from mcp_pyexec.jail import Pool


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import threadpoolctl\nlen(threadpoolctl.threadpool_info()) > 0", True),
        ("import threadpoolctl\nwith threadpoolctl.threadpool_limits(1):\n    x = 1\nx", 1),
        ("import joblib\njoblib.cpu_count() >= 1", True),
        ("import joblib\njoblib.Parallel(n_jobs=4)(joblib.delayed(abs)(n) for n in (-1, 2))", [1, 2]),
        (
            "from sklearn.neighbors import KNeighborsClassifier as K\nimport numpy as np\n"
            "x = np.arange(20.).reshape(10, 2)\nK(n_jobs=-1).fit(x, x[:, 0] > 9).predict(x).sum()",
            5,
        ),
        (
            "from sklearn.cluster import KMeans\nimport numpy as np\n"
            "centers = KMeans(2, n_init=1, random_state=0).fit(np.array([[0.], [0.1], [9.], [9.1]])).cluster_centers_\n"
            "sorted(centers.ravel().round(2))",
            [0.05, 9.05],
        ),
        ("import datetime\ndatetime.datetime.strptime('2026-01-02', '%Y-%m-%d').day", 2),
        ("import zoneinfo\nstr(zoneinfo.ZoneInfo('Europe/Berlin'))", "Europe/Berlin"),
        ("import tempfile\nwith tempfile.TemporaryFile() as f:\n    n = f.write(b'abc')\nn", 3),
        ("import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 3\nasyncio.run(f())", 3),
        (
            "from concurrent.futures import ThreadPoolExecutor as T\n"
            "with T(4) as t:\n    r = list(t.map(abs, [-1, 2]))\nr",
            [1, 2],
        ),
        ("import sqlite3\nsqlite3.connect('x.db').execute('select 1').fetchone()[0]", 1),
        ("open('/proc/cpuinfo').read().count('processor') >= 1", True),
        ("'MemTotal' in open('/proc/meminfo').read()", True),
        ("import getpass, pwd, os\npwd.getpwuid(os.getuid()).pw_name", "jail"),
        ("import numpy as np\nfloat(np.linalg.norm(np.linalg.inv(np.eye(200))))", 200**0.5),
        ("import scipy.stats as s\nround(s.norm.cdf(1.96), 3)", 0.975),
        (
            "import pandas as pd\npd.DataFrame({'a': [1]}).to_parquet('x.parquet')\npd.read_parquet('x.parquet').shape",
            [1, 1],
        ),
    ],
)
async def test_library_finds_what_it_looks_for(pool: Pool, code: str, expected: object) -> None:
    assert result_of(await run(pool, code)) == expected


async def test_result_after_stdout_was_replaced_or_closed_still_comes(pool: Pool) -> None:
    outcome = await run(
        pool, "import io, sys\nprint('kept', end='')\nsys.stdout = io.StringIO()\nprint('lost')\n1"
    )
    assert (result_of(outcome), outcome.stdout.text) == (1, "kept")
    assert result_of(await run(pool, "import sys\nsys.stdout.close()\n1")) == 1


async def test_text_and_integers_without_end_are_shown_short(pool: Pool) -> None:
    text = await run(pool, "'x' * 10_000_000")
    assert "10,000,000 characters" in text.values["result"]["text/plain"]
    assert (await run(pool, "10 ** 50_000")).values["result"] == {"text/plain": "<int of 166,097 bits>"}
