from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pymysql
import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sources import DatabaseSource
from mcp_pyexec.sql import SqlLimits, guard
from mcp_pyexec.sql.mysql_engine import MysqlEngine
from mcp_pyexec.sql.mysql_session import connect
from mcp_pyexec.sql.results import Run
from sql.attacks import COMMON
from sql.differentials import differentials
from sql.mysql_attacks import MYSQL, ONLY_DENIED_TO_A_READER, TELLS_ONLY_WITHOUT_GUARD
from sql.servers import Server

LIMITS = SqlLimits(row_limit=100, timeout_s=0.2)
ATTACKS = list(dict.fromkeys(COMMON + MYSQL))
DIFFERENTIALS = differentials("mysql")
REWRITTEN = {
    "SELECT 1 /*!50000 INTO OUTFILE '{dir}/made.txt' */": "SELECT 1",
    "SELECT 1 /*! INTO OUTFILE '{dir}/made.txt' */": "SELECT 1",
    "SELECT 1 /*M!100100 INTO OUTFILE '{dir}/made.txt' */": "SELECT 1",
    "SELECT /*! LOAD_FILE('{dir}/secret.txt'), */ 1": "SELECT 1",
    "SELECT /*!50000 SLEEP(9), */ 1": "SELECT 1",
    "/*!999999 DELETE FROM sale */ SELECT 1": "SELECT 1",
    "SELECT 1 /*!; DELETE FROM sale */": "SELECT 1",
    "SELECT 1 /*!50000 ; DROP TABLE sale */": "SELECT 1",
    "SELECT 1 /*!50000UNION SELECT LOAD_FILE('{dir}/secret.txt')*/": "SELECT 1",
    "SELECT /*!50000 GET_LOCK('made', 0) */": "SELECT",
    "SELECT * FROM sale /*!50000 FOR UPDATE */": "SELECT * FROM sale",
    "SELECT 1 -- x\r; DELETE FROM sale": "SELECT 1",
    "SELECT 'a\\'; DELETE FROM sale; -- '": "SELECT 'a''; DELETE FROM sale; -- '",
    'SELECT "a\\"; DELETE FROM sale; -- "': "SELECT 'a\"; DELETE FROM sale; -- '",
}
"""What the guard makes of attacks in comments that the server would run, and of attacks on quotes."""

LOADS = {sql for sql in ATTACKS + DIFFERENTIALS if "LOAD_FILE(" in sql or "LOAD_FILE`(" in sql}


@pytest.mark.parametrize(
    "sql",
    [*ATTACKS, *DIFFERENTIALS, *ONLY_DENIED_TO_A_READER, *TELLS_ONLY_WITHOUT_GUARD],
    ids=lambda sql: sql[:60],
)
def test_attack_is_refused_by_the_guard_or_loses_its_sting(sql: str) -> None:
    if sql in REWRITTEN:
        assert guard(sql, "mysql").sql == REWRITTEN[sql]
        return
    with pytest.raises(RequestError) as refused:
        guard(sql.replace("{dir}", "/srv"), "mariadb")

    assert refused.value.code in {"sql-not-read-only", "sql-not-single-statement", "sql-syntax"}


def test_attack_of_a_reader_has_no_effect_and_reads_nothing_with_the_guard_off(mysql: Server) -> None:
    before = _state(mysql)
    answered = _run_all(
        mysql, mysql.reader, [*ATTACKS, *DIFFERENTIALS, *ONLY_DENIED_TO_A_READER, *TELLS_ONLY_WITHOUT_GUARD]
    )

    assert _state(mysql) == before
    assert "hidden" not in str(answered)
    assert not _hidden(answered)


def test_attack_of_a_superuser_with_the_guard_off_does_no_more_than_the_documentation_says(
    mysql: Server,
) -> None:
    before = _state(mysql)
    answered = _run_all(mysql, mysql.superuser, [*ATTACKS, *DIFFERENTIALS, *TELLS_ONLY_WITHOUT_GUARD])

    assert _state(mysql) == before
    assert _hidden(answered) <= LOADS
    assert set(answered) & set(ATTACKS) - LOADS <= ANSWERED


ANSWERED = {
    *REWRITTEN,
    "SELECT * FROM mysql.user",
    "SELECT * FROM `mysql`.`user`",
    "SELECT * FROM mysql.global_priv",
    "SELECT * FROM performance_schema.threads",
    "SELECT * FROM information_schema.processlist",
    "SELECT * FROM information_schema.user_privileges",
    "SELECT * FROM sale LOCK IN SHARE MODE",
    "SELECT @a := 1",
    "SELECT LAST_INSERT_ID(7)",
    "SELECT LASTVAL(counter)",
    "SELECT GET_LOCK('made', 0)",
    "SELECT IS_USED_LOCK('made')",
    "SELECT IS_FREE_LOCK('made')",
    "SELECT RELEASE_ALL_LOCKS()",
    "SELECT RELEASE_LOCK('made')",
    "SELECT MASTER_POS_WAIT('x', 1, 1)",
    "SELECT ExtractValue('<a/>', '/a')",
    "SELECT UpdateXML('<a/>', '/a', 'b')",
}
"""Attacks that the server answers, without an effect that outlives the statement."""


def test_session_is_read_only_with_time_outs_and_no_local_files(mysql: Server) -> None:
    with closing(connect(mysql.superuser, LIMITS)) as session, session.cursor() as cursor:
        cursor.execute(
            "SELECT @@tx_read_only, @@max_statement_time, @@lock_wait_timeout, @@time_zone, @@sql_mode"
        )
        settings = cursor.fetchone()
        with pytest.raises(pymysql.MySQLError) as written:
            cursor.execute("DELETE FROM sale")
        with pytest.raises(pymysql.MySQLError):
            cursor.execute("SELECT 1; SELECT 2")
        with pytest.raises((pymysql.MySQLError, RuntimeError)):
            cursor.execute("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE sale")

    mode = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
    assert settings == ("1", "1.200000", "1", "+00:00", mode)
    assert written.value.args[0] == 1792


def test_what_one_statement_leaves_is_gone_for_the_next(mysql: Server) -> None:
    with mysql.admin.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION twist() RETURNS INT BEGIN SET SESSION sql_mode = 'ANSI_QUOTES', tx_read_only = 0, "
            "max_statement_time = 0, lock_wait_timeout = 99, time_zone = '+05:00'; SET @left = 1; "
            "RETURN GET_LOCK('made', 0); END"
        )
    engine = MysqlEngine(mysql.reader, SqlLimits(concurrent=1))
    asked = (
        "SELECT CONNECTION_ID() AS id, @left, @mark, @pyexec_1, LAST_INSERT_ID() AS last, @@sql_mode AS mode, "
        "@@tx_read_only AS only, @@max_statement_time BETWEEN 1 AND 6 AS ends, @@lock_wait_timeout AS waits, "
        "@@time_zone AS zone, @@character_set_client AS charset, @@character_set_results AS results, "
        "@@collation_connection LIKE 'utf8mb4%' AS collated, IS_USED_LOCK('made') AS locked"
    )
    try:
        before = engine.fetch(asked, {}, Run(LIMITS, 5)).table.to_pylist()
        engine.fetch("SELECT ? AS a, @mark := 7, LAST_INSERT_ID(9)", {"a": "secret"}, Run(LIMITS, 5))
        twisted = engine.fetch("SELECT twist() AS a", {}, Run(LIMITS, 5)).table.to_pylist()
        after = engine.fetch(asked, {}, Run(LIMITS, 5)).table.to_pylist()
    finally:
        engine.close()
        with mysql.admin.cursor() as cursor:
            cursor.execute("DROP FUNCTION twist")

    assert twisted == [{"a": 1}]
    assert before == after
    assert (after[0]["@left"], after[0]["@mark"], after[0]["@pyexec_1"], after[0]["locked"]) == (None,) * 4
    assert (after[0]["only"], after[0]["charset"], after[0]["results"]) == (1, "utf8mb4", "utf8mb4")


def test_rights_of_the_user_are_told(mysql: Server) -> None:
    notes = []
    for source in (mysql.reader, mysql.superuser):
        engine = MysqlEngine(source, LIMITS)
        notes.append(engine.notes)
        engine.close()

    assert "has EXECUTE on" in notes[0]
    assert "has ALL PRIVILEGES, GRANT OPTION on *.*" in notes[1]


def _run_all(server: Server, source: DatabaseSource, statements: Sequence[str]) -> dict[str, Any]:
    engine = MysqlEngine(source, LIMITS)
    answered = {}
    for sql in statements:
        text = sql.replace("{dir}", str(server.directory))
        try:
            answered[sql] = engine.fetch(text, {}, Run(LIMITS, 0.1)).table.to_pylist()
        except RequestError:
            continue
    engine.close()
    return answered


def _hidden(answered: dict[str, Any]) -> set[str]:
    marks = ("hidden", b"hidden".hex().upper())
    return {sql for sql, rows in answered.items() if any(mark in str(rows) for mark in marks)}


def _state(server: Server) -> dict[str, Any]:
    """Everything that an attack of the lists could change."""
    asked = {
        "sale": "SELECT * FROM sale ORDER BY id",
        "customer": "SELECT * FROM customer ORDER BY id",
        "tables": "SELECT table_name, table_comment FROM information_schema.tables WHERE table_schema = DATABASE()",
        "routines": "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()",
        "schema": "SELECT default_character_set_name FROM information_schema.schemata WHERE schema_name = DATABASE()",
        "made": "SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'made%'",
        "users": "SELECT count(*) FROM mysql.global_priv WHERE user LIKE 'made%'",
        "sequence": "SELECT * FROM counter",
        "lock": "SELECT IS_USED_LOCK('made')",
        "settings": "SHOW GLOBAL VARIABLES WHERE variable_name IN "
        "('general_log', 'general_log_file', 'max_connections', 'sql_mode', 'tx_read_only', 'read_only')",
        "plugins": "SELECT count(*) FROM information_schema.plugins",
        "grants": "SHOW GRANTS",
    }
    found: dict[str, Any] = {}
    with server.admin.cursor() as cursor:
        for name, sql in asked.items():
            cursor.execute(sql)
            found[name] = cursor.fetchall()
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in server.directory.iterdir()}
    return found | {"files": files}
