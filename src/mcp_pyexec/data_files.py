"""What `--data` names, found and given table names before anything is served; no file is read here.

A table is called after its file: the stem in lower case, everything but letters and digits as `_`. Inside a folder
the folders on the way stand in front (`eu/orders.csv` is `eu_orders`). Files that hold several tables put their own
name in front of each (`shop.db` with `customer` is `shop_customer`; a workbook with one filled sheet is just its
file's name). Two things of one name are refused with both names.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcp_pyexec.errors import ConfigError

__all__ = [
    "DATA_SUFFIXES",
    "DataFile",
    "PlainNames",
    "data_parts",
    "find_data_files",
    "plain_names",
    "table_name",
]

_PACKED = (".gz", ".zst")
_TEXT = {".csv": "csv", ".tsv": "tsv", ".jsonl": "json", ".ndjson": "json", ".json": "json"}
DATA_SUFFIXES = {
    **_TEXT,
    **{suffix + packed: kind for suffix, kind in _TEXT.items() for packed in _PACKED},
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".sqlite": "database",
    ".sqlite3": "database",
    ".db": "database",
    ".duckdb": "database",
}
"""What a file is, by the end of its name."""

_JOURNALS = ("-wal", "-journal", ".wal")
_PARTITION = re.compile(r"[^=]+=[^=]*")
_DEPTH = 8
_FILES = 1_000
_NEEDS = {"excel": ("python_calamine", "excel")}
"""Module and extra by kind, beside DuckDB, which all need."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file, or one folder of Parquet partitions.

    Attributes:
        path: Absolute.
        label: How messages name it: below the folder that was given, never an absolute path.
        table: Name of its table, or what stands in front of the names of its tables.
        kind: `csv`, `tsv`, `json`, `parquet`, `excel`, `database` (SQLite or DuckDB) or `partitions`.
    """

    path: Path
    label: str
    table: str
    kind: str


@dataclass(frozen=True, slots=True)
class PlainNames:
    """The names that a process finds a file under, which hold nothing odd but for values in the names of partitions.

    Attributes:
        path: Of the file, or of the folder of partitions.
        parts: Of each file with rows.
        files: What must be there, by name: also the journals of a database. A folder of partitions is there as a whole,
            or file by file where links lead elsewhere.
    """

    path: str
    parts: tuple[str, ...]
    files: Mapping[str, Path]


def find_data_files(paths: Iterable[Path]) -> tuple[DataFile, ...]:
    """Return what the operator's `--data` paths hold, in their order, folders sorted by name.

    Raises:
        ConfigError: A path that is not there or not readable, an unknown suffix, a folder without data or with too
            much of it, two tables of one name, or a library that is missing; with the remedy.
    """
    found: list[DataFile] = []
    for path in paths:
        found += _in_folder(path.absolute()) if path.is_dir() else [_single(path.absolute())]
    _check_names(found)
    for kind in {file.kind for file in found}:
        _check_libraries(kind, next(file.label for file in found if file.kind == kind))
    return tuple(found)


def data_parts(file: DataFile) -> list[Path]:
    """Return every file that is read for one: itself, a journal beside a database, or all of a partitioned folder."""
    if file.kind == "partitions":
        return _partition_files(file.path)
    return [file.path, *_beside(file, _JOURNALS)]


def plain_names(file: DataFile) -> PlainNames:
    """Return the names that a process finds a file under."""
    if file.kind != "partitions":
        own, name = _real(file).name, f"file{_suffix(file.path)}"
        beside = _beside(file, (*_JOURNALS, "-shm"))
        files = {name: file.path} | {name + path.name.removeprefix(own): path for path in beside}
        return PlainNames(name, (name,), files)
    parts = {f"files/{part.relative_to(file.path)}": part for part in _partition_files(file.path)}
    folder = _real(file)
    linked = any(part.resolve() != folder / part.relative_to(file.path) for part in parts.values())
    return PlainNames("files", tuple(parts), parts if linked else {"files": file.path})


def table_name(text: str) -> str:
    """Return a text as a table name: letters, digits and underscores, in lower case, not starting with a digit."""
    name = re.sub(r"\W+", "_", text.lower()).strip("_") or "data"
    return f"t_{name}" if name[0].isdigit() else name


def _beside(file: DataFile, ends: Iterable[str]) -> list[Path]:
    """Return what database programs left beside a database, which is where a link to it leads."""
    if file.kind != "database":
        return []
    places = [Path(f"{_real(file)}{end}") for end in ends]
    return [place for place in places if place.exists()]


def _real(file: DataFile) -> Path:
    return file.path.resolve()


def _single(path: Path) -> DataFile:
    suffix = _suffix(path)
    if suffix is None:
        raise ConfigError(
            f"--data {path.name}: {path.suffix or 'a name without suffix'} is not one of {', '.join(DATA_SUFFIXES)}."
        )
    _check_readable(path, path.name)
    return DataFile(path, _label(path.name), table_name(path.name[: -len(suffix)]), DATA_SUFFIXES[suffix])


def _in_folder(root: Path) -> list[DataFile]:
    if _is_partitioned(root):
        return [_partitions(root, _label(root.name))]
    found: list[DataFile] = []
    for folder, depth in _folders(root, 0):
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
        for name in names:
            suffix = _suffix(Path(name))
            if suffix is None or name.startswith((".", "~$")):
                continue
            path = folder / name
            label = _label(path.relative_to(root.parent))
            _check_readable(path, label)
            stem = "_".join((*folder.relative_to(root).parts, name[: -len(suffix)]))
            found.append(DataFile(path, label, table_name(stem), DATA_SUFFIXES[suffix]))
        if depth and _is_partitioned(folder):
            found.append(_partitions(folder, _label(folder.relative_to(root.parent)), root))
        _check_count(root, found)
    if not found:
        raise ConfigError(
            f"--data {root.name}: the folder holds no file that can be read ({', '.join(DATA_SUFFIXES)})."
        )
    return found


def _folders(folder: Path, depth: int) -> Iterator[tuple[Path, int]]:
    """The folder and those below it that are no links and not hidden; partitions are left to their folder."""
    yield folder, depth
    if _is_partitioned(folder):
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
            if depth == _DEPTH:
                raise ConfigError(
                    f"--data: {folder.name} is more than {_DEPTH} folders deep. Name it by itself."
                )
            yield from _folders(folder / entry.name, depth + 1)


def _is_partitioned(folder: Path) -> bool:
    """Return True for a folder of `key=value` folders, as Hive and Spark write them."""
    below = [entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    return any(_PARTITION.fullmatch(name) for name in below if not name.startswith("."))


def _partitions(folder: Path, label: str, root: Path | None = None) -> DataFile:
    if not _partition_files(folder):
        raise ConfigError(f"--data {label}: of partitioned folders only those of Parquet files are read.")
    parts = folder.relative_to(root).parts if root else (folder.name,)
    return DataFile(folder, label, table_name("_".join(parts)), "partitions")


def _partition_files(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.glob("*=*/**/*.parquet")) if not path.name.startswith((".", "_"))]
    if len(found) > _FILES:
        raise ConfigError(f"--data {folder.name}: more than {_FILES:,} files. Name some of its folders.")
    return found


def _label(path: Path | str) -> str:
    """Return a name that can be shown, also where it is not UTF-8 or has line breaks."""
    return "".join(c if c.isprintable() else "?" for c in str(path))


def _suffix(path: Path) -> str | None:
    name = path.name.lower()
    ends = [suffix for suffix in DATA_SUFFIXES if name.endswith(suffix)]
    return max(ends, key=len) if ends else None


def _check_count(root: Path, found: Sequence[DataFile]) -> None:
    if len(found) > _FILES:
        raise ConfigError(f"--data {root.name}: more than {_FILES:,} files. Name some of its folders.")


def _check_names(files: Iterable[DataFile]) -> None:
    taken: dict[str, DataFile] = {}
    for file in files:
        other = taken.setdefault(file.table, file)
        if other is not file:
            raise ConfigError(
                f"--data {other.label} and {file.label} are both table {file.table!r}. Rename or leave out one."
            )


def _check_libraries(kind: str, label: str) -> None:
    for module, extra in (("duckdb", "duckdb"), *([_NEEDS[kind]] if kind in _NEEDS else [])):
        if importlib.util.find_spec(module) is None:
            raise ConfigError(
                f'--data {label}: needs a library that is not installed. Run: pip install "mcp-pyexec[{extra}]"'
            )


def _check_readable(path: Path, label: str) -> None:
    if not path.is_file():
        what = "is neither a file nor a folder" if path.exists() else "does not exist"
        raise ConfigError(f"--data {label}: {what}. Give the path of an existing, readable file or folder.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise ConfigError(f"--data {label}: cannot be read ({error.strerror}).") from None
