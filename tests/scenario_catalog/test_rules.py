"""The lifecycle tables and the rules about time and numbers, exhaustively."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.lifecycle import LifecycleError
from scenario_catalog import rules
from scenario_catalog.rules import BATCH, SCENARIO

KINDS = ("agency", "enterprise", "operator", "auditor")
ROLES = (
    "",
    "anyone",
    "system",
    *(f"{kind}-{role}" for kind in KINDS for role in ("owner", "approver", "member", "evaluator", "reader")),
)
VERBS = sorted({move.verb for move in SCENARIO.moves})
FACTS = {"is_open": False, "reason": "no_bids", "words": "中标人放弃"}

DRAFTERS = {"agency-owner", "agency-approver", "agency-member"}
APPROVERS = {"agency-owner", "agency-approver"}
REVIEWERS = {"operator-owner", "operator-approver", "operator-member"}
PUBLISHERS = {"operator-owner", "operator-approver"}

# Written out by hand, apart from the table: from, verb, to, who.
ALLOWED = {
    ("draft", "submit"): ("in_review", APPROVERS),
    ("in_review", "recall"): ("draft", DRAFTERS),
    ("in_review", "return"): ("returned", REVIEWERS),
    ("returned", "submit"): ("in_review", APPROVERS),
    ("in_review", "approve"): ("approved", REVIEWERS),
    ("approved", "return"): ("returned", REVIEWERS),
    ("approved", "publish"): ("open", PUBLISHERS),
    ("open", "evaluate"): ("evaluating", APPROVERS),
    ("evaluating", "shortlist"): ("finalists", APPROVERS),
    ("finalists", "notice"): ("noticed", APPROVERS),
    ("noticed", "award"): ("awarded", APPROVERS),
    ("awarded", "pilot"): ("piloting", APPROVERS),
    ("piloting", "land"): ("landed", PUBLISHERS),
    ("awarded", "unaward"): ("finalists", APPROVERS),
    ("piloting", "unaward"): ("finalists", APPROVERS),
    **{
        (state, "fail"): ("failed", APPROVERS | PUBLISHERS)
        for state in ("open", "evaluating", "finalists", "noticed", "awarded", "piloting")
    },
    **{
        (state, "cancel"): ("cancelled", APPROVERS | PUBLISHERS)
        for state in (
            "draft", "in_review", "returned", "approved", "open", "evaluating", "finalists", "noticed",
        )
    },
}  # fmt: skip


@dataclass
class Case:
    status: str
    deadline: date


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", SCENARIO.states)
def test_each_verb_in_each_state_for_each_role(state: str, role: str):
    for verb in VERBS:
        facts = {**FACTS, "reason": "need_changed"} if verb == "cancel" else FACTS
        target, roles = ALLOWED.get((state, verb), ("", set()))
        if role in roles | ({"system"} if target else set()):
            assert SCENARIO.check(state, verb, role, **facts) == target
        else:
            with pytest.raises(LifecycleError):
                SCENARIO.check(state, verb, role, **facts)


def test_the_table_has_nothing_else():
    assert {(move.source, move.verb) for move in SCENARIO.moves} == set(ALLOWED)


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
        assert ALLOWED[state, verb][0] == target
        assert state not in {"landed", "failed", "cancelled"}
        state = target
        path.append(state)
    if "landed" in path:
        assert path.index("open") < path.index("evaluating") < path.index("awarded") < path.index("piloting")


@pytest.mark.parametrize(
    ("state", "verb", "role", "target"),
    [
        ("draft", "schedule", "operator-approver", "scheduled"),
        ("scheduled", "unschedule", "operator-owner", "draft"),
        ("draft", "publish", "operator-approver", "published"),
        ("scheduled", "publish", "system", "published"),
        ("published", "publish", "operator-owner", None),
        ("published", "unschedule", "operator-owner", None),
        ("draft", "publish", "operator-member", None),
        ("draft", "publish", "agency-owner", None),
    ],
)
def test_batches(state: str, verb: str, role: str, target: str | None):
    if target:
        assert BATCH.check(state, verb, role) == target
    else:
        with pytest.raises(LifecycleError):
            BATCH.check(state, verb, role)


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
