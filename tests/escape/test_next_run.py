"""What one run plants for the next, which never sees it: the clone it was planted in is gone."""

# ruff: noqa: E501 - programs, one a line

from __future__ import annotations

import pytest

from jailed import run
from mcp_pyexec.doctor import Canaries
from mcp_pyexec.jail import Pool

WRITE = """
import os
for folder in ("/work", "/tmp", "/python/lib", "/site-packages", "/guest", "/dev", "/etc", "/proc", "/",
               "/work/.local/lib/python3.11/site-packages", "/work/.config/matplotlib", "/tmp/matplotlib", "/work/__pycache__"):
    try:
        os.makedirs(folder, exist_ok=True)
        open(f"{folder}/{name}", "w").write(text)
    except OSError:
        pass
"""
FIND = "import os\n[os.path.join(d, n) for d, _, names in os.walk('/') for n in names if n.startswith('pxplant')]"


def planted(name: str, text: str = "raise SystemExit('planted')") -> str:
    return f"name, text = {name!r}, {text!r}\n{WRITE}\nNone"


PLANTS = {
    "a-file": (planted("pxplant"), FIND, []),
    "a-sitecustomize": (planted("sitecustomize.py"), "import importlib.util as u\nu.find_spec('sitecustomize') is None", True),
    "a-usercustomize": (planted("usercustomize.py"), "import importlib.util as u\nu.find_spec('usercustomize') is None", True),
    "a-pth-file": (planted("pxplant.pth", "import builtins; builtins.pxplant = 1"), FIND, []),
    "bytecode": (planted("json.cpython-311.pyc"), "import json\njson.dumps([1])", "[1]"),
    "a-module-that-shadows": (planted("statistics.py"), "import statistics\nstatistics.mean([1, 3])", 2),
    "a-matplotlib-configuration": (
        planted("matplotlibrc", "backend: nonsense"),
        "import matplotlib\nmatplotlib.get_backend().lower()",
        "agg",
    ),
    "a-function-of-a-module": ("import json\njson.dumps = lambda *a, **k: 'planted'", "import json\njson.dumps(1)", "1"),
    "a-builtin": ("import builtins\nbuiltins.len = lambda x: 'planted'", "len([1])", 1),
    "a-module": ("import sys, types\nsys.modules['math'] = types.ModuleType('math')", "import math\nmath.floor(1.5)", 1),
    "an-import-hook": ("import sys\nsys.meta_path.insert(0, type('H', (), {'find_spec': 1 / 1})())", "import sys\nlen([h for h in sys.meta_path if type(h).__name__ == 'H'])", 0),
    "a-search-path": ("import sys\nsys.path.insert(0, '/work')", "import sys\n'/work' in sys.path", False),
    "an-environment-variable": ("import os\nos.environ['PXPLANT'] = '1'", "import os\n'PXPLANT' in os.environ", False),
    "a-working-directory-and-umask": ("import os\nos.chdir('/tmp')\nos.umask(0o777)", "import os\n[os.getcwd(), os.umask(0)]", ["/work", 0o22]),
    "a-trace-and-audit-hook": (
        "import sys\nsys.setprofile(print)\nsys.settrace(print)\nsys.addaudithook(print)",
        "import sys\n[sys.getprofile(), sys.gettrace()]",
        [None, None],
    ),
    "a-signal-handler": ("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)", "import signal\nsignal.getsignal(2) is signal.default_int_handler", True),
    "pandas-and-numpy-options": (
        "import numpy as np, pandas as pd\npd.set_option('display.max_rows', 7)\nnp.seterr(all='raise')",
        "import numpy as np, pandas as pd\n[pd.get_option('display.max_rows') == 7, np.geterr()['divide']]",
        [False, "warn"],
    ),
    "a-class-attribute-in-native-code": (
        "import ctypes\nctypes.pythonapi.PyType_Modified(ctypes.py_object(int))\n"
        "import gc\ngc.get_referents(int.__dict__)[0]['planted'] = 1",
        "hasattr(int, 'planted')",
        False,
    ),
    "bytes-in-the-memory-of-a-constant": (
        "import ctypes, sys\nctypes.memset(id(257) + 24, 1, 4)\nctypes.memset(id('planted') + 48, 88, 7)\nNone",
        "[257, 'planted']",
        [257, "planted"],
    ),
    "lower-limits": ("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))", "import resource\nresource.getrlimit(resource.RLIMIT_NOFILE)[1] > 8", True),
    "times-of-a-device-node": (
        "import os\ntry:\n    os.utime('/dev/null', (12345, 12345))\nexcept OSError:\n    pass",
        "import os\nos.stat('/dev/null').st_mtime == 12345",
        False,
    ),
    "a-lock-on-a-library": (
        "import fcntl\nfcntl.flock(open('/guest/models.json'), fcntl.LOCK_EX)\nNone",
        "import fcntl\nfcntl.flock(open('/guest/models.json'), fcntl.LOCK_EX | fcntl.LOCK_NB)",
        None,
    ),
    "a-host-name": ("import ctypes\nctypes.CDLL(None).sethostname(b'planted', 7)", "import os\nos.uname().nodename", "jail"),
}  # fmt: skip


@pytest.mark.parametrize("technique", PLANTS)
async def test_escape_into_the_next_run_is_stopped_by_single_use_workers(
    pool: Pool, canaries: Canaries, technique: str
) -> None:
    plant, look, clean = PLANTS[technique]
    outcome = await run(pool, plant)
    for _ in range(3):
        seen = await run(pool, look)
        assert (seen.values["result"] or {"application/json": None})["application/json"] == clean, outcome
    assert await canaries.harm(outcome) == []
