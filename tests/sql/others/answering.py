"""A server on a real socket that answers as a test tells it to, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Answer", "Asked", "Server", "answering"]


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass
class Server:
    """Where it is, and what it was asked so far."""

    port: int
    asked: list[Asked]


@contextmanager
def answering(answer: Callable[[Asked], Answer]) -> Iterator[Server]:
    """Serve on 127.0.0.1 until the block ends."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = Asked(self.path, dict(self.headers), self.rfile.read(length).decode())
            asked.append(request)
            given = answer(request)
            body = json.dumps(given.body).encode()
            self.send_response(given.status)
            for name, value in {**given.headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_DELETE = do_POST

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Server(server.server_port, asked)
        finally:
            server.shutdown()
            thread.join()
