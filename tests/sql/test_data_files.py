"""Which files `--data` finds and what their tables are called; nothing is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_pyexec.data_files import find_data_files, table_name
from mcp_pyexec.errors import ConfigError
from pyexec_guest.conversion import names


def made(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a\n1\n")
    return root


def found(*paths: Path) -> dict[str, str]:
    return {file.table: file.kind for file in find_data_files(paths)}


def test_table_is_called_after_its_file(tmp_path: Path) -> None:
    made(
        tmp_path, "Q1 Sales (EU).CSV", "2024.tsv", "café.json", "a.b.jsonl.gz", "---.ndjson.zst", "x.parquet"
    )

    assert found(*sorted(tmp_path.iterdir())) == {
        "data": "json",
        "t_2024": "tsv",
        "q1_sales_eu": "csv",
        "a_b": "json",
        "café": "json",
        "x": "parquet",
    }


def test_folder_gives_its_data_files_with_folders_in_front_and_skips_the_rest(tmp_path: Path) -> None:
    made(tmp_path, "orders.csv", "eu/orders.csv", "eu/north/o.xlsx", "README.md", ".hidden.csv", ".git/x.csv")
    made(tmp_path, "~$orders.xlsx", "eu/shop.db", "eu/.DS_Store")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "linked.csv").symlink_to(tmp_path / "orders.csv")

    assert found(tmp_path) == {
        "orders": "csv",
        "linked": "csv",
        "eu_orders": "csv",
        "eu_north_o": "excel",
        "eu_shop": "database",
    }


def test_folder_of_partitions_is_one_table(tmp_path: Path) -> None:
    made(tmp_path, "d/events/day=1/a.parquet", "d/events/day=2/b.parquet", "d/events/_SUCCESS", "d/other.csv")

    assert found(tmp_path / "d") == {"events": "partitions", "other": "csv"}
    assert found(tmp_path / "d" / "events") == {"events": "partitions"}


@pytest.mark.parametrize(
    ("names", "given", "says"),
    [
        (["a.csv"], ["b.csv"], "b.csv: does not exist"),
        (["a.txt"], ["a.txt"], "'?.txt'? is not one of .csv"),
        (["plain"], ["plain"], "a name without suffix"),
        (["d/x.md"], ["d"], "d: the folder holds no file"),
        (["d/a.csv", "d/A.tsv"], ["d"], "d/A.tsv and d/a.csv are both table 'a'"),
        (["a.csv", "d/a.csv"], ["a.csv", "d/a.csv"], "both table 'a'"),
        (["d/x_y.csv", "d/x/y.csv"], ["d"], "d/x_y.csv and d/x/y.csv are both table 'x_y'"),
        (["d/k=1/a.csv"], ["d"], "only those of Parquet"),
        (["/".join("abcdefghij") + "/x.csv"], ["a"], "more than 8 folders deep"),
        ([f"d/{n}.csv" for n in range(1001)], ["d"], "more than 1,000 files"),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(
    tmp_path: Path, names: list[str], given: list[str], says: str
) -> None:
    made(tmp_path, *names)

    with pytest.raises(ConfigError, match=says) as refused:
        found(*(tmp_path / name for name in given))

    assert str(tmp_path) not in str(refused.value)


def test_pipe_is_no_data_file(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "x.csv")

    with pytest.raises(ConfigError, match="neither a file nor a folder"):
        found(tmp_path / "x.csv")


@pytest.mark.parametrize(
    "text", ["Q1 Sales (EU)", "2024", "café", "a.b", "---", "", "_x_", "Größe №5", "\udce9\n"]
)
def test_tables_in_a_file_are_named_as_files_are(text: str) -> None:
    assert names.table_name(text) == table_name(text)
