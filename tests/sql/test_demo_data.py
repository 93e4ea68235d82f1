from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sklearn import datasets

from mcp_pyexec.demo_data import build_demo_database
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import Databases, Description


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    build_demo_database(path)
    return path


@pytest.mark.parametrize(
    ("table", "loader", "arguments", "labels"),
    [
        ("breast_cancer", "load_breast_cancer", {}, ["malignant", "benign"]),
        ("wine", "load_wine", {}, ["cultivar_1", "cultivar_2", "cultivar_3"]),
        ("iris", "load_iris", {}, ["setosa", "versicolor", "virginica"]),
        ("digits", "load_digits", {}, [str(n) for n in range(10)]),
        ("diabetes", "load_diabetes", {"scaled": False}, None),
    ],
)
def test_demo_table_holds_the_values_of_the_source(
    demo: Path, table: str, loader: str, arguments: dict[str, bool], labels: list[str] | None
) -> None:
    data, target = getattr(datasets, loader)(return_X_y=True, **arguments)
    with closing(sqlite3.connect(demo)) as connection:
        rows = connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()

    assert [list(row[1:-1]) for row in rows] == data.tolist()
    assert [row[-1] for row in rows] == [labels[int(t)] if labels else float(t) for t in target]
    assert [row[0] for row in rows] == list(range(1, len(data) + 1))


def test_every_demo_table_and_column_is_described(demo: Path) -> None:
    async def describe() -> Description:
        opened = Databases([DatabaseSource("demo", f"sqlite:///{demo}")])
        description = await opened.describe("demo")
        await opened.close()
        return description

    tables = asyncio.run(describe()).databases[0].tables

    assert [(t.name, t.rows_estimate) for t in tables] == [
        ("breast_cancer", 569),
        ("diabetes", 442),
        ("digits", 1797),
        ("iris", 150),
        ("wine", 178),
    ]
    assert [c.name for t in tables for c in t.columns if not c.comment] == []
    assert [t.name for t in tables if not t.comment] == []


def test_demo_is_built_again_over_itself_and_leaves_no_other_file(tmp_path: Path) -> None:
    build_demo_database(tmp_path / "demo.db")
    first = (tmp_path / "demo.db").read_bytes()
    build_demo_database(tmp_path / "demo.db")

    assert (tmp_path / "demo.db").read_bytes() == first
    assert [p.name for p in tmp_path.iterdir()] == ["demo.db"]


def test_demo_is_built_without_importing_scikit_learn(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mcp_pyexec.demo_data import build_demo_database;"
        f"build_demo_database(Path({str(tmp_path)!r}, 'demo.db'));"
        "print([m for m in ('sklearn', 'numpy', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
