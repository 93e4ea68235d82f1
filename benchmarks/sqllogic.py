"""Share of a corpus's queries that give the same rows as written and as the guard writes them, on SQLite and DuckDB.

The corpus is yours: folders of sqllogictest files, as SQLite's and DuckDB's projects publish them.

    .venv/bin/python benchmarks/sqllogic.py FOLDER [FOLDER ...]

Each file is run on an empty database in this process, with what it makes and fills, but not with its settings. A file
that takes too long is left, and queries that the engine itself refuses, or that need not give the same rows twice, are
not counted.
"""

from __future__ import annotations

import contextlib
import re
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import guard

Run = Callable[[str], list[Any]]

FILE_S = 20
HEAD = re.compile(r"(statement ok|query \S+)[^\n]*\n(.*)", re.DOTALL)
MARKS = ("#", "skipif", "onlyif", "halt", "hash-threshold", "mode")
READS = re.compile(r"[\s(]*(select|with|from|values|pivot|unpivot)\b", re.IGNORECASE)
MAKES = re.compile(r"\s*(create|insert|update|delete|alter|drop)\b", re.IGNORECASE)
UNSTABLE = re.compile(
    r"random\(|rand\(|uuid|now\(\)|current_|localtime|sample|nextval|read_|\.csv|parquet|getvariable", re.I
)


class TooLongError(Exception):
    """A file took too long."""


def main() -> int:
    """Print the counts and what differs; return 0 if nothing does."""
    files = sorted(path for folder in sys.argv[1:] for path in Path(folder).rglob("*.test"))
    if not files:
        print("needs a corpus: .venv/bin/python benchmarks/sqllogic.py FOLDER of sqllogictest files")
        return 0
    signal.signal(signal.SIGALRM, _stop)
    differing = 0
    for dialect, opened in (("sqlite", _sqlite), ("duckdb", _duckdb)):
        counts = Counter[str]()
        for path in files:
            with contextlib.suppress(TooLongError), opened() as run:
                signal.alarm(FILE_S)
                counts.update(_compared(path, dialect, run))
            signal.alarm(0)
        print(f"{dialect}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
        differing += counts["other rows"] + counts["error"]
    return int(differing > 0)


def _compared(path: Path, dialect: str, run: Run) -> Iterator[str]:
    """Yield what became of each query of a file."""
    for kind, text in _statements(path.read_text(errors="replace")):
        if not READS.match(text) or UNSTABLE.search(text):
            if kind == "statement ok" and MAKES.match(text):
                with contextlib.suppress(sqlite3.Error, duckdb.Error):
                    run(text)
            continue
        try:
            expected = run(text)
        except (sqlite3.Error, duckdb.Error, ValueError, OverflowError):
            continue
        found = _guarded(text, dialect, run, expected)
        if found in {"other rows", "error"}:
            print(f"{dialect}: {found}: {path.name}: {' '.join(text.split())[:300]}")
        yield found


def _guarded(text: str, dialect: str, run: Run, expected: list[Any]) -> str:
    try:
        sent = guard(text, dialect).sql
    except RequestError:
        return "refused"
    try:
        rows = run(sent)
    except (sqlite3.Error, duckdb.Error, ValueError, OverflowError):
        return "error"
    return "same rows" if sorted(map(repr, rows)) == sorted(map(repr, expected)) else "other rows"


def _statements(text: str) -> Iterator[tuple[str, str]]:
    for block in re.split(r"\n\s*\n", text.replace("\r", "")):
        lines = "\n".join(line for line in block.split("\n") if not line.startswith(MARKS)).strip()
        if (match := HEAD.match(lines)) and "${" not in lines:
            yield match[1], match[2].split("\n----")[0].strip().rstrip(";")


@contextlib.contextmanager
def _sqlite() -> Iterator[Run]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@contextlib.contextmanager
def _duckdb() -> Iterator[Run]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "threads": "1",
        "memory_limit": "1GB",
    }
    with contextlib.closing(duckdb.connect(config=config)) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def _stop(_signal: int, _frame: object) -> None:
    raise TooLongError


if __name__ == "__main__":
    sys.exit(main())
