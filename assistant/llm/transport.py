"""An HTTP client for a model's address, and what its failures mean. Imported late: the library takes its time to load."""

from collections.abc import Iterator

import httpx2
import openai

from assistant.llm.failures import ModelFailureError, Reason

CONNECTING = 5.0
MOST_BYTES = 2**20
PLAIN = "identity"
REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (openai.APITimeoutError, "time"),
    (openai.APIConnectionError, "unreachable"),
    (openai.RateLimitError, "busy"),
    (openai.APIStatusError, "error"),
    (httpx2.TransportError, "cut"),
)


class Bounded(httpx2.SyncByteStream):
    """The bytes of an answer, up to MOST_BYTES: a line that never ends would fill the memory."""

    def __init__(self, source: httpx2.SyncByteStream) -> None:
        self.source = source

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self.source:
            size += len(piece)
            if size > MOST_BYTES:
                raise ModelFailureError("large")
            yield piece

    def close(self) -> None:
        self.source.close()


def client(seconds: float) -> httpx2.Client:
    """Return a client that follows no redirect, which might leave the country, and reads no endless answer."""
    return openai.DefaultHttpxClient(
        follow_redirects=False,
        timeout=httpx2.Timeout(seconds, connect=min(CONNECTING, seconds)),
        headers={"Accept-Encoding": PLAIN},
        event_hooks={"response": [_bound]},
    )


def reason(error: BaseException | None) -> Reason:
    """Return why there is no answer: what the error says, or what led to it."""
    while error is not None:
        if isinstance(error, ModelFailureError):
            return error.reason
        known = next((said for kind, said in REASONS if isinstance(error, kind)), None)
        if known and not isinstance(error.__cause__, ModelFailureError):
            return known
        error = error.__cause__
    return "garbled"


def _bound(response: httpx2.Response) -> None:
    # Packed, a small answer could unpack to any size.
    if response.headers.get("Content-Encoding", PLAIN) != PLAIN:
        raise ModelFailureError("garbled")
    if not isinstance(response.stream, httpx2.SyncByteStream):
        raise ModelFailureError("garbled")
    response.stream = Bounded(response.stream)
