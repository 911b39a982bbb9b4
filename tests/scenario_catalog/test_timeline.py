"""The timeline and the changes between batches."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from scenario_catalog.changes import changes
from scenario_catalog.timeline import timeline, way_ahead

PUBLISHED = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
DEADLINE = date(2026, 3, 31)


@dataclass
class Case:
    status: str
    deadline: date = DEADLINE


@dataclass
class Made:
    status: str
    at: datetime
    reason: str = ""


def made(*statuses: str, reason: str = "") -> list[Made]:
    moves = [Made("approved", PUBLISHED - timedelta(days=9)), Made("open", PUBLISHED)]
    later = clock.end_of_day(DEADLINE)
    return moves + [Made(status, later + timedelta(days=place), reason) for place, status in enumerate(statuses)]


def drawn(status: str, moves: list[Made], today: date) -> list[tuple[str, str]]:
    return [(step.status, step.state) for step in timeline(Case(status), moves, today)]


AHEAD = [(status, "ahead") for status in ("evaluating", "finalists", "noticed", "awarded", "piloting", "landed")]


def test_the_way_ahead_is_the_tables():
    assert [*way_ahead("open")] == [status for status, _ in AHEAD]
    assert [*way_ahead("awarded")] == ["piloting", "landed"]
    assert [*way_ahead("landed")] == [*way_ahead("cancelled")] == []


def test_open():
    assert drawn("open", made(), DEADLINE) == [("open", "present"), ("deadline", "ahead"), *AHEAD]


def test_past_the_closing_day():
    assert drawn("open", made(), DEADLINE + timedelta(days=1)) == [("open", "done"), ("deadline", "present"), *AHEAD]


def test_under_way():
    found = drawn("evaluating", made("evaluating"), date(2026, 4, 9))
    assert found == [("open", "done"), ("deadline", "done"), ("evaluating", "present"), *AHEAD[1:]]


def test_landed():
    moves = made("evaluating", "finalists", "noticed", "awarded", "piloting", "landed")
    found = drawn("landed", moves, date(2026, 9, 1))
    assert {state for _, state in found} == {"done"}
    assert found[-1] == ("landed", "done")


def test_an_award_taken_back_is_shown_and_the_way_goes_on():
    found = drawn("finalists", made("evaluating", "finalists", "noticed", "awarded", "finalists"), date(2026, 9, 1))
    assert found[-5:] == [("finalists", "present"), *AHEAD[2:]]


@pytest.mark.parametrize(("status", "reason"), [("failed", "no_bids"), ("cancelled", "need_changed")])
def test_an_end_tells_its_reason(status: str, reason: str):
    last = timeline(Case(status), made(status, reason=reason), date(2026, 9, 1))[-1]
    assert (last.status, last.state) == (status, "done")
    assert last.note
    assert last.note != reason


def test_cancelled_before_the_closing_day_has_no_closing_day():
    assert drawn("cancelled", made("cancelled"), date(2026, 9, 1)) == [("open", "done"), ("cancelled", "done")]


def test_changes_tell_what_a_scenario_came_to_last():
    after, until = PUBLISHED, PUBLISHED + timedelta(days=40)
    moves = [("A", "evaluating"), ("B", "cancelled"), ("A", "finalists")]
    inside, outside = DEADLINE, clock.local_date(until) + timedelta(days=3)
    deadlines = [("A", inside), ("C", inside), ("D", outside), ("E", clock.local_date(after) - timedelta(days=1))]
    assert changes(moves, deadlines, after, until) == {"closed": ["C"], "finalists": ["A"], "cancelled": ["B"]}


def test_a_closing_day_counts_once_it_is_over():
    end = clock.end_of_day(DEADLINE)
    day = [("A", DEADLINE)]
    assert changes([], day, PUBLISHED, end - timedelta(seconds=1)) == {}
    assert changes([], day, PUBLISHED, end) == {"closed": ["A"]}
    assert changes([], day, end, end + timedelta(days=1)) == {}
