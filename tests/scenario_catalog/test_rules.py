"""The guards of the lifecycles, and the rules about time and numbers; the tables: tests/core/test_lifecycles_all.py."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.lifecycle import LifecycleError
from scenario_catalog import rules
from scenario_catalog.rules import SCENARIO
from tests.lifecycle_tables import ROLES
from tests.lifecycle_tables import SCENARIO as TABLE

VERBS = sorted({move.verb for move in SCENARIO.moves})
FACTS = {"is_open": False, "reason": "no_bids", "words": "中标人放弃", "mode": "procurement"}


@dataclass
class Case:
    status: str
    deadline: date


@pytest.mark.parametrize(("state", "verb"), TABLE)
def test_a_guard_lets_through_what_it_asks_for(state: str, verb: str):
    facts = {**FACTS, "reason": "need_changed"} if verb == "cancel" else FACTS
    assert SCENARIO.check(state, verb, "system", **facts) == TABLE[state, verb][0]


@pytest.mark.parametrize(
    ("state", "verb", "facts"),
    [
        ("open", "evaluate", {"is_open": True}),
        ("open", "evaluate", {}),
        ("open", "fail", {"reason": "need_changed"}),
        ("open", "fail", {}),
        ("open", "cancel", {"reason": "no_bids"}),
        ("draft", "cancel", {"reason": ""}),
        ("awarded", "unaward", {}),
        ("piloting", "unaward", {"words": ""}),
        ("in_review", "return", {"words": ""}),
        ("open", "evaluate", {"is_open": False, "unanswered": 1}),
        ("open", "record", {"is_open": False, "mode": "pilot"}),
        ("open", "record", {"is_open": True, "mode": "procurement"}),
        ("noticed", "reopen", {"words": ""}),
    ],
)
def test_guards_refuse_with_a_reason(state: str, verb: str, facts: dict[str, object]):
    with pytest.raises(LifecycleError) as refusal:
        SCENARIO.check(state, verb, "system", **facts)
    assert "状态下不能执行" not in str(refusal.value)


@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from(ROLES), st.booleans()), max_size=60))
def test_a_random_walk_keeps_to_the_table_and_ends_where_it_must(steps: list[tuple[str, str, bool]]):
    state, path = "draft", ["draft"]
    for verb, role, is_open in steps:
        reason = "need_changed" if verb == "cancel" else "no_bids"
        try:
            target = SCENARIO.check(state, verb, role, is_open=is_open, reason=reason, words="理由")
        except LifecycleError:
            continue
        assert TABLE[state, verb][0] == target
        assert role in TABLE[state, verb][1]
        assert state not in {"landed", "failed", "cancelled"}
        state = target
        path.append(state)
    if "landed" in path:
        assert path.index("open") < path.index("evaluating") < path.index("awarded") < path.index("piloting")


def test_the_closing_day_is_included_to_its_last_second():
    case = Case("open", date(2026, 3, 31))
    last = datetime(2026, 3, 31, 15, 59, 59, 999999, UTC)  # 23:59:59.999999 in Shanghai
    assert rules.is_open(case, last)
    assert not rules.is_open(case, last + timedelta(microseconds=1))
    assert rules.is_open(case, datetime(2026, 3, 30, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize("status", [state for state in SCENARIO.states if state != "open"])
def test_only_open_takes_bids(status: str):
    assert not rules.is_open(Case(status, date(2999, 1, 1)), datetime(2026, 1, 1, tzinfo=UTC))


@given(
    st.sampled_from(sorted(SCENARIO.states)),
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_the_shown_status_agrees_with_the_clock(status: str, deadline: date, now: datetime):
    shown = rules.shown_status(status, deadline, clock.local_date(now))
    assert (shown == "open") == rules.is_open(Case(status, deadline), now)
    assert shown in {status, rules.CLOSED}


def test_numbers_keep_their_order_past_four_digits():
    assert rules.scenario_number("SZ", 2026, 42) == "SZ-2026-0042"
    assert rules.scenario_number("SZ", 2026, 12345) == "SZ-2026-12345"
    assert rules.sequence_of("SZ-2026-0042") == 42
    assert rules.sequence_of("SZ-2026-12345") == 12345
