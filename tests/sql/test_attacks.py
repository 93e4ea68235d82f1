from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Reader
from mcp_pyexec.sql import Databases, SqlLimits, guard
from mcp_pyexec.sql.duckdb_engine import DuckdbEngine
from mcp_pyexec.sql.results import Run
from mcp_pyexec.sql.sqlite_engine import SqliteEngine
from sql.attacks import COMMON, DUCKDB, HARMLESS_BY_REWRITING, SQLITE, TELLS_ONLY_WITHOUT_GUARD
from sql.differentials import differentials

REFUSALS = {"sql-not-read-only", "sql-not-single-statement", "sql-syntax"}
BY_DIALECT = {"sqlite": COMMON + SQLITE, "duckdb": COMMON + DUCKDB}
ALL = [(dialect, sql) for dialect, statements in BY_DIALECT.items() for sql in statements]
DIFFERENTIALS = [(dialect, sql) for dialect in BY_DIALECT for sql in differentials(dialect)]
LIMITS = SqlLimits(row_limit=100, timeout_s=5, memory_mb=256, threads=2)

python_frame = pa.table({"word": ["hidden"]})


def _digest(directory: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in directory.iterdir() if p.is_file()}


@pytest.mark.parametrize(
    ("dialect", "sql"), [*ALL, *DIFFERENTIALS, *(("duckdb", sql) for sql in TELLS_ONLY_WITHOUT_GUARD)]
)
def test_attack_is_refused_by_the_guard(dialect: str, sql: str) -> None:
    with pytest.raises(RequestError) as refused:
        guard(sql.replace("{dir}", "/srv"), dialect)

    assert refused.value.code in REFUSALS


@pytest.mark.parametrize("sql", ["OPTIMIZE TABLE hidden", "WITH x AS (SHOW hidden) SELECT 1", "LOCK hidden"])
def test_statement_that_the_parser_does_not_know_is_in_no_log(
    caplog: pytest.LogCaptureFixture, sql: str
) -> None:
    with pytest.raises(RequestError):
        guard(sql, "postgresql")

    assert caplog.text == ""


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_attack_has_no_effect_and_reads_nothing_with_the_guard_off(directory: Path, dialect: str) -> None:
    engine: Any = (
        SqliteEngine(directory / "shop.db", LIMITS)
        if dialect == "sqlite"
        else DuckdbEngine(directory / "shop.duckdb", LIMITS, Reader)
    )
    before = _digest(directory)
    answered = {}
    for sql in [*BY_DIALECT[dialect], *differentials(dialect)]:
        try:
            answered[sql] = engine.fetch(
                sql.replace("{dir}", str(directory)), {}, Run(LIMITS, 5)
            ).table.to_pylist()
        except RequestError:
            continue
    engine.close()

    assert set(answered) & set(BY_DIALECT[dialect]) == ANSWERED[dialect]
    assert "hidden" not in str(answered)
    assert _digest(directory) == before


ANSWERED: dict[str, set[str]] = {
    "sqlite": {
        "DROP VIEW IF EXISTS made",
        "DROP TRIGGER IF EXISTS made",
        "SELECT 1 /*; DELETE FROM sale",
        "EXPLAIN VACUUM INTO '{dir}/made.db'",
        "VACUUM temp INTO '{dir}/made.db'",
    },
    "duckdb": {"SELECT * FROM checkpoint()"},
}
"""Statements that an engine takes for reads of nothing but the database itself, or that find nothing to do."""


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_the_list_of_attacks_is_long_enough_to_mean_something(dialect: str) -> None:
    assert len(set(BY_DIALECT[dialect])) >= 150


@pytest.mark.parametrize("sql", TELLS_ONLY_WITHOUT_GUARD)
def test_what_duckdb_tells_with_the_guard_off_changes_nothing(directory: Path, sql: str) -> None:
    before = _digest(directory)
    engine = DuckdbEngine(directory / "shop.duckdb", LIMITS, Reader)
    try:
        engine.fetch(sql, {}, Run(LIMITS, 5))
    except RequestError as error:
        assert error.code == "sql-failed"  # noqa: PT017 - either answer is harmless
    engine.close()

    assert _digest(directory) == before


def test_duckdb_session_is_locked_with_every_way_out_closed(directory: Path) -> None:
    names = ["lock_configuration", "enable_external_access", "python_enable_replacements"]
    names += ["autoload_known_extensions", "autoinstall_known_extensions", "allow_community_extensions"]
    sql = "SELECT " + ", ".join(f"current_setting('{name}') AS {name}" for name in names)
    engine = DuckdbEngine(directory / "shop.duckdb", LIMITS, Reader)
    settings = engine.fetch(sql, {}, Run(LIMITS, 5)).table.to_pylist()
    engine.close()

    assert settings == [{name: name == "lock_configuration" for name in names}]


@pytest.mark.parametrize("sql", HARMLESS_BY_REWRITING)
def test_trick_on_quotes_or_names_ends_as_a_literal_or_an_unknown_table(
    databases: Databases, run: Callable[[Any], Any], directory: Path, sql: str
) -> None:
    before = _digest(directory)
    try:
        shown = str(
            run(databases.query(sql.replace("{dir}", str(directory)), database="duckdb")).table.to_pylist()
        )
    except RequestError as error:
        shown = error.message

    assert "'hidden'" not in shown
    assert _digest(directory) == before


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_refusal_says_which_part_and_what_to_write_instead(
    databases: Databases, run: Callable[[Any], Any], dialect: str
) -> None:
    with pytest.raises(RequestError) as refused:
        run(databases.query("DELETE FROM sale", database=dialect))

    assert refused.value.code == "sql-not-read-only"
    assert "DELETE" in refused.value.message
    assert "SELECT" in refused.value.message
