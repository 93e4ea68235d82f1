from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import SqlLimits, guard
from mcp_pyexec.sql.postgresql_engine import PostgresqlEngine
from mcp_pyexec.sql.results import Run
from sql.attacks import COMMON
from sql.differentials import differentials
from sql.postgresql_attacks import (
    ONLY_THE_GUARD_STOPS_A_SUPERUSER,
    POSTGRESQL,
    TELLS_ONLY_WITHOUT_GUARD,
)
from sql.servers import Server

LIMITS = SqlLimits(row_limit=100, timeout_s=5)
ATTACKS = list(dict.fromkeys(COMMON + POSTGRESQL))
DIFFERENTIALS = differentials("postgresql")
HARMLESS = {
    "SELECT 1 --",
    "SELECT E'\\'; DELETE FROM sale; --'",
    "SELECT U&'\\0027; DELETE FROM sale; --'",
}
"""One SELECT, by the rules of the language."""


@pytest.mark.parametrize(
    "sql",
    [*ATTACKS, *DIFFERENTIALS, *TELLS_ONLY_WITHOUT_GUARD, *ONLY_THE_GUARD_STOPS_A_SUPERUSER],
    ids=lambda sql: sql[:60],
)
def test_attack_is_refused_by_the_guard(sql: str) -> None:
    if sql in HARMLESS:
        assert "DELETE" not in guard(sql, "postgresql").sql.partition("'")[0]
        return
    with pytest.raises(RequestError) as refused:
        guard(sql.replace("{dir}", "/srv").replace("{backend}", "1"), "postgresql")

    assert refused.value.code in {"sql-not-read-only", "sql-not-single-statement", "sql-syntax"}


@pytest.mark.parametrize("who", ["reader", "superuser"])
def test_attack_has_no_effect_and_reads_nothing_with_the_guard_off(postgresql: Server, who: str) -> None:
    before = _state(postgresql)
    source: DatabaseSource = getattr(postgresql, who)
    answered = _run_all(postgresql, source, [*ATTACKS, *DIFFERENTIALS, *TELLS_ONLY_WITHOUT_GUARD])

    assert _state(postgresql) == before
    assert "hidden" not in str(answered)
    assert set(answered) & set(ATTACKS) == ANSWERED[who]


ROLLED_BACK = {
    "SELECT lo_create(4711)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_logical_emit_message(false, 'a', 'b')",
    "SELECT set_config('search_path', 'made', false)",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT pg_notify('made', 'x')",
}
ANSWERED: dict[str, set[str]] = {
    "reader": HARMLESS | ROLLED_BACK,
    "superuser": HARMLESS
    | ROLLED_BACK
    | {
        "SELECT passwd FROM pg_shadow WHERE usename = 'nobody_of_that_name'",
        "SELECT rolpassword FROM pg_authid WHERE rolname = 'nobody_of_that_name'",
    },
}
"""Attacks that the server answers, without an effect that outlives the statement; `pg_read_all_data` may also read
the table of passwords."""


def test_superuser_with_the_guard_off_is_what_the_documentation_says(postgresql: Server) -> None:
    before = _state(postgresql)
    for source, reads in ((postgresql.reader, False), (postgresql.superuser, True)):
        answered = _run_all(postgresql, source, ONLY_THE_GUARD_STOPS_A_SUPERUSER)
        assert ("hidden" in str(answered)) is reads

    assert _state(postgresql) == before


@pytest.mark.parametrize("who", ["reader", "superuser"])
def test_session_is_read_only_with_time_outs_and_a_lowered_role(postgresql: Server, who: str) -> None:
    names = ["default_transaction_read_only", "transaction_read_only", "lock_timeout", "is_superuser", "role"]
    names += ["idle_in_transaction_session_timeout"]
    sql = "SELECT " + ", ".join(f"current_setting('{name}') AS {name}" for name in names)
    engine = PostgresqlEngine(getattr(postgresql, who), LIMITS)
    settings = engine.fetch(sql, {}, Run(LIMITS, 5)).table.to_pylist()
    timeout = engine.fetch("SELECT current_setting('statement_timeout') AS t", {}, Run(LIMITS, 2)).table
    engine.close()

    role = "none" if who == "reader" else "pg_read_all_data"
    assert settings == [dict(zip(names, ["on", "on", "5s", "off", role, "15s"], strict=True))]
    assert 2000 < int(timeout.to_pylist()[0]["t"].removesuffix("ms")) <= 2500


LEAVING = [
    "SELECT set_config('search_path', 'pg_catalog', false), pg_advisory_lock(99), setseed(0.5)",
    "SELECT set_config('default_transaction_read_only', 'off', false), set_config('statement_timeout', '0', false), "
    "set_config('lock_timeout', '0', false), set_config('idle_in_transaction_session_timeout', '0', false), "
    "set_config('standard_conforming_strings', 'off', false), set_config('made.by', 'x', false)",
    "SELECT set_config('role', 'none', false)",
    "EXPLAIN ANALYZE CREATE TEMP TABLE customer AS SELECT 1 AS id",
    "SELECT set_config('session_authorization', session_user, false)",
]


@pytest.mark.parametrize("who", ["reader", "superuser"])
def test_what_one_statement_leaves_is_gone_for_the_next(postgresql: Server, who: str) -> None:
    limits = SqlLimits(concurrent=1)
    engine = PostgresqlEngine(getattr(postgresql, who), limits)
    asked = [
        "SELECT pg_backend_pid(), current_user, session_user, current_setting('is_superuser'), current_schemas(true), "
        "coalesce(current_setting('made.by', true), '')",
        "SELECT name, setting FROM pg_settings WHERE name <> 'statement_timeout'",
        "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        "SELECT name FROM pg_prepared_statements UNION ALL SELECT name FROM pg_cursors WHERE name <> 'result'",
        "SELECT count(*) FROM customer",
    ]

    def state() -> list[Any]:
        return [engine.fetch(sql, {}, Run(limits, 5)).table.to_pylist() for sql in asked]

    before = state()
    for sql in LEAVING:
        engine.fetch(sql, {}, Run(limits, 5))
    after = state()
    engine.close()

    assert after == before
    assert after[4] == [{"count": 3}]


def test_rights_of_the_role_are_told(postgresql: Server) -> None:
    engines = [PostgresqlEngine(source, LIMITS) for source in (postgresql.reader, postgresql.superuser)]
    notes = [engine.notes for engine in engines]
    for engine in engines:
        engine.close()

    assert notes[0] == ""
    assert "is a superuser" in notes[1]
    assert "lowered to pg_read_all_data" in notes[1]


def test_write_grants_and_file_roles_are_told(postgresql: Server) -> None:
    role = DatabaseSource("x", postgresql.reader.url).url.split("//")[1].split(":")[0]
    postgresql.admin.execute(f"GRANT INSERT ON customer TO {role}; GRANT pg_read_server_files TO {role}")
    try:
        engine = PostgresqlEngine(postgresql.reader, LIMITS)
        notes = engine.notes
        engine.close()
    finally:
        postgresql.admin.execute(
            f"REVOKE INSERT ON customer FROM {role}; REVOKE pg_read_server_files FROM {role}"
        )

    assert "is a member of pg_read_server_files and may write 1 tables" in notes


def _run_all(server: Server, source: DatabaseSource, statements: Sequence[str]) -> dict[str, Any]:
    engine = PostgresqlEngine(source, LIMITS)
    answered = {}
    with psycopg.connect(server.superuser.url) as victim:
        for sql in statements:
            text = sql.replace("{dir}", str(server.directory)).replace(
                "{backend}", str(victim.info.backend_pid)
            )
            try:
                answered[sql] = engine.fetch(text, {}, Run(LIMITS, 5)).table.to_pylist()
            except RequestError:
                continue
        assert victim.execute("SELECT 1").fetchone() == (1,)
    engine.close()
    return answered


def _state(server: Server) -> dict[str, Any]:
    """Everything that an attack of the lists could change."""
    asked = {
        "rows": "SELECT (SELECT array_agg(s::text ORDER BY id) FROM sale s), "
        "(SELECT array_agg(c::text) FROM customer c)",
        "relations": "SELECT array_agg(oid::text || relname ORDER BY oid) FROM pg_class WHERE oid > 16383",
        "functions": "SELECT array_agg(proname::text ORDER BY 1) FROM pg_proc WHERE oid > 16383",
        "collations": "SELECT count(*) FROM pg_collation",
        "schemas": "SELECT array_agg(nspname::text ORDER BY 1) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'",
        "objects": "SELECT array_agg(loid::text || data::text ORDER BY 1) FROM pg_largeobject",
        "sequence": "SELECT last_value, is_called FROM counter",
        "comments": "SELECT array_agg(description ORDER BY 1) FROM pg_description WHERE objoid > 16383",
        "made": "SELECT (SELECT count(*) FROM pg_roles WHERE rolname ~ 'made'), "
        "(SELECT count(*) FROM pg_database WHERE datname ~ 'made'), (SELECT count(*) FROM pg_replication_slots)",
        "settings": "SELECT array_agg(name || '=' || setting ORDER BY name) FROM pg_settings "
        "WHERE name NOT IN ('application_name', 'transaction_read_only')",
        "role settings": "SELECT count(*) FROM pg_db_role_setting",
        "locks": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        "database": "SELECT setting FROM pg_file_settings",
    }
    with psycopg.connect(server.superuser.url, autocommit=True) as fresh:
        found: dict[str, Any] = {name: fresh.execute(sql).fetchall() for name, sql in asked.items()}
    return found | {"files": _files(server.directory)}


def _files(directory: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in directory.iterdir()}
