"""The OpenAI-compatible client against a real server on a real socket."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import Sequence
from typing import Any

import pytest

from mcp_pyexec.codegen import Completion, Message, ModelSettings, OpenAIModel, no_model_error
from mcp_pyexec.errors import RequestError
from model_server import Answer, ScriptedModel, hang, say, status

KEY = "sk-very-secret-42"
ASK = (Message("system", "Be brief."), Message("user", "One?"))


def ask(base_url: str, messages: Sequence[Message] = ASK, **settings: Any) -> Completion:
    given = {"base_url": base_url, "api_key": KEY, "model": "m-1", "max_retries": 0, **settings}

    async def once() -> Completion:
        model = OpenAIModel(ModelSettings.model_validate(given))
        try:
            return await model.complete(messages)
        finally:
            await model.aclose()

    return asyncio.run(once())


def failure(*answers: str | Answer, **settings: Any) -> RequestError:
    with ScriptedModel(*answers) as server, pytest.raises(RequestError) as caught:
        ask(server.base_url, **settings)
    return caught.value


def test_a_reply_comes_back_with_its_tokens_and_the_request_is_plain() -> None:
    with ScriptedModel("Two.") as server:
        completion = ask(server.base_url)
    assert completion == Completion("Two.", 100, 20, "scripted-1")
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.body == {
        "model": "m-1",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "One?"}],
        "temperature": 0.0,
        "max_tokens": 4096,
    }
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_organisation_and_project_of_the_environment_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    with ScriptedModel("Two.") as server:
        ask(server.base_url, api_key="")
    sent = server.asked[0].headers
    assert sent["authorization"] == "Bearer none"
    assert not {"openai-organization", "openai-project"} & set(sent)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (say("Two.", tokens=None), Completion("Two.", None, None, "scripted-1")),
        (say("Tw", finish="length"), Completion("Tw", 100, 20, "scripted-1", cut=True)),
        (say(None), Completion("", 100, 20, "scripted-1")),
        (Answer(body=b'{"choices":[{"message":{"content":"Two."}}]}'), Completion("Two.", None, None, "m-1")),
    ],
    ids=["no usage", "cut", "no content", "bare minimum"],
)
def test_endpoints_that_leave_things_out_are_understood(answer: Answer, expected: Completion) -> None:
    with ScriptedModel(answer) as server:
        assert ask(server.base_url) == expected


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (status(401, f"Incorrect API key provided: {KEY}"), "model-unauthorized", "MCP_PYEXEC_MODEL_API_KEY"),
        (status(403), "model-unauthorized", "HTTP 403"),
        (status(429), "model-rate-limited", "Wait a minute"),
        (status(404, "no such model"), "model-failed", "HTTP 404 (no such model). Check that"),
        (status(400, f"bad {KEY} here"), "model-failed", "(bad [key] here)"),
        (status(500, "oops"), "model-failed", "HTTP 500 (oops). Try again later"),
        (status(400, "filtered", code="content_filter"), "model-refused", "content filter"),
        (say(None, refusal="I will not."), "model-refused", "I will not. Word the task differently."),
        (say("Tw", finish="content_filter"), "model-refused", "content filter"),
        (Answer(body=b"{not json"), "model-failed", "did not answer with a chat completion"),
        (Answer(body=b"{}"), "model-failed", "did not answer with a chat completion"),
        (Answer(body=b'{"choices": []}'), "model-failed", "did not answer with a chat completion"),
        (Answer(body=b'{"choices":[{"message":{"content":["x"]}}]}'), "model-failed", "chat completion"),
        (Answer(body=b"\xff\xfe"), "model-failed", "did not answer with a chat completion"),
        (
            Answer(body=b"<html>Welcome</html>", content_type="text/html"),
            "model-failed",
            "MCP_PYEXEC_MODEL_BASE_URL is the API's root",
        ),
        (
            Answer(502, b"<html>" + KEY.encode() + b"</html>", content_type="text/html"),
            "model-failed",
            "HTTP 502. Try again later",
        ),
    ],
)
def test_each_failure_has_its_code_and_a_remedy_and_never_the_key(
    answer: Answer, code: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = failure(answer)
    assert error.code == code
    assert said in error.message
    assert KEY not in "".join(traceback.format_exception(error)) + caplog.text
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_model_that_does_not_answer_in_time_is_unreachable() -> None:
    error = failure(hang(), timeout_s=0.2)
    assert (error.code, "did not answer within 0.2 s" in error.message) == ("model-unreachable", True)


def test_an_endpoint_that_is_not_there_is_unreachable_and_its_password_is_not_shown() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(RequestError) as caught:
            ask(f"http://user:pass-word@127.0.0.1:{port}/v1?token=hidden")
    assert caught.value.code == "model-unreachable"
    assert caught.value.message.startswith(f"No connection to the model at http://127.0.0.1:{port}/v1. Check")
    assert "pass-word" not in caught.value.message
    assert "hidden" not in caught.value.message


def test_a_passing_fault_is_retried() -> None:
    again = {"retry-after-ms": "1"}
    with ScriptedModel(status(500, headers=again), status(429, headers=again), "Two.") as server:
        assert ask(server.base_url, max_retries=2) == Completion("Two.", 100, 20, "scripted-1")
    assert len(server.asked) == 3


def test_options_that_a_newer_model_refuses_are_adapted_once_for_all() -> None:
    async def twice(base_url: str) -> list[str]:
        model = OpenAIModel(ModelSettings(base_url=base_url, model="m-1", max_retries=0))
        try:
            return [(await model.complete(ASK)).text, (await model.complete(ASK)).text]
        finally:
            await model.aclose()

    with ScriptedModel(
        status(400, "use max_completion_tokens", param="max_tokens", code="unsupported_parameter"),
        status(400, "only the default", param="temperature", code="unsupported_value"),
        "first",
        "second",
    ) as server:
        assert asyncio.run(twice(server.base_url)) == ["first", "second"]
    sent = [{k: v for k, v in a.body.items() if k not in ("model", "messages")} for a in server.asked]
    assert sent == [
        {"max_tokens": 4096, "temperature": 0.0},
        {"max_completion_tokens": 4096, "temperature": 0.0},
        {"max_completion_tokens": 4096},
        {"max_completion_tokens": 4096},
    ]


def test_cancelling_ends_the_call_and_leaves_the_model_usable() -> None:
    async def scenario(server: ScriptedModel) -> str:
        model = OpenAIModel(ModelSettings(base_url=server.base_url, model="m-1", max_retries=0))
        try:
            call = asyncio.create_task(model.complete(ASK))
            await asyncio.to_thread(server.arrived.wait, 10)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            return (await model.complete(ASK)).text
        finally:
            await model.aclose()

    with ScriptedModel(hang(), "still here") as server:
        assert asyncio.run(scenario(server)) == "still here"


def test_settings_do_not_show_the_key_and_refuse_unknown_names() -> None:
    settings = ModelSettings(base_url="http://127.0.0.1/v1", api_key=KEY, model="m-1")  # type: ignore[arg-type]  # pydantic takes text for a secret
    assert KEY not in repr(settings) + str(settings) + settings.model_dump_json()
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        ModelSettings.model_validate({"base_url": "http://127.0.0.1/v1", "model": "m", "key": "x"})


def test_no_model_names_both_ways_to_get_one() -> None:
    error = no_model_error()
    assert error.code == "no-model"
    assert (
        "MCP_PYEXEC_MODEL_BASE_URL=https://api.openai.com/v1 MCP_PYEXEC_MODEL_API_KEY=sk-…" in error.message
    )
    assert "MCP_PYEXEC_MODEL_BASE_URL=http://127.0.0.1:11434/v1 MCP_PYEXEC_MODEL_NAME=" in error.message
