"""Frames and answers from a worker that lies."""

from __future__ import annotations

import json

import pytest

from jailed import result_of, run
from mcp_pyexec.bundled import bundled
from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail import Pool, wire
from mcp_pyexec.jail.answers import parse
from mcp_pyexec.jail.wire import Frame, checked
from mcp_pyexec.limits import Limits

FORGE = """
import json, os, struct
body = json.dumps({message}).encode()
os.write(3, struct.pack('>IQ', {json_bytes}, {data_bytes}) + body + {data})
import time; time.sleep(5)
"""

OUTCOME: dict[str, object] = {"op": "outcome", "status": "ok", "values": {}, "error": None, "attachments": []}


def forged(message: object, json_bytes: str = "len(body)", data_bytes: str = "0", data: str = "b''") -> str:
    return FORGE.format(message=repr(message), json_bytes=json_bytes, data_bytes=data_bytes, data=data)


@pytest.mark.parametrize(
    "code",
    [
        forged({"op": "nonsense"}),
        forged([1, 2]),
        forged({**OUTCOME, "extra": 1}),
        forged({**OUTCOME, "status": "fine"}),
        forged({**OUTCOME, "status": "raised"}),
        forged({**OUTCOME, "attachments": [{"kind": "file", "name": "a", "mime": "a/b", "size": 10**9}]}),
        forged({**OUTCOME, "attachments": [{"kind": "file", "name": "../a", "mime": "a/b", "size": 0}]}),
        forged({**OUTCOME, "attachments": [{"kind": "file", "name": "/etc/x", "mime": "a/b", "size": 0}]}),
        forged({**OUTCOME, "attachments": [{"kind": "file", "name": ".git/x", "mime": "a/b", "size": 0}]}),
        forged(OUTCOME, json_bytes="2**32 - 1"),
        forged(OUTCOME, data_bytes="2**63"),
        forged(OUTCOME, data_bytes="3", data="b'abc'"),
        forged({"op": "parked", "id": 1}),
        "import os; os.write(3, b'\\xff' * 4096)\nimport time; time.sleep(5)",
    ],
)
async def test_forged_frame_ends_the_worker_and_not_the_server(pool: Pool, code: str) -> None:
    outcome = await run(pool, code)
    assert outcome.status == "crashed"
    assert outcome.error is not None
    assert "not understood" in outcome.error["message"]
    assert result_of(await run(pool, "1 + 1")) == 2


async def test_forged_call_to_an_unknown_function_is_refused(pool: Pool) -> None:
    outcome = await run(pool, "query_sql('select 1')")
    assert outcome.status == "raised"
    assert outcome.error is not None
    assert "no function 'query_sql'" in outcome.error["message"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"op": 3}', b'{"op": "warm", "x": 1}', b'"warm"']
)
def test_body_that_is_no_message_is_a_broken_frame(body: bytes) -> None:
    with pytest.raises(SandboxFault) as fault:
        checked(body)
    assert fault.value.code == "broken-frame"


def test_error_out_of_the_jail_keeps_known_keys_and_bounded_text() -> None:
    error = {
        "category": "made-up",
        "message": "m" * 10**6,
        "line": -4,
        "limit": "moon",
        "extra": 1,
        "type": ["T"],
    }
    message = {**OUTCOME, "status": "raised", "error": error}
    answer = parse(Frame("outcome", {k: v for k, v in message.items() if k != "op"}), Limits())
    assert answer.error == {
        "category": "other",
        "type": "['T']",
        "message": "m" * 16_000,
        "line": None,
        "traceback": "",
        "hint": "",
    }


@pytest.mark.parametrize(
    ("shapes", "groups"),
    [
        (wire.SHAPES, ("template_to_host", "worker_to_host")),
        (wire.READER_SHAPES, ("reader_to_host",)),
        (wire.CONVERTER_SHAPES, ("converter_to_host",)),
        (wire.CONVERTER_TEMPLATE_SHAPES, ("converter_template_to_host",)),
    ],
)
def test_protocol_file_lists_every_message_with_its_keys(
    shapes: dict[str, dict[str, object]], groups: tuple[str, ...]
) -> None:
    protocol = json.loads((bundled("sandbox") / "protocol" / "v1.json").read_text())
    listed = {name: set(keys) for group in groups for name, keys in protocol[group].items()}
    assert listed == {name: set(keys) for name, keys in shapes.items()}
