from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from sqlglot import parse_one

from mcp_pyexec.config import load_settings
from mcp_pyexec.errors import ConfigError, RequestError
from mcp_pyexec.service import Service
from mcp_pyexec.sources import ENFORCED, DatabaseSource, check_source
from mcp_pyexec.sql import guard
from mcp_pyexec.sql.dialects import FAMILY, PARSER
from sql.others import FAMILIES, attacks, honest

HONEST = [(name, sql) for name in FAMILIES for sql in honest(name)]
ATTACKS = [(name, sql) for name in FAMILIES for sql in attacks(name)]


@pytest.mark.parametrize(("name", "sql"), HONEST, ids=[f"{n}-{i}" for i, (n, _) in enumerate(HONEST)])
def test_analytic_statement_passes_and_is_written_in_its_dialect(name: str, sql: str) -> None:
    guarded = guard(sql, FAMILIES[name])
    again = parse_one(guarded.sql.removeprefix("EXPLAIN "), dialect=PARSER[FAMILY[FAMILIES[name]]])

    assert type(again).__name__ in {"Select", "Union", "Except", "Intersect", "Values"}
    assert guarded.parameters == ({"id", "product"} if ":id" in sql else set())


@pytest.mark.parametrize(("name", "sql"), ATTACKS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(ATTACKS)])
def test_attack_is_refused(name: str, sql: str) -> None:
    with pytest.raises(RequestError) as refused:
        guard(sql, FAMILIES[name])

    assert refused.value.code in {"sql-not-read-only", "sql-not-single-statement", "sql-syntax"}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_lists_are_long_enough_to_mean_something(name: str) -> None:
    assert len(set(honest(name))) >= 60
    assert len(set(attacks(name))) >= 60


@pytest.mark.parametrize(
    ("dialect", "sql", "written"),
    [
        ("mssql", "SELECT 1 SHUTDOWN", "SELECT 1 AS [SHUTDOWN]"),
        ("mssql", "SELECT a FROM t exec", "SELECT [a] FROM [t] AS [exec]"),
        ("mssql", "SELECT s.id FROM sale s (NOLOCK)", "SELECT [s].[id] FROM [sale] AS [s]"),
        ("oracle", "SELECT 1 FROM dual EXCEPT SELECT 2 FROM dual", "SELECT 1 FROM dual MINUS SELECT 2 FROM dual"),
        ("bigquery", "SELECT CAST(a AS NUMERIC(10, 2)) FROM t", "SELECT CAST(a AS NUMERIC(10, 2)) FROM t"),
        ("clickhousedb", "SELECT quantile(0.5)(a) FROM t FORMAT JSON", "SELECT quantile(0.5)(a) FROM t"),
        ("trino", "SELECT ':x', 'a:b', :n FROM t", "SELECT '\\:x', 'a:b', :n FROM t"),
        ("trino", "SELECT /* x */ 1 -- y", "SELECT 1"),
    ],
)  # fmt: skip
def test_what_is_sent_can_be_read_in_one_way_only(dialect: str, sql: str, written: str) -> None:
    assert guard(sql, dialect).sql == written


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("oracle://u:secret@h:1521/?service_name=x", "mcp-pyexec[oracle]"),
        ("mssql://u:secret@h/db", "mcp-pyexec[mssql]"),
        ("snowflake://u:secret@account/db/schema?warehouse=w&role=r", "mcp-pyexec[snowflake]"),
        ("bigquery://project/dataset?location=EU", "mcp-pyexec[bigquery]"),
        ("trino://u@h:8080/catalog/schema", "mcp-pyexec[trino]"),
        ("clickhousedb://u:secret@h:8123/db", "mcp-pyexec[clickhouse]"),
    ],
)
def test_missing_driver_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ConfigError) as wrong:
        check_source(DatabaseSource("x", url))

    assert told in str(wrong.value)
    assert "secret" not in str(wrong.value)


def test_start_says_on_stderr_what_a_database_enforces_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: True)
    Service(load_settings({"databases": {"lake": "trino://u:secret@h:8080/catalog/schema"}}))

    assert ["Database lake: " + ENFORCED["trino"]] == [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("dialect", sorted(set(FAMILIES.values())))
def test_every_database_of_the_general_engine_says_what_the_guard_is_alone_with(dialect: str) -> None:
    assert "guard" in ENFORCED[dialect]


@pytest.mark.parametrize("option", ["init_command=x", "readonly=0", "session_parameters=x", "driver=x"])
@pytest.mark.parametrize(
    "url", ["oracle://h/x", "mssql://h/x", "snowflake://a/x", "trino://h/x", "clickhousedb://h/x"]
)
def test_option_of_a_url_that_touches_the_session_is_refused(url: str, option: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        check_source(DatabaseSource("x", f"{url}?{option}"))

    assert option.partition("=")[0] in str(wrong.value)


def test_clickhouse_itself_gives_for_the_written_statement_what_it_gives_for_the_original() -> None:
    chdb: Any = pytest.importorskip("chdb", reason="needs ClickHouse in this process; pip install chdb")
    asked = [sql for sql in honest("clickhouse") if " FROM " not in sql or "numbers" in sql]
    for sql in asked:
        written = guard(sql, "clickhousedb").sql.replace("\\:", ":")
        if "now()" not in sql and "EXPLAIN" not in sql:
            assert str(chdb.query(written, "TSV")) == str(chdb.query(sql, "TSV")), sql
