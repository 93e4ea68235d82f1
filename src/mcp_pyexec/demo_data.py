"""The demonstration database: real measurements that ship inside scikit-learn, as SQLite.

The files are read as text; scikit-learn itself is found, never imported. Comments stand in the CREATE TABLE text,
where `describe_database` finds them.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import os
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mcp_pyexec.errors import ConfigError

__all__ = ["build_demo_database"]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the demonstration.

    Attributes:
        features: Name and comment of each number, in the order of the file.
        target: Name, SQL type and comment of the last column.
    """

    name: str
    comment: str
    features: Sequence[tuple[str, str]]
    target: tuple[str, str, str]
    rows: Callable[[Path], list[list[float | str]]]


def build_demo_database(path: Path) -> None:
    """Leave a complete demonstration database at `path`, whatever was there before.

    It is written beside its place and moved there, so that a reader sees the old file or the new one.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    source = _data_directory()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with closing(sqlite3.connect(temporary)) as connection, connection:
            for table in _TABLES:
                _write(connection, table, table.rows(source))
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _data_directory() -> Path:
    spec = importlib.util.find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("The demonstration needs scikit-learn's data files. Run: pip install scikit-learn")
    return Path(spec.submodule_search_locations[0], "datasets", "data")


def _write(connection: sqlite3.Connection, table: _Table, rows: list[list[float | str]]) -> None:
    target, kind, comment = table.target
    lines = [f"  {name} REAL NOT NULL, -- {text}" for name, text in table.features]
    lines = [
        "  id INTEGER PRIMARY KEY, -- row number, from 1",
        *lines,
        f"  {target} {kind} NOT NULL -- {comment}",
    ]
    connection.execute("\n".join([f"CREATE TABLE {table.name} ( -- {table.comment}", *lines, ")"]))
    places = ", ".join("?" * (len(table.features) + 2))
    sql = f"INSERT INTO {table.name} VALUES ({places})"  # noqa: S608 - names of this module
    connection.executemany(sql, ([number, *row] for number, row in enumerate(rows, 1)))


def _labelled(file: str, labels: Sequence[str]) -> Callable[[Path], list[list[float | str]]]:
    """Return a reader of a CSV file whose first line is a header and whose last column is a class number."""

    def read(source: Path) -> list[list[float | str]]:
        with (source / file).open(newline="") as lines:
            return [[*map(float, row[:-1]), labels[int(row[-1])]] for row in list(csv.reader(lines))[1:]]

    return read


def _digits(source: Path) -> list[list[float | str]]:
    with gzip.open(source / "digits.csv.gz", "rt", newline="") as lines:
        return [[*map(float, row[:-1]), str(int(float(row[-1])))] for row in csv.reader(lines)]


def _diabetes(source: Path) -> list[list[float | str]]:
    with (
        gzip.open(source / "diabetes_data_raw.csv.gz", "rt") as data,
        gzip.open(source / "diabetes_target.csv.gz", "rt") as target,
    ):
        return [[*map(float, line.split()), float(value)] for line, value in zip(data, target, strict=True)]


_NUCLEUS = {
    "radius": "distance from centre to perimeter",
    "texture": "standard deviation of grey values",
    "perimeter": "length of the outline",
    "area": "area inside the outline",
    "smoothness": "local variation of the radius",
    "compactness": "perimeter^2 / area - 1",
    "concavity": "severity of concave parts of the outline",
    "concave_points": "number of concave parts of the outline",
    "symmetry": "symmetry of the nucleus",
    "fractal_dimension": "coastline approximation - 1",
}
_STATISTIC = {"mean": "mean", "error": "standard error", "worst": "mean of the three largest"}

_TABLES = (
    _Table(
        "breast_cancer",
        "Breast cancer Wisconsin (diagnostic): cell nuclei in images of fine needle aspirates, one row per patient",
        [
            (f"{prefix}_{name}" if prefix != "error" else f"{name}_error", f"{words} of: {text}")
            for prefix, words in _STATISTIC.items()
            for name, text in _NUCLEUS.items()
        ],
        ("diagnosis", "TEXT", "malignant or benign"),
        _labelled("breast_cancer.csv", ["malignant", "benign"]),
    ),
    _Table(
        "wine",
        "Chemical analysis of wines from three cultivars of one region of Italy",
        [
            ("alcohol", "percent by volume"),
            ("malic_acid", "g/l"),
            ("ash", "g/l"),
            ("alcalinity_of_ash", "meq/l"),
            ("magnesium", "mg/l"),
            ("total_phenols", "g/l"),
            ("flavanoids", "g/l"),
            ("nonflavanoid_phenols", "g/l"),
            ("proanthocyanins", "g/l"),
            ("color_intensity", "optical density"),
            ("hue", "ratio of optical densities"),
            ("od280_od315_of_diluted_wines", "protein content, ratio of absorptions at 280 and 315 nm"),
            ("proline", "mg/l"),
        ],
        ("cultivar", "TEXT", "cultivar_1, cultivar_2 or cultivar_3"),
        _labelled("wine_data.csv", ["cultivar_1", "cultivar_2", "cultivar_3"]),
    ),
    _Table(
        "iris",
        "Fisher's iris flowers, 50 of each species",
        [
            ("sepal_length_cm", "length of the sepal in cm"),
            ("sepal_width_cm", "width of the sepal in cm"),
            ("petal_length_cm", "length of the petal in cm"),
            ("petal_width_cm", "width of the petal in cm"),
        ],
        ("species", "TEXT", "setosa, versicolor or virginica"),
        _labelled("iris.csv", ["setosa", "versicolor", "virginica"]),
    ),
    _Table(
        "digits",
        "Handwritten digits as 8 x 8 images",
        [(f"pixel_{y}_{x}", f"ink at row {y}, column {x}, 0 to 16") for y in range(8) for x in range(8)],
        ("digit", "TEXT", "the digit written, 0 to 9"),
        _digits,
    ),
    _Table(
        "diabetes",
        "Diabetes patients at a baseline and the progression of their disease one year later",
        [
            ("age", "years"),
            ("sex", "1 or 2, as in the source"),
            ("bmi", "body mass index, kg/m^2"),
            ("blood_pressure", "average blood pressure, mm Hg"),
            ("total_cholesterol", "total serum cholesterol (s1)"),
            ("ldl", "low-density lipoproteins (s2)"),
            ("hdl", "high-density lipoproteins (s3)"),
            ("cholesterol_hdl_ratio", "total cholesterol / HDL (s4)"),
            ("log_triglycerides", "possibly the logarithm of serum triglycerides (s5)"),
            ("glucose", "blood sugar level (s6)"),
        ],
        ("disease_progression", "REAL", "measure of progression one year after the baseline"),
        _diabetes,
    ),
)
