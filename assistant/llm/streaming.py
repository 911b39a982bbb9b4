"""The text of a model as it arrives over HTTP, within a bound of time and size, whatever the other side does."""

import threading
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from queue import Empty, Queue
from typing import TYPE_CHECKING

from flask import Flask

from assistant.llm.failures import ModelFailureError, Reason
from core.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

MOST_TOKENS, MOST_CHARACTERS = 1500, 20_000
FINISHED = frozenset({"stop", "tool_calls", "function_call"})
Messages = Sequence[tuple[str, str]]
Arriving = Queue["str | ModelFailureError | None"]


@dataclass(frozen=True)
class Endpoint:
    """Where a model is, what it is called there, and in how many seconds it must have answered."""

    url: str
    model: str
    key: str
    seconds: float


def endpoint(settings: Settings) -> Endpoint | None:
    """Return the configured endpoint, None if there is none."""
    if not settings.llm_url:
        return None
    return Endpoint(settings.llm_url, settings.llm_model, settings.llm_key, settings.llm_seconds)


def stream(found: Endpoint, messages: Messages) -> Generator[str, None, None]:
    """Yield the pieces of an answer. Raises ModelFailureError, at the latest when the endpoint's seconds are over."""
    from assistant.llm import transport

    # Imports count into no answer's seconds, even where a question comes before `warm` is done.
    prepare()
    deadline = time.monotonic() + found.seconds
    arriving: Arriving = Queue()
    size = 0
    with closing(transport.client(found.seconds)) as client:
        # In a thread of its own: a server that sends a byte a second never meets the time limit of a single read.
        threading.Thread(target=_listen, args=(found, client, messages, arriving), daemon=True).start()
        while (piece := _next(arriving, deadline)) is not None:
            size += len(piece)
            if size > MOST_CHARACTERS:
                raise ModelFailureError("large")
            yield piece


def _next(arriving: Arriving, deadline: float) -> str | None:
    try:
        piece = arriving.get(timeout=max(0.0, deadline - time.monotonic()))
    except Empty:
        raise ModelFailureError("time") from None
    if isinstance(piece, ModelFailureError):
        raise piece
    return piece


def _listen(found: Endpoint, client: "httpx2.Client", messages: Messages, arriving: Arriving) -> None:
    """Put each piece into the queue, then None or what went wrong."""
    from langsmith import tracing_context

    from assistant.llm.transport import reason

    try:
        # Whatever the environment says, nobody else is told of the questions.
        with tracing_context(enabled=False):
            failure = _read(_chat(found, client), messages, arriving)
    except Exception as error:  # noqa: BLE001 - a model's address may answer anything; the asker gets the excerpts
        failure = reason(error)
    arriving.put(ModelFailureError(failure) if failure else None)


def _read(chat: "BaseChatModel", messages: Messages, arriving: Arriving) -> Reason | None:
    """Put the pieces into the queue; return why the answer is not whole."""
    finish = ""
    for chunk in chat.stream(list(messages)):
        finish = str(chunk.response_metadata.get("finish_reason") or finish)
        if isinstance(chunk.content, str) and chunk.content:
            arriving.put(chunk.content)
    if finish in FINISHED:
        return None
    return "filtered" if finish == "content_filter" else "cut"


def warm(app: Flask) -> None:
    """Import what a model is asked with, where one is configured: no answer's seconds are to be spent on that."""
    if endpoint(app.extensions["settings"]):
        threading.Thread(target=prepare, name="warm-llm", daemon=True).start()


@cache
def prepare() -> None:
    """Build a chat model and throw it away, once in a process: the library imports its parts only then."""
    from assistant.llm import transport

    with closing(transport.client(1.0)) as client:
        _chat(Endpoint("http://127.0.0.1/v1", "none", "", 1.0), client)


def _chat(found: Endpoint, client: "httpx2.Client") -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    return init_chat_model(
        found.model,
        model_provider="openai",
        base_url=found.url,
        api_key=found.key or "none",
        http_client=client,
        temperature=0,
        max_retries=0,
        stream_usage=False,
        # Under this name all servers know it.
        extra_body={"max_tokens": MOST_TOKENS},
    )
