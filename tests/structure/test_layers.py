"""Who may import whom, as ARCHITECTURE's table has it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOST = ROOT / "src" / "mcp_pyexec"
GUEST = ROOT / "sandbox" / "guest" / "pyexec_guest"

WORDS = {"asking", "errors", "limits", "outcomes", "bundled", "sources", "tables", "untrusted"}
WORDS |= {"data_files", "data_cache", "sensitive"}
SETTINGS = WORDS | {"config"}
PEERS = {"sql", "datasets", "jail", "codegen", "scoring"}
WIRING = SETTINGS | PEERS | {"artifacts", "executions", "jobs", "service", "verdicts"}

MAY_IMPORT = {
    **dict.fromkeys(WORDS, WORDS),
    "config": WORDS,
    **{peer: SETTINGS | {peer} for peer in PEERS},
    "artifacts": WORDS,
    "verdicts": WORDS,
    "demo_data": WORDS,
    "executions": WIRING,
    "jobs": WIRING,
    "service": WIRING,
    "tools": WIRING | {"tools"},
}
"""Whatever is not named here (server, stdio, cli, demo, direct) is process level and may import all."""

PURE = {"errors", "limits", "outcomes"}


def modules(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module))
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_parts(path: Path) -> set[str]:
    """The top-level parts of the host's package that a module imports."""
    names = [name.split(".") for name in imported(path)]
    tops = {parts[1] for parts in names if parts[0] == "mcp_pyexec" and len(parts) > 1}
    existing = {p.stem for p in HOST.iterdir() if not p.name.startswith("_")}
    return tops & existing


def part_of(path: Path) -> str:
    return path.relative_to(HOST).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(HOST), ids=lambda p: str(p.relative_to(HOST)))
def test_module_imports_only_what_its_layer_may(path: Path) -> None:
    part = part_of(path)
    if part in MAY_IMPORT:
        assert own_parts(path) <= MAY_IMPORT[part]


@pytest.mark.parametrize("name", sorted(PURE))
def test_words_import_the_standard_library_only(name: str) -> None:
    tops = {module.split(".")[0] for module in imported(HOST / f"{name}.py")}
    assert tops - {"mcp_pyexec"} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", modules(GUEST), ids=lambda p: str(p.relative_to(GUEST)))
def test_guest_imports_nothing_of_the_host(path: Path) -> None:
    assert not {name for name in imported(path) if name.split(".")[0] == "mcp_pyexec"}


@pytest.mark.parametrize("path", modules(HOST), ids=lambda p: str(p.relative_to(HOST)))
def test_host_imports_nothing_of_the_guest_and_unpickles_nothing(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported(path)}
    assert not tops & {"pyexec_guest", "pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}


@pytest.mark.parametrize("path", modules(HOST), ids=lambda p: str(p.relative_to(HOST)))
def test_only_config_reads_the_environment(path: Path) -> None:
    if part_of(path) != "config":
        tree = ast.parse(path.read_text("utf-8"))
        used = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} | imported(path)
        assert not used & {"environ", "environb", "getenv", "os.environ", "os.getenv"}


@pytest.mark.parametrize("path", modules(HOST), ids=lambda p: str(p.relative_to(HOST)))
def test_host_never_parses_python(path: Path) -> None:
    """Generated code is bytes to the host: no ast, compile, exec or eval."""
    tree = ast.parse(path.read_text("utf-8"))
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert not called & {"compile", "exec", "eval", "__import__"}
    assert not {
        name for name in imported(path) if name.split(".")[0] in {"ast", "symtable", "code", "codeop"}
    }


@pytest.mark.parametrize("path", modules(HOST), ids=lambda p: str(p.relative_to(HOST)))
def test_package_files_only_re_export(path: Path) -> None:
    if path.name == "__init__.py" and path.parent != HOST:
        body = ast.parse(path.read_text("utf-8")).body
        kinds = {type(node) for node in body}
        assert kinds <= {ast.Expr, ast.Import, ast.ImportFrom, ast.Assign}
