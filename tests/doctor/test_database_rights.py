"""What doctor says of configured databases: real servers, a real command."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from mcp_pyexec.config import Settings
from mcp_pyexec.doctor import Check
from mcp_pyexec.doctor.databases import check_databases
from sql.servers import mysql_server, postgresql_server

DOCTOR = str(Path(sys.executable).with_name("mcp-pyexec"))


async def test_rights_beyond_reading_are_told_and_readers_are_good(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "a.db").execute("CREATE TABLE a (b)").connection.close()
    table = "CREATE TABLE a (b int)"
    with postgresql_server(table) as postgresql, mysql_server([table]) as mysql:
        urls = {
            "file": f"sqlite:///{tmp_path}/a.db",
            "pg_root": postgresql.superuser.url,
            "pg_reader": postgresql.reader.url,
            "my_root": mysql.superuser.url,
        }
        found = await check_databases(Settings(databases={name: SecretStr(u) for name, u in urls.items()}))

    checks = {check.name.removeprefix("database "): check for check in found}
    assert {name: check.state for name, check in checks.items()} == {
        "file": "good",
        "pg_root": "note",
        "pg_reader": "good",
        "my_root": "note",
    }
    assert "is a superuser" in checks["pg_root"].found
    assert "without FILE, is safer" in checks["my_root"].found


async def test_database_that_does_not_open_is_a_problem_without_its_secret(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{")
    urls = {"gone": SecretStr("postgresql://user:hunter2@127.0.0.1:1/x")}
    settings = Settings(databases=urls, data=(tmp_path / "bad.jsonl",), cache=tmp_path / "cache")

    gone, data = await check_databases(settings)

    assert (gone.name, gone.state, data.name, data.state) == (
        "database gone",
        "problem",
        "database data",
        "problem",
    )
    assert "hunter2" not in str(gone)
    assert "bad.jsonl" in data.remedy


async def test_settings_that_cannot_be_served_are_a_problem_of_their_own() -> None:
    (check,) = await check_databases(Settings(databases={"x": SecretStr("nosuch://u:hunter2@h/d")}))

    assert check == Check("databases", "problem", "cannot be configured so", check.remedy)
    assert "'nosuch' is not supported" in check.remedy


async def test_nothing_configured_is_nothing_to_check() -> None:
    assert await check_databases(Settings()) == []


def test_command_opens_the_databases_that_it_is_given(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE a (b)")
    (tmp_path / "b.db").write_text("no database, but longer than the header of one would have to be" * 20)
    given = ["--database", f"good=sqlite:///{tmp_path}/a.db", "--database", f"bad=sqlite:///{tmp_path}/b.db"]
    done = subprocess.run([DOCTOR, "doctor", "--json", *given], capture_output=True, text=True, timeout=120)

    told = json.loads(done.stdout)
    assert done.returncode == told["exit_code"] == 1
    assert {d["name"]: d["state"] for d in told["databases"]} == {
        "database good": "good",
        "database bad": "problem",
    }
    assert told["refusal"] is None
