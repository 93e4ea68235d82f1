"""The drivers of databases that are not here, against a server on a socket that answers in their protocol.

It shows what the real driver sends for our session, not that the real database does what its manual says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql import SqlLimits
from mcp_pyexec.sql.other_engine import OtherEngine
from mcp_pyexec.sql.other_sessions import SESSIONS
from mcp_pyexec.sql.results import Run
from sql.others.answering import Answer, Asked, Server, answering

LIMITS = SqlLimits(timeout_s=5, concurrent=1)
READ_ONLY_VIOLATION = {
    "message": "Cannot execute write in a read-only transaction",
    "errorCode": 12,
    "errorName": "READ_ONLY_VIOLATION",
    "errorType": "USER_ERROR",
    "failureInfo": {"type": "x", "message": "x"},
}


def answer_as_trino(asked: Asked) -> Answer:
    """Run nothing; writes fail in a transaction, as in one that is read-only."""
    reply: dict[str, Any] = {"id": "q", "infoUri": "http://x", "stats": {"state": "FINISHED"}}
    if asked.body == "START TRANSACTION READ ONLY":
        return Answer(reply, {"X-Trino-Started-Transaction-Id": "t7"})
    if asked.body.startswith("SET SESSION"):
        return Answer(reply, {"X-Trino-Set-Session": "query_max_run_time=6s"})
    if asked.body == "ROLLBACK":
        return Answer(reply, {"X-Trino-Clear-Transaction-Id": "true"})
    if asked.body.startswith("DELETE") and asked.headers["X-Trino-Transaction-Id"] == "t7":
        return Answer({**reply, "error": READ_ONLY_VIOLATION})
    kind = {"name": "a", "type": "bigint", "typeSignature": {"rawType": "bigint", "arguments": []}}
    return Answer({**reply, "columns": [kind], "data": [[1], [2]]})


@pytest.fixture
def trino() -> Iterator[tuple[OtherEngine, Server]]:
    """An engine on the real driver."""
    pytest.importorskip("trino", reason="needs Trino's driver; pip install trino[sqlalchemy]")
    with answering(answer_as_trino) as server:
        engine = OtherEngine(f"trino://u@127.0.0.1:{server.port}/c/s", SESSIONS["trino"], LIMITS)
        yield engine, server
        engine.close()


def test_statement_of_trino_runs_in_a_read_only_transaction_with_a_time_limit(
    trino: tuple[OtherEngine, Server],
) -> None:
    engine, server = trino
    for _ in range(2):
        before = len(server.asked)
        found = engine.fetch("SELECT a FROM t", {}, Run(LIMITS, 5))
        sent = [(a.body, a.headers["X-Trino-Transaction-Id"]) for a in server.asked[before:] if a.body]

        assert found.table.to_pylist() == [{"a": 1}, {"a": 2}]
        wanted = [("START TRANSACTION READ ONLY", "NONE"), ("SELECT a FROM t", "t7"), ("ROLLBACK", "t7")]
        assert sent == wanted
    (select,) = [a for a in server.asked[before:] if a.body == "SELECT a FROM t"]
    assert select.headers["X-Trino-Session"] == "query_max_run_time=6s"


def test_write_that_trino_refuses_is_told_in_its_words(trino: tuple[OtherEngine, Server]) -> None:
    engine, _ = trino
    with pytest.raises(RequestError, match="read-only transaction") as refused:
        engine.fetch("DELETE FROM t", {}, Run(LIMITS, 5))

    assert refused.value.code == "sql-failed"


def test_trino_without_a_transaction_runs_nothing(trino: tuple[OtherEngine, Server]) -> None:
    def answer_without(asked: Asked) -> Answer:
        return Answer(answer_as_trino(asked).body)

    with answering(answer_without) as server, pytest.raises(Exception, match="started no transaction"):
        OtherEngine(f"trino://u@127.0.0.1:{server.port}/c/s", SESSIONS["trino"], LIMITS)

    assert not [a for a in server.asked if "FROM" in a.body]


JOBS = "/bigquery/v2/projects/p/jobs"


def answer_as_bigquery(asked: Asked) -> Answer:
    """Say of a dry run what statement it is and how much it reads; give two rows to one that runs."""
    if asked.path.startswith("/token"):
        return Answer({"access_token": "x", "expires_in": 3600, "token_type": "Bearer"})
    body = json.loads(asked.body)
    dry = asked.path.startswith(JOBS)
    sql = body["configuration"]["query"]["query"] if dry else body["query"]
    if "nope" in sql:
        wrong = {"message": "Unrecognized name: nope at [1:8]", "reason": "invalidQuery"}
        return Answer({"error": {"code": 400, "errors": [wrong], "message": wrong["message"]}}, status=400)
    size = re.search(r"(\d+) AS bytes", sql)
    place = {"projectId": "p", "jobId": "j", "location": "EU"}
    if dry:
        kind = "SELECT" if sql.startswith("SELECT") else "SCRIPT" if ";" in sql else sql.split()[0]
        reads = {"query": {"statementType": kind, "totalBytesProcessed": size[1] if size else "10"}}
        return Answer(
            {
                "jobReference": place,
                "configuration": body["configuration"],
                "status": {"state": "DONE"},
                "statistics": reads,
            }
        )
    rows = [{"f": [{"v": "1"}]}, {"f": [{"v": "2"}]}]
    schema = {"fields": [{"name": "a", "type": "INTEGER", "mode": "NULLABLE"}]}
    return Answer(
        {"jobReference": place, "jobComplete": True, "schema": schema, "totalRows": "2", "rows": rows}
    )


@pytest.fixture
def bigquery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[OtherEngine, Server]]:
    """An engine on the real driver, with a key of its own."""
    pytest.importorskip(
        "sqlalchemy_bigquery", reason="needs BigQuery's driver; pip install sqlalchemy-bigquery"
    )
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with answering(answer_as_bigquery) as server:
        place = f"http://127.0.0.1:{server.port}"
        account = {"type": "service_account", "client_email": "a@b", "token_uri": f"{place}/token"}
        (tmp_path / "key.json").write_text(
            json.dumps({**account, "private_key": key.decode(), "project_id": "p"})
        )
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", place)
        url = f"bigquery://p/d?credentials_path={tmp_path}/key.json&maximum_bytes_billed=1000"
        engine = OtherEngine(url, SESSIONS["bigquery"], LIMITS)
        yield engine, server
        engine.close()


def test_bigquery_is_asked_by_a_dry_run_before_it_runs_within_ceilings(
    bigquery: tuple[OtherEngine, Server],
) -> None:
    engine, server = bigquery
    before = len(server.asked)
    found = engine.fetch("SELECT a FROM t WHERE a < :n", {"n": 9}, Run(LIMITS, 5)).table.to_pylist()
    dry, real = (json.loads(a.body) for a in server.asked[before:] if a.path.startswith("/bigquery"))

    assert found == [{"a": 1}, {"a": 2}]
    assert dry["configuration"]["dryRun"] is True
    query = dry["configuration"]["query"]
    real_query = real["configuration"]["query"] if "configuration" in real else real
    assert (query["query"], query["queryParameters"]) == (real_query["query"], real_query["queryParameters"])
    assert int(real_query["maximumBytesBilled"]) == 1000
    assert int(real.get("jobTimeoutMs") or real["configuration"]["jobTimeoutMs"]) == 6000


@pytest.mark.parametrize(
    ("sql", "code", "told"),
    [
        ("DELETE FROM t WHERE true", "sql-not-read-only", "takes this for DELETE"),
        ("BEGIN; SELECT 1; END", "sql-not-read-only", "takes this for SCRIPT"),
        ("SELECT 1001 AS bytes", "sql-failed", "would read 1001 bytes, above the 1000"),
        ("SELECT nope", "sql-failed", "The database says: Unrecognized name: nope at [1:8]."),
    ],
)
def test_what_the_dry_run_tells_against_a_statement_ends_it_before_it_runs(
    bigquery: tuple[OtherEngine, Server], sql: str, code: str, told: str
) -> None:
    engine, server = bigquery
    before = len(server.asked)
    with pytest.raises(RequestError) as refused:
        engine.fetch(sql, {}, Run(LIMITS, 5))

    assert (refused.value.code, told in refused.value.message) == (code, True)
    assert [a.path.partition("?")[0] for a in server.asked[before:] if "token" not in a.path] == [JOBS]
