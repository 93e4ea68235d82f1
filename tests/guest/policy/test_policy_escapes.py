"""Every escape that is known is stopped, by the rule that is meant to stop it."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from guest.policy.escapes import Escape, all_escapes
from guest.policy.running import Profile, run_under, verdict
from pyexec_guest import policy
from pyexec_guest.policy.watch import watch


def _name(escape: Escape) -> str:
    return escape.name


@pytest.mark.parametrize("escape", all_escapes("cves"), ids=_name)
def test_escape_with_a_public_report_is_stopped_by_the_policy(escape: Escape, moderate: Profile) -> None:
    assert verdict(escape.source, moderate) == escape.verdict


@pytest.mark.parametrize("escape", all_escapes("measured"), ids=_name)
def test_escape_that_stock_guards_let_through_is_stopped_by_the_policy(
    escape: Escape, moderate: Profile
) -> None:
    assert verdict(escape.source, moderate) == escape.verdict


@pytest.mark.parametrize("escape", all_escapes("techniques"), ids=_name)
def test_escape_by_a_known_technique_is_stopped_by_the_policy(escape: Escape, warmed: Profile) -> None:
    assert verdict(escape.source, warmed) == escape.verdict


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters need Python 3.12")
@pytest.mark.parametrize(
    "source", ["def f[_getattr_](x): pass", "type _getattr_ = int", "class A[_write_]: pass"]
)
def test_escape_by_type_parameters_is_stopped_by_the_policy(source: str, moderate: Profile) -> None:
    assert verdict(source, moderate) == "rejected: reserved-name"


def test_no_escape_is_expected_to_run() -> None:
    escapes = [escape for part in ("cves", "measured", "techniques") for escape in all_escapes(part)]
    ran = [escape.name for escape in escapes if not escape.verdict.startswith(("rejected: ", "refused: "))]
    assert ran == ["mcp-use-1718-saved-original-open"], "it has no such attribute at all"


TEXTS = {
    "print('ran')": "refused: annotation",
    "().__class__": "refused: annotation",
    "[x for x in ()]": "refused: annotation",
    "(lambda: 1)()": "refused: annotation",
    "list[int].mro": "refused: annotation",
    "pandas.core.common.builtins.open": "refused: module-hop",
    "pandas.read_pickle": "refused: unpickling",
}


@pytest.mark.parametrize("text", TEXTS)
def test_escape_by_text_that_typing_evaluates_is_stopped(text: str, warmed: Profile) -> None:
    source = f"""
import typing, pandas
text = {text!r}
class Holder:
    def __getattr__(self, name):
        if name == "__annotations__":
            return {{"a": typing.List[text]}}
        raise AttributeError(name)
result = typing.get_type_hints(Holder(), {{"pandas": pandas, "print": print}})
"""
    assert verdict(source, warmed) == TEXTS[text]


def test_ordinary_annotations_are_evaluated(warmed: Profile) -> None:
    source = (
        "import typing, datetime\nimport numpy as np\n"
        "def f(a: 'int | None', b: 'list[str]', c: 'datetime.date', d: 'np.ndarray') -> 'dict[str, int]': ...\n"
        "result = sorted(typing.get_type_hints(f))"
    )
    assert run_under(source, warmed).result == "['a', 'b', 'c', 'd', 'return']"


@pytest.mark.parametrize("escape", all_escapes("crawled"), ids=_name)
def test_escape_found_by_walking_what_modules_offer_is_stopped_by_the_policy(
    escape: Escape, warmed: Profile
) -> None:
    module, name = NOT_IN_EVERY_PYTHON.get(escape.name, ("os", "path"))
    is_there = hasattr(importlib.import_module(module), name)
    assert verdict(escape.source, warmed) == (escape.verdict if is_there else "raised: AttributeError")


NOT_IN_EVERY_PYTHON = {
    "email-utils-socket-email-utils-socket": ("email.utils", "socket"),
    "pathlib-os-pathlib-os": ("pathlib", "os"),
    "urllib-parse-sys-urllib-parse-sys": ("urllib.parse", "sys"),
    "datetime-sys-datetime-sys": ("datetime", "sys"),
}
"""Modules that no longer hold these ones since Python 3.12 or 3.13."""


def test_no_library_writes_into_a_module_for_a_program(warmed: Profile) -> None:
    before = os.getcwd
    source = "import enum\nE = enum.Enum('E', {'getcwd': 1}, module='os')\nf = getattr(enum, 'global_' + 'enum')\nf(E)"
    assert verdict(source, warmed) == "refused: module-write"
    assert os.getcwd is before


@pytest.mark.parametrize("escape", all_escapes("outside"), ids=_name)
def test_a_way_to_a_file_outside_the_working_directory_is_closed(
    escape: Escape, moderate: Profile, workdir: Path
) -> None:
    secret = workdir.parent / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    (workdir.parent / "secret.npy").write_bytes(NPY)
    before = sorted(path.name for path in workdir.parent.iterdir())
    assert verdict(escape.source, moderate) == escape.verdict
    assert sorted(path.name for path in workdir.parent.iterdir()) == before
    assert secret.read_text() == "a,b\n1,2\n"


NPY = (
    b"\x93NUMPY\x01\x00\x76\x00"
    + b"{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }".ljust(117)
    + b"\n"
    + bytes(8)
)


LITERAL_PATHS = (
    "import joblib\njoblib.dump([1], '../new')",
    "import pandas as pd\npd.read_csv('/etc/passwd')",
    "import pandas as pd\npd.DataFrame().to_csv(path_or_buf='../x')",
    "from pathlib import Path\nPath('/etc/passwd').read_text()",
    "from pathlib import Path\nPath('a').rename('../b')",
    "import matplotlib.pyplot as plt\nplt.savefig('../x.png')",
    "import pyarrow.parquet as pq, pyarrow as pa\npq.write_table(pa.table({}), '../x')",
    "import numpy as np\nnp.memmap('/etc/passwd')",
    "from sklearn.datasets import dump_svmlight_file\ndump_svmlight_file([[1]], [1], '../x')",
    "import gzip\ngzip.open('../x')",
    "open('../x')",
)


@pytest.mark.parametrize("source", LITERAL_PATHS)
def test_a_path_outside_that_is_written_down_is_found_before_the_run(source: str, moderate: Profile) -> None:
    assert verdict(source, moderate) == "rejected: path"


def test_files_of_the_working_directory_and_tmp_are_open_by_absolute_paths_too(
    moderate: Profile, workdir: Path
) -> None:
    source = f"""
import pandas as pd, tempfile, json
from pathlib import Path
folder = Path({str(workdir)!r})
(folder / "a.json").write_text(json.dumps([1]))
(folder / "a.json").rename(folder / "b.json")
pd.DataFrame({{"a": [1]}}).to_csv(str(folder / "c.csv"), index=False)
with tempfile.TemporaryDirectory() as place:
    Path(place, "d.txt").write_text("d")
    kept = sorted(path.name for path in Path(place).iterdir())
(folder / "sub").mkdir()
result = kept, sorted(path.name for path in folder.iterdir()), pd.read_csv(folder / "c.csv").shape
"""
    assert run_under(source, moderate).result == "(['d.txt'], ['b.json', 'c.csv', 'sub'], (1, 1))"


def test_a_profile_without_files_opens_none(strict: Profile, workdir: Path) -> None:
    (workdir / "x").write_text("here")
    assert verdict("open('x')", strict) == "rejected: path"
    assert verdict("import os\nos.listdir()", strict) == "rejected: import"
    assert verdict("f = open\nf('x')", strict) == "refused: path"
    assert verdict("import io\nio.open('new', 'w')", strict) == "refused: path"
    assert verdict("import io\nresult = io.StringIO('a').read()", strict) == "ran"
    assert sorted(path.name for path in workdir.iterdir()) == ["x"]


def test_processes_networks_and_pickles_are_refused_wherever_they_are_reached(moderate: Profile) -> None:
    source = "import numpy as np, io\nb = io.BytesIO()\nnp.save(b, np.array([{}], dtype=object))\nb.seek(0)\n"
    assert verdict(
        source + "np.lib.npyio.NpzFile\nnp.load(b, **{'allow_pickle': True})", moderate
    ).startswith("re")
    for event, rule in (
        ("os.system", "process"),
        ("socket.connect", "network"),
        ("pickle.find_class", "unpickling"),
    ):
        policy.hold_to(moderate)
        try:
            with pytest.raises(policy.PolicyError) as refused:
                sys.audit(event, "x", "y")
        finally:
            watch(None)
        assert refused.value.rule == rule


def test_a_file_outside_the_working_directory_is_neither_read_nor_written(
    moderate: Profile, workdir: Path
) -> None:
    outside = workdir.parent / "secret.txt"
    outside.write_text("secret")
    (workdir / "link").symlink_to(outside)
    assert verdict("p = 'link'\nresult = open(p).read()", moderate) == "refused: path"
    assert verdict("p = '..' + '/secret.txt'\nresult = open(p, 'w')", moderate) == "refused: path"
    assert outside.read_text() == "secret"
