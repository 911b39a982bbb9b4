"""A scripted OpenAI-compatible server in a thread: it streams what a test tells it to, or breaks as it tells it to."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Script = Callable[["Handler"], None]


@dataclass
class ModelServer:
    """What the server says to each request, in turn (the last again and again), and what it was asked."""

    url: str
    scripts: list[Script]
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def says(self, *scripts: Script) -> None:
        self.scripts[:] = scripts


class Handler(BaseHTTPRequestHandler):
    """One request; scripts write through it."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self) -> None:
        told = self.server.told
        told.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        told.headers.append({name.lower(): value for name, value in self.headers.items()})
        script = told.scripts.pop(0) if len(told.scripts) > 1 else told.scripts[0]
        self.close_connection = True
        try:
            script(self)
        except OSError:
            return  # the other side has hung up, as it should

    def do_GET(self) -> None:
        self.server.told.headers.append({"GET": self.path})
        self.send_error(404)

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def delta(self, content: str | None = None, finish: str | None = None, **more: Any) -> None:
        delta = {} if content is None else {"content": content}
        choice = {"index": 0, "delta": {**delta, **more}, "finish_reason": finish}
        head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
        self.event(json.dumps({**head, "choices": [choice]}, ensure_ascii=False))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature is http.server's
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    told: ModelServer


@contextmanager
def model_server(*scripts: Script) -> Iterator[ModelServer]:
    server = Server(("127.0.0.1", 0), Handler)
    server.told = ModelServer(f"http://127.0.0.1:{server.server_address[1]}/v1", list(scripts) or [text("")])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def claim(text: str, article: Any, quote: Any, **document: Any) -> str:
    """Return a claim as a model writes it; `document` is its letter, left out where no document is named."""
    return json.dumps({"text": text, **document, "article": article, "quote": quote}, ensure_ascii=False)


def text(written: str, *, piece: int = 7, finish: str | None = "stop", done: bool = True) -> Script:
    """Stream a text in pieces."""

    def script(handler: Handler) -> None:
        handler.begin()
        handler.delta("", role="assistant")
        for start in range(0, len(written), piece):
            handler.delta(written[start : start + piece])
        if finish:
            handler.delta(finish=finish)
        if done:
            handler.event("[DONE]")

    return script


def claims(*said: str) -> Script:
    return text("\n".join(said) + "\n")


def status(code: int, body: str = "{}", kind: str = "application/json", **headers: str) -> Script:
    def script(handler: Handler) -> None:
        handler.begin(code, kind, **{"Content_Length": str(len(body.encode())), **headers})
        handler.wfile.write(body.encode())

    return script


def raw(body: bytes, kind: str = "text/event-stream", **headers: str) -> Script:
    def script(handler: Handler) -> None:
        handler.begin(200, kind, **headers)
        handler.wfile.write(body)

    return script


def silence(seconds: float) -> Script:
    """Accept the request and say nothing."""
    return lambda _handler: time.sleep(seconds)


def drip(pieces: Sequence[str], pause: float) -> Script:
    """Stream pieces with a pause after each."""

    def script(handler: Handler) -> None:
        handler.begin()
        for piece in pieces:
            handler.delta(piece)
            time.sleep(pause)
        handler.delta(finish="stop")
        handler.event("[DONE]")

    return script


def dripping_head(seconds: float) -> Script:
    """Send a byte of the head now and then, which no time limit of a single read notices."""

    def script(handler: Handler) -> None:
        until = time.monotonic() + seconds
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while time.monotonic() < until:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    return script


def hang_up(_handler: Handler) -> None:
    """Close the connection without a word."""


def endless(handler: Handler) -> None:
    """Send a line that never ends."""
    handler.begin()
    handler.wfile.write(b"data: ")
    while True:
        handler.wfile.write(b"x" * 65536)
