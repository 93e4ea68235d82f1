"""A chat-completions endpoint on a real socket that gives scripted answers, for tests of anything that asks a model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

__all__ = ["Answer", "Asked", "ScriptedModel", "hang", "say", "status"]

MODEL = "scripted-1"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `hangs` gives none until the server stops or the client goes away."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    hangs: bool = False


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[dict[str, str]]:
        return list(self.body["messages"])


def say(
    text: str | None,
    *,
    tokens: tuple[int, int] | None = (100, 20),
    finish: str = "stop",
    refusal: str | None = None,
) -> Answer:
    """Return a chat completion; without `tokens` it carries no usage, as some endpoints do."""
    answer: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, "refusal": refusal},
            }
        ],
    }
    if tokens is not None:
        answer["usage"] = {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        }
    return Answer(body=json.dumps(answer).encode())


def status(
    http_status: int, message: str = "no", /, *, headers: Mapping[str, str] | None = None, **error: str
) -> Answer:
    """Return an error as OpenAI words them: `{"error": {"message", …}}`."""
    body = json.dumps({"error": {"message": message, **error}}).encode()
    return Answer(http_status, body, headers or {})


def hang() -> Answer:
    """Return an answer that never comes."""
    return Answer(hangs=True)


class ScriptedModel:
    """Serves `base_url` while the `with` block lasts; a plain string is said as a completion.

    Requests are kept in `asked`. When the script is over, the answer is HTTP 500, so that a test that asks
    too often fails.
    """

    def __init__(self, *answers: str | Answer) -> None:
        self._script: Iterable[Answer] = iter([say(a) if isinstance(a, str) else a for a in answers])
        self._lock = threading.Lock()
        self.asked: list[Asked] = []
        self.arrived = threading.Event()
        """Set once a request has arrived."""
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def answer(self, asked: Asked) -> Answer:
        """Return the next answer of the script."""
        with self._lock:
            self.asked.append(asked)
            self.arrived.set()
            return next(iter(self._script), status(500, "the script is over"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


def _handler_of(model: ScriptedModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = model.answer(
                Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            )
            if answer.hangs:
                model.stopping.wait(30)
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: the requests are in `asked`."""

    return Handler
