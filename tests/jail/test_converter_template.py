"""What code that took over a clone can do to other files, to their products and to the template."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mcp_pyexec.jail import ConverterTemplate
from mcp_pyexec.jail.argv import CONVERTER_TEMPLATE
from mcp_pyexec.jail.converter import Ended
from mcp_pyexec.limits import MIB

TAKEN_OVER = (
    "runpy import run_path; from pyexec_guest.conversion import serve; "
    "serve.answer = lambda job, limits: run_path('/data/file.csv')['answer'](); "
    "from pyexec_guest.conversion.template"
)
ATTACK = """
import json, os
from pathlib import Path

def tried(what):
    try:
        return repr(what())
    except Exception as error:
        return type(error).__name__

def attack():
{body}

def answer():
    return {{"op": "failed", "text": json.dumps(attack())}}
"""
ALL = "return [str(path) for place in ('/data', '/files', '/folders', '/out') for path in Path(place).rglob('*')]"


class TakenOver(ConverterTemplate):
    """A template whose clones run the one file that they are given."""

    program = replace(CONVERTER_TEMPLATE, module=TAKEN_OVER)


class Attacks:
    """Attacks in the place of data files, in clones of one template."""

    def __init__(self, place: Path, *bodies: str) -> None:
        self._folders = place / "folders"
        self._folders.mkdir()
        self.files = [place / f"{number}.csv" for number in range(len(bodies))]
        for file, body in zip(self.files, bodies, strict=True):
            file.write_text(ATTACK.format(body=textwrap.indent(body.strip(), "    ")))
        self._template = TakenOver(self.files, self._folders)

    def ended(self, number: int, within_s: float = 30) -> Ended:
        """What became of one of them."""
        self.folder(number).mkdir()
        clone = self._template.clone(
            {"file.csv": self.files[number]},
            self.folder(number),
            memory_bytes=256 * MIB,
            file_bytes=MIB,
        )
        with closing(clone):
            return clone.convert({"label": "x"}, within_s)

    def found(self, number: int) -> Any:
        """What it found out."""
        return json.loads(self.ended(number).text)

    def folder(self, number: int) -> Path:
        """What it could write to."""
        return self._folders / str(number)

    def close(self) -> None:
        """End the template."""
        self._template.close()


Attacked = Callable[..., Attacks]


@pytest.fixture
def attacks(tmp_path: Path) -> Iterator[Attacked]:
    """Starts a template of attacks."""
    started: list[Attacks] = []

    def start(*bodies: str) -> Attacks:
        started.append(Attacks(tmp_path, *bodies))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_clone_sees_its_file_and_its_folder_only(attacks: Attacked) -> None:
    clones = attacks(
        """
return {place: sorted(os.listdir(place)) for place in ("/", "/data", "/files", "/folders", "/out")} | {
    "descriptors": [number for number in range(256) if tried(lambda: os.fstat(number)) != "OSError"],
    "ids": [os.getuid(), os.getgid(), os.getpid(), os.getppid()]}
""",
        "return 0",
    )
    clones.folder(1).mkdir()
    (clones.folder(1) / "product").write_text("of another file")

    found = clones.found(0)

    assert not {"proc", "dev", "etc", "home", "root", "tmp", "work"} & set(found.pop("/"))
    assert found == {
        "/data": ["file.csv"],
        "/files": [],
        "/folders": [],
        "/out": [],
        "descriptors": [0, 1, 2, 3],
        "ids": [1000, 1000, 1, 0],
    }


def test_escape_by_reading_or_writing_another_file_is_stopped_by_the_file_system(attacks: Attacked) -> None:
    clones = attacks(
        """
places = ["/files/1", "/folders/1/product", "/data/../files/1", "/out/../folders/1/product", "/data/1.csv"]
found = {place: tried(lambda: Path(place).read_bytes()) for place in places}
found |= {"write " + place: tried(lambda: Path(place).write_text("x")) for place in places[:4]}
found["new"] = tried(lambda: Path("/folders/x").write_text("x"))
found["up"] = tried(lambda: Path("/out/../x").write_text("x"))
found["own"] = tried(lambda: Path("/data/file.csv").write_text("x"))
found["truncated"] = tried(lambda: os.truncate("/data/file.csv", 0))
found["mode"] = tried(lambda: os.chmod("/data/file.csv", 0o777))
found["linked"] = tried(lambda: os.link("/data/file.csv", "/out/product"))
found["replaced"] = tried(lambda: os.rename("/out", "/folders"))
found["large"] = tried(lambda: Path("/out/b").write_bytes(bytes(2 << 20)))
return found
""",
        "return 0",
    )
    clones.folder(1).mkdir()
    (clones.folder(1) / "product").write_text("of another file")
    before = [file.read_text() for file in clones.files]

    assert set(clones.found(0).values()) <= {"OSError", "PermissionError", "FileNotFoundError"}
    assert [file.read_text() for file in clones.files] == before
    assert clones.files[0].stat().st_mode & 0o777 == 0o644
    assert (clones.folder(1) / "product").read_text() == "of another file"


@pytest.mark.parametrize(
    "call",
    [
        "libc.umount2(b'/files', 2)",
        "libc.mount(b'/files', b'/data', None, 4096, None)",
        "libc.unshare(0x10020000)",
        "libc.setns(3, 0)",
        "libc.chroot(b'/out')",
        "libc.ptrace(16, 1, 0, 0)",
    ],
)
def test_escape_by_uncovering_what_is_hidden_ends_the_clone_alone(attacks: Attacked, call: str) -> None:
    clones = attacks(f"import ctypes\nlibc = ctypes.CDLL(None)\n{call}", ALL)

    assert clones.ended(0) == Ended(killed=True)
    assert clones.found(1) == ["/data/file.csv"]


def test_escape_by_signals_reaches_nobody_else(attacks: Attacked) -> None:
    clones = attacks(
        "return [tried(lambda: os.kill(pid, 9)) for pid in (-1, 0, 2, 3, os.getppid())]", "return 'well'"
    )

    clones.ended(0)

    assert clones.found(1) == "well"


def test_clone_leaves_nothing_to_the_next(attacks: Attacked) -> None:
    clones = attacks(
        """
Path("/data/left").write_text("x")
Path("/out/left").write_text("x")
os.umask(0o777)
os.environ["LEFT"] = "x"
os.write(2, b"x" * (1 << 17))
return 0
""",
        ALL + " + [os.environ.get('LEFT'), os.umask(0), os.write(2, b'x')]",
    )

    assert clones.ended(0)
    assert clones.found(1) == ["/data/file.csv", None, 0o22, 1]
    assert sorted(path.name for path in clones.folder(0).iterdir()) == ["left"]


@pytest.mark.parametrize(
    ("body", "within_s"),
    [
        ("import time; time.sleep(600)", 0.2),
        ("bytes(2 << 30)", 30),
        ("os.abort()", 30),
        ("import ctypes; ctypes.string_at(0)", 30),
        ("import time; os.closerange(3, 64); time.sleep(600)", 30),
    ],
    ids=["too long", "too much memory", "aborts", "crashes", "hangs up and goes on"],
)
def test_clone_that_does_not_end_well_leaves_the_template_usable(
    attacks: Attacked, body: str, within_s: float
) -> None:
    clones = attacks(body, "return 'well'")

    assert clones.ended(0, within_s).tables is None
    assert clones.found(1) == "well"


def test_clone_of_roots_template_runs_as_the_owner_of_the_files(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, whose files are in question")
    (tmp_path / "folders" / "0").mkdir(parents=True)
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "x.csv").chmod(0o600)
    with pytest.raises(PermissionError, match="chmod o\\+r"):
        ConverterTemplate([tmp_path / "x.csv"], tmp_path / "folders")
    os.chown(tmp_path / "x.csv", 12345, 12345)
    job = {"label": "x", "file": {"table": "x", "kind": "csv", "path": "file.csv", "parts": ["file.csv"]}}
    files, folder = {"file.csv": tmp_path / "x.csv"}, tmp_path / "folders" / "0"
    with (
        closing(ConverterTemplate([tmp_path / "x.csv"], tmp_path / "folders")) as template,
        closing(template.clone(files, folder, memory_bytes=256 * MIB, file_bytes=MIB)) as clone,
    ):
        ended = clone.convert(job, 30)

    assert ended.tables == 1
    assert (folder / "product").stat().st_uid == 12345
