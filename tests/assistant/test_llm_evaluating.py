"""Evaluating answers that a model words: over HTTP, a few at once, with what it dropped and how often excerpts stood in."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import evaluating
from assistant.answering import Answering
from assistant.llm.streaming import Endpoint
from assistant.wording_scores import Speaker
from tests.assistant.model_server import Handler, ModelServer, claim, claims, hang_up, model_server
from tests.assistant.test_llm_adversary import PARK

AT_ONCE = 2
HONEST = claim("软件名园的一次性奖励金额为200万元", 17, PARK)
LIE = claim("软件名园的一次性奖励金额为500万元", 17, PARK)
ASKED: dict[str, Any] = {"kind": "numeric", "gold": [17], "must": ["200万"], "never": ["500万"], "history": []}
QUESTION = {**ASKED, "id": "1", "q": "软件名园的一次性奖励金额是多少？"}
REFUSED = {**ASKED, "id": "2", "q": "今天天气怎么样？", "kind": "offtopic", "gold": [], "must": []}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as found:
        yield found


def scored(stages: Answering, server: ModelServer, *questions: dict[str, Any]) -> dict[str, evaluating.Report]:
    speaker = Speaker(Endpoint(server.url, "m", "", 10), AT_ONCE)
    return evaluating.score_with(stages, "fused", questions, speaker)


def test_a_model_s_answers_are_a_mode_of_their_own(stages: Answering, server: ModelServer) -> None:
    server.says(claims(LIE, HONEST))
    reports = scored(stages, server, QUESTION, REFUSED)
    assert list(reports) == ["fused", "model"]
    assert reports["model"].figures()["strict"] == 1.0
    assert reports["model"].note == "asked 1 claims-shown 1 claims-dropped 1 fell-back 0"
    assert reports["model"].verdicts[0].quotes == 1
    assert reports["model"].verdicts[0].ms > reports["fused"].verdicts[0].ms
    lines = evaluating.table(evaluating.SETS[0], {**reports, "lexical": reports["fused"], "dense": reports["fused"]})
    heads = [line.split() for line in lines if "precision" in line]
    assert [head[0] for head in heads] == ["fused", "model", "lexical", "dense"]
    assert all(head[1:] == list(evaluating.COLUMNS) for head in heads)
    assert "  asked 1 claims-shown 1 claims-dropped 1 fell-back 0" in lines


def test_where_a_model_fails_the_excerpts_are_judged_and_the_failure_is_counted(
    stages: Answering, server: ModelServer
) -> None:
    server.says(claims(LIE), hang_up)
    reports = scored(stages, server, QUESTION, {**QUESTION, "id": "3"})
    assert reports["model"].figures()["strict"] == 1.0
    assert reports["model"].note == "asked 2 claims-shown 0 claims-dropped 1 fell-back 2 (dropped 1, unreachable 1)"


def test_a_claim_beside_the_point_counts_against_the_model(stages: Answering, server: ModelServer) -> None:
    server.says(claims(claim("鼓励各区打造人工智能产业园", 17, PARK[:13])))
    wrong = {**QUESTION, "must": [["产业基金"]]}
    assert scored(stages, server, wrong)["model"].figures()["strict"] == 0.0


def test_no_more_than_so_many_are_asked_at_once(stages: Answering, server: ModelServer) -> None:
    now, most, lock = 0, 0, threading.Lock()

    def slow(handler: Handler) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.2)
        with lock:
            now -= 1
        claims(HONEST)(handler)

    server.says(slow)
    scored(stages, server, *({**QUESTION, "id": str(number)} for number in range(6)))
    assert len(server.asked) == 6
    assert most == AT_ONCE


def one_set(**figures: Any) -> dict[str, Any]:
    found = {"name": "own", "strict": 0.9812, "strict_model": 0.95, "inexact_quotes": 0, "p95_ms": 40.0}
    return {**found, "kinds": {"multi": [10, 10]}, **figures}


def run(*sets: dict[str, Any]) -> dict[str, Any]:
    return {"date": "2026-11-28", "sets": [*sets]}


@pytest.mark.parametrize(
    ("now", "lines"),
    [
        (one_set(), ["as in the run of 2026-11-28"]),
        (one_set(p95_ms=50.0), ["as in the run of 2026-11-28"]),
        (
            one_set(strict=0.975, strict_model=0.96, inexact_quotes=1, p95_ms=90.0, kinds={"multi": [9, 10]}),
            [
                "against the run of 2026-11-28",
                "  own: strict 0.9812 -> 0.975 (-0.0062)",
                "  own: inexact_quotes 0 -> 1 (+1)",
                "  own: strict_model 0.95 -> 0.96 (+0.01)",
                "  own: multi 10/10 -> 9/10",
                "  own: p95_ms 40 -> 90",
            ],
        ),
        (
            one_set(name="other"),
            ["against the run of 2026-11-28", "  other: new", "  own: no longer there"],
        ),
    ],
)
def test_what_differs_from_the_run_before_is_told(now: dict[str, Any], lines: list[str]) -> None:
    assert evaluating.changes(run(one_set()), run(now)) == lines


def test_a_model_s_figures_are_kept_with_the_run(stages: Answering, server: ModelServer) -> None:
    server.says(claims(HONEST))
    reports = scored(stages, server, QUESTION)
    kept = evaluating.summary([(evaluating.SETS[0], reports)], evaluating.date(2026, 1, 1))["sets"][0]
    assert kept["strict_model"] == 1.0
    assert kept["model"].startswith("asked 1")
