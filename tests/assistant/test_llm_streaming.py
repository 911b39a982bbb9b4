"""Whatever a model's address does, there is a text or a reason within the bound, and nothing follows it elsewhere."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import room
from assistant.llm.failures import ModelFailureError
from assistant.llm.streaming import Endpoint, prepare, stream
from core.settings import ROOT
from tests.assistant.model_server import (
    ModelServer,
    Script,
    drip,
    dripping_head,
    endless,
    hang_up,
    model_server,
    raw,
    silence,
    status,
    text,
)
from tests.conftest import make_app

SECONDS = 1.0
MESSAGES = [("system", "规则"), ("user", "问题")]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server(text("热身")) as found:
        "".join(stream(Endpoint(found.url, "m", "", 30), MESSAGES))
        yield found


def outcome(server: ModelServer, key: str = "") -> str:
    """Return the text, or why there is none."""
    try:
        return "".join(stream(Endpoint(server.url, "m", key, SECONDS), MESSAGES))
    except ModelFailureError as error:
        return error.reason


def test_a_text_arrives_whole_and_what_was_asked_is_plain(server: ModelServer) -> None:
    server.says(text("甲乙丙" * 40))
    assert outcome(server, "secret") == "甲乙丙" * 40
    asked, headers = server.asked[-1], server.headers[-1]
    assert asked["messages"] == [{"role": "system", "content": "规则"}, {"role": "user", "content": "问题"}]
    assert (asked["model"], asked["stream"], asked["temperature"]) == ("m", True, 0)
    assert asked["max_tokens"] > 0
    assert headers["authorization"] == "Bearer secret"
    assert not {"tools", "functions"} & asked.keys()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (status(429), "busy"),
        (status(500), "error"),
        (status(401), "error"),
        (status(404, "<html>", "text/html"), "error"),
        (status(302, Location="http://127.0.0.1:9/elsewhere"), "error"),
        (status(200, "<html>登录</html>", "text/html"), "garbled"),
        (status(200, '{"choices": [{"message": {"content": "甲"}}]}'), "garbled"),
        (raw(b"data: {oops\n\n"), "garbled"),
        (raw(b"data: \xff\xfe{}\n\n"), "garbled"),
        (raw(b'data: {"error": {"message": "no"}}\n\n'), "garbled"),
        (raw(b"\x1f\x8b" * 500, Content_Encoding="gzip"), "garbled"),
        (raw(b""), "garbled"),
        (raw(b'data: {"id": "x", "choices": null}\n\ndata: [DONE]\n\n'), "cut"),
        (text("甲", finish=None, done=False), "cut"),
        (text("甲", finish="length"), "cut"),
        (text("甲", finish="content_filter"), "filtered"),
        (text("甲" * 50_000, piece=500), "large"),
        (endless, "large"),
        (hang_up, "unreachable"),
        (silence(2 * SECONDS), "time"),
        (drip(["甲"] * 100, 0.05), "time"),
        (dripping_head(3 * SECONDS), "time"),
    ],
)
def test_a_failure_has_its_reason_within_the_bound(server: ModelServer, script: Script, reason: str) -> None:
    server.says(script)
    started = time.monotonic()
    assert outcome(server) == reason
    assert time.monotonic() - started < SECONDS + 1.0


def test_a_dead_address_is_told_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(ModelFailureError) as caught:
        "".join(stream(Endpoint("http://127.0.0.1:9/v1", "m", "", 10), MESSAGES))
    assert caught.value.reason == "unreachable"
    assert time.monotonic() - started < 5


def test_what_came_before_a_cut_has_been_given(server: ModelServer) -> None:
    server.says(text("甲乙丙", piece=1, finish=None, done=False))
    pieces = stream(Endpoint(server.url, "m", "", SECONDS), MESSAGES)
    assert [next(pieces), next(pieces), next(pieces)] == ["甲", "乙", "丙"]
    with pytest.raises(ModelFailureError):
        next(pieces)


def test_no_redirect_is_followed(server: ModelServer) -> None:
    with model_server(text("别处")) as elsewhere:
        server.says(status(307, Location=f"{elsewhere.url}/chat/completions"))
        assert outcome(server) == "error"
        assert elsewhere.asked == []


def test_the_reader_of_a_model_that_hangs_ends_too(server: ModelServer) -> None:
    server.says(drip(["甲"] * 200, 0.05))
    outcome(server)
    until = time.monotonic() + 3 * SECONDS
    while any("_listen" in thread.name for thread in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any("_listen" in thread.name for thread in threading.enumerate())


def test_the_first_answer_of_a_process_pays_for_no_import(server: ModelServer) -> None:
    server.says(text("甲乙丙"))
    program = (
        "import sys; from assistant.llm.streaming import Endpoint, stream;"
        f"sys.stdout.write(str(len(''.join(stream(Endpoint({server.url!r}, 'm', '', 0.5), [('user', 'x')])))))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("3", "")


@pytest.mark.parametrize(("url", "prepared"), [("http://127.0.0.1:9/v1", 1), ("", 0)])
def test_a_worker_prepares_in_the_background_where_a_model_is_configured(
    tmp_path: Path, url: str, prepared: int
) -> None:
    told = {"llm_model": "m", "llm_model_name": "m", "llm_filing_number": "1", "llm_complaint_contact": "1"}
    prepare.cache_clear()
    room.ROOM.warm(make_app(tmp_path, llm_url=url, **told))
    for thread in threading.enumerate():
        if thread.name == "warm-llm":
            thread.join()
    assert prepare.cache_info().currsize == prepared
