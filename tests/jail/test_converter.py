"""What code that took over a converter can do: the attacks run behind the same layers, in its place."""

from __future__ import annotations

import json
import os
import runpy
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mcp_pyexec.data_cache import DataCache
from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail import Converter
from mcp_pyexec.jail.argv import CONVERTER
from mcp_pyexec.limits import MIB

TAKEN_OVER = "pyexec_guest.conversion.serve import main; import sys; sys.path.append('/data'); from attack"
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

def main():
    from pyexec_guest.conversion import serve
    serve.answer = lambda job, limits: {{"op": "failed", "text": json.dumps(attack())}}
    serve.main()
"""


class TakenOver(Converter):
    """A converter whose code is another from the moment on that it is confined."""

    program = replace(CONVERTER, module=TAKEN_OVER)


def code(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "attack.py"
    path.write_text(ATTACK.format(body="".join(f"    {line}\n" for line in body.strip().splitlines())))
    path.chmod(0o644)
    return path


def attacked(tmp_path: Path, body: str, folder: Path | None = None) -> Any:
    """What the attack found out, in a jail with one data file."""
    (tmp_path / "x.csv").write_text("a\n1\n")
    out = folder or tmp_path / "out"
    out.mkdir(exist_ok=True)
    files = {"attack.py": code(tmp_path, body), "file.csv": tmp_path / "x.csv"}
    with closing(TakenOver(files, out, memory_bytes=256 * MIB, file_bytes=MIB)) as converter:
        return json.loads(converter.convert({"label": "x"}, 30).text)


READ = """
places = {places}
return {{place: tried(lambda: Path(place).read_bytes()) for place in places}}
"""


def test_escape_by_reading_another_file_is_stopped_by_the_file_system(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("hidden")
    places = [
        str(tmp_path / "secret.csv"),
        "/data/../secret.csv",
        "/etc/passwd",
        "/proc/self/environ",
        "/root/.bashrc",
    ]
    body = READ.format(places=places)
    found = attacked(tmp_path, body)
    outside = runpy.run_path(str(code(tmp_path, body)))["attack"]()

    assert found == dict.fromkeys(places, "FileNotFoundError")
    assert outside[places[0]] == repr(b"hidden")


def test_converter_sees_its_files_and_its_folder_only(tmp_path: Path) -> None:
    found = attacked(
        tmp_path,
        """
return {place: sorted(os.listdir(place)) for place in ("/", "/data", "/out")} | {
    "environment": sorted(os.environ), "ids": [os.getuid(), os.getgid(), *os.getgroups()][:2]}
""",
    )

    assert found["/data"] == ["attack.py", "file.csv"]
    assert found["/out"] == []
    assert not {"proc", "dev", "etc", "home", "root", "tmp", "work"} & set(found["/"])
    assert set(found["environment"]) <= {"LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "PWD", "TZ"}
    assert found["ids"] == [1000, 1000]


def test_escape_by_writing_elsewhere_is_stopped_by_the_file_system(tmp_path: Path) -> None:
    places = [str(tmp_path / "new"), "/new", "/guest/new", "/site-packages/new", "/python/new"]
    found = attacked(
        tmp_path,
        f"""
found = {{place: tried(lambda: Path(place).write_text("x")) for place in {places}}}
found["own"] = tried(lambda: Path("/data/file.csv").write_text("x"))
found["truncated"] = tried(lambda: os.truncate("/data/file.csv", 0))
found["mode"] = tried(lambda: os.chmod("/data/file.csv", 0o777))
found["linked"] = tried(lambda: os.link("/data/file.csv", "/out/product"))
found["replaced"] = tried(lambda: os.unlink("/data/file.csv"))
found["out"] = tried(lambda: Path("/out/a").write_text("x"))
found["large"] = tried(lambda: Path("/out/b").write_bytes(bytes(2 << 20)))
return found
""",
    )

    assert found.pop("out") == "1"
    assert set(found.values()) <= {"OSError", "PermissionError", "FileNotFoundError"}
    assert (tmp_path / "x.csv").read_text() == "a\n1\n"
    assert (tmp_path / "x.csv").stat().st_mode & 0o777 == 0o644
    assert not (tmp_path / "new").exists()


def test_escape_by_network_or_another_program_is_stopped_by_seccomp(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = attacked(
            tmp_path,
            f"""
import socket
return [
    tried(lambda: socket.create_connection(("127.0.0.1", {port}), 2)),
    tried(lambda: socket.socket(socket.AF_UNIX)),
    tried(lambda: os.execv("/python/bin/python3", ["python3"])),
    tried(lambda: os.setuid(0)),
]
""",
        )

    assert found == ["PermissionError"] * 4


def test_converter_without_an_answer_is_ended_in_its_time(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    body = "import time\ntime.sleep(600)"
    files = {"attack.py": code(tmp_path, body)}
    with closing(TakenOver(files, tmp_path / "out", memory_bytes=256 * MIB, file_bytes=MIB)) as converter:
        assert converter.convert({"label": "x"}, 0.2).killed


def test_converter_that_hangs_up_and_goes_on_is_ended(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    body = "import time\nos.closerange(3, 64)\ntime.sleep(600)"
    files = {"attack.py": code(tmp_path, body)}
    with closing(TakenOver(files, tmp_path / "out", memory_bytes=256 * MIB, file_bytes=MIB)) as converter:
        assert converter.convert({"label": "x"}, 60).killed


@pytest.mark.parametrize("said", [{"op": "rows"}, {"op": "converted", "tables": "1"}, {"op": "here"}])
def test_answer_that_is_none_is_refused(tmp_path: Path, said: dict[str, object]) -> None:
    (tmp_path / "out").mkdir()
    body = f"from pyexec_guest.wire import Channel\nimport socket\nChannel(socket.socket(fileno=FD)).send({said})"
    body = body.replace("FD", "int(__import__('sys').argv[1])")
    files = {"attack.py": code(tmp_path, body)}
    with (
        closing(TakenOver(files, tmp_path / "out", memory_bytes=256 * MIB, file_bytes=MIB)) as converter,
        pytest.raises(SandboxFault) as fault,
    ):
        converter.convert({"label": "x"}, 30)

    assert fault.value.code == "broken-frame"


@pytest.mark.parametrize(
    "body",
    [
        "os.symlink('{secret}', '/out/product')",
        "os.mkdir('/out/product')",
        "Path('/out/other').write_text('x'); os.link('/out/other', '/out/product')",
        "pass",
    ],
    ids=["link", "folder", "two names", "nothing"],
)
def test_product_that_is_no_plain_file_is_not_kept(tmp_path: Path, body: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    cache = DataCache(tmp_path / "cache", 16)

    def convert(folder: Path) -> None:
        attacked(tmp_path, body.format(secret=secret), folder)

    with cache.in_use(), pytest.raises(OSError):
        cache.make("0" * 64, convert).close()

    assert secret.read_text() == "hidden"
    assert [path.name for path in cache.folder.iterdir() if not path.name.endswith(".lock")] == []


def test_folders_without_end_in_place_of_a_product_are_removed(tmp_path: Path) -> None:
    cache = DataCache(tmp_path / "cache", 16)
    body = (
        "os.chdir('/out')\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\nos.chmod('/out/d', 0)"
    )

    def convert(folder: Path) -> None:
        attacked(tmp_path, body, folder)

    with cache.in_use(), pytest.raises(FileNotFoundError):
        cache.make("0" * 64, convert).close()

    assert [path.name for path in cache.folder.iterdir() if not path.name.endswith(".lock")] == []


def test_file_for_root_alone_is_refused_and_one_of_a_user_is_read_as_that_user(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, whose files are in question")
    (tmp_path / "out").mkdir()
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "x.csv").chmod(0o600)
    options = {"memory_bytes": 256 * MIB, "file_bytes": MIB}
    with pytest.raises(PermissionError, match="chmod o\\+r"):
        Converter({"file.csv": tmp_path / "x.csv"}, tmp_path / "out", **options)
    os.chown(tmp_path / "x.csv", 12345, 12345)
    job = {"label": "x", "file": {"table": "x", "kind": "csv", "path": "file.csv", "parts": ["file.csv"]}}
    with closing(Converter({"file.csv": tmp_path / "x.csv"}, tmp_path / "out", **options)) as converter:
        ended = converter.convert(job, 30)

    assert ended.tables == 1
    assert (tmp_path / "out" / "product").stat().st_uid == 12345
