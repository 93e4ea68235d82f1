"""Datasets as DataFrames in a worker: what stays where it is, and what may be written to."""

from __future__ import annotations

import datetime
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from mcp_pyexec.tables import SealedTable, seal
from mcp_pyexec.untrusted import read_untrusted
from pyexec_guest import frames

ROWS = 100_000
TABLE = pa.table(
    {
        "i": pa.array(range(ROWS), pa.int64()),
        "f": pa.array([n * 0.5 for n in range(ROWS)], pa.float64()),
        "text": [f"row {n}" for n in range(ROWS)],
        "small": pa.array([n % 100 for n in range(ROWS)], pa.int8()),
        "gaps": pa.array([None if n % 2 else n for n in range(ROWS)], pa.int64()),
        "flag": [n % 2 == 0 for n in range(ROWS)],
        "day": pa.array([n % 1000 for n in range(ROWS)], pa.date32()),
        "price": pa.array([None if n % 7 == 0 else n % 300 for n in range(ROWS)]).cast(pa.decimal128(25, 2)),
        "total": pa.array([n * n for n in range(ROWS)], pa.int64()).cast(pa.decimal256(40, 1)),
        "rarely": pa.array([None if n % 1000 else n for n in range(ROWS)]).cast(pa.decimal128(25, 0)),
    }
)


def _frame(sealed: SealedTable) -> Any:
    return frames.read_frame(os.dup(sealed.fileno()))


def _mapped(address: int) -> bool:
    """Whether the address lies in a mapping of sealed memory."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        first, last = (int(end, 16) for end in line.split()[0].split("-"))
        if first <= address < last:
            return "/memfd:" in line
    return False


def test_frame_holds_the_values_of_the_table() -> None:
    pd.testing.assert_frame_equal(_frame(seal(TABLE)), TABLE.to_pandas())


def test_column_that_python_has_no_objects_for_is_text_and_the_others_are_as_ever() -> None:
    far = pa.array([[6_585_000], [0]], pa.list_(pa.date32()))
    table = pa.table({"t": pa.array([3_723_123_456_789, None], pa.time64("ns")), "far": far, "n": [1, None]})
    frame = _frame(seal(table))

    assert frame["t"].tolist()[0] == "01:02:03.123456789"
    assert "19999-02-13" in frame["far"][0]
    assert frame["far"][1] == [datetime.date(1970, 1, 1)]
    assert frame["n"].dtype == "float64"


@pytest.mark.parametrize("column", ["i", "f", "small"])
def test_numbers_are_not_copied(column: str) -> None:
    assert _mapped(_frame(seal(TABLE))[column].to_numpy().ctypes.data)


def test_characters_of_text_are_not_copied() -> None:
    """What marks their places is: pandas wants 64 bits for each."""
    text = pa.chunked_array(_frame(seal(TABLE))["text"].array.__arrow_array__())

    assert _mapped(text.chunk(0).buffers()[-1].address)


def test_every_column_can_be_written_to_and_the_dataset_stays_as_it_is() -> None:
    sealed = seal(TABLE)
    frame = _frame(sealed)
    before = frame.copy()
    for column in frame:
        frame.loc[0, column] = frame.loc[4, column]
    frame.loc[frame["i"] > 5, "f"] = -1.0

    assert frame.loc[0].tolist() == before.loc[4].tolist()
    assert frame["f"].iloc[-1] == -1.0
    assert sealed.table == TABLE
    pd.testing.assert_frame_equal(_frame(sealed), before)


def test_numbers_beyond_the_memory_of_the_run_can_be_read_all_the_same() -> None:
    """In a process of its own, whose memory is limited as a worker's is."""
    sealed = seal(TABLE.drop_columns(["price", "total", "rarely"]))
    limited = subprocess.run(
        [sys.executable, __file__, str(sealed.fileno())],
        pass_fds=[sealed.fileno()],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert limited.stdout.split() == [str(sum(range(ROWS))), "True"]


def test_table_without_rows_or_with_many_separate_numbers_becomes_a_frame() -> None:
    many = pa.table({f"c{i}": [1.5] if i % 2 else ["x"] for i in range(200)})

    assert _frame(seal(TABLE.slice(0, 0))).shape == (0, 10)
    pd.testing.assert_frame_equal(_frame(seal(many)), many.to_pandas())


def _read_with_little_memory(fd: int) -> None:
    whole = pa.ipc.open_file(os.fdopen(os.dup(fd), "rb")).read_all()
    del whole
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + 1_200_000, used + 1_200_000))
    numbers = frames.read_frame(fd)["i"].to_numpy(copy=False)
    print(numbers.sum(), _mapped(numbers.ctypes.data))


if __name__ == "__main__":
    _read_with_little_memory(int(sys.argv[1]))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series(["a", None, "a"], dtype="category"), ["a", None, "a"]),
        (pd.Series([2, 1, 2], dtype="category"), [2, 1, 2]),
        (pd.cut(pd.Series([1, 9]), [0, 5, 10]), ["(0, 5]", "(5, 10]"]),
        (pd.Series(pd.period_range("2024-01", periods=2, freq="M")), ["2024-01", "2024-02"]),
        (pd.Series([0, 1], dtype="Sparse[int64]"), [0, 1]),
        (pd.Series([1 + 2j, None]), ["(1+2j)", None]),
        (pd.Series([1, "a", None, 2.5]), ["1", "a", None, "2.5"]),
        (pd.Series([2**70, 1], dtype=object), [str(2**70), "1"]),
        (pd.Series([[1], ["a"]]), ["[1]", "['a']"]),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
        (pd.Series([], dtype="category"), []),
    ],
    ids=lambda value: str(getattr(value, "dtype", "")),
)
def test_column_of_every_kind_leaves_as_plain_values_or_text(values: Any, expected: list[Any]) -> None:
    table = frames.to_table(pd.DataFrame({"v": values}))
    column = read_untrusted(frames.write_table(table), byte_limit=1 << 20).column("v")

    assert column.to_pylist() == expected


def test_index_becomes_columns_before_those_of_its_names() -> None:
    frame = pd.DataFrame({"a": ["x", "y", "x"], "b": [1, 2, 3], "c": pd.Categorical(["k", "l", "k"])})
    crossed = frame.pivot_table(index=["a", "b"], columns="c", values="b", aggfunc="size", observed=True)

    assert frames.to_table(frame).column_names == ["a", "b", "c"]
    assert frames.to_table(crossed).column_names == ["a", "b", "k", "l"]
    assert frames.to_table(frame.set_index("a", drop=False)).column_names == ["a", "a_2", "b", "c"]
    assert frames.to_table(frame.loc[[2, 0]]).to_pydict()["index"] == [2, 0]
    assert frames.to_table(frame.groupby("a").agg({"b": ["sum", "max"]})).column_names == [
        "a",
        "b_sum",
        "b_max",
    ]
    assert frames.to_table(pd.DataFrame()).num_columns == 0
