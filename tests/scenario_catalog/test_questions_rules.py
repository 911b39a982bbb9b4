"""Until when questions are taken, and who may know who asked."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import KINDS
from core import clock
from scenario_catalog.questions import rules
from scenario_catalog.questions.rules import Reader
from scenario_catalog.rules import SCENARIO, is_open

DEADLINE = date(2026, 12, 31)


def of(status: str = "open", deadline: date = DEADLINE) -> SimpleNamespace:
    return SimpleNamespace(status=status, deadline=deadline)


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        (datetime(2026, 12, 28, 15, 59, 59, 999999, tzinfo=UTC), True),  # 23:59:59.999999 of the last day
        (datetime(2026, 12, 28, 16, 0, tzinfo=UTC), False),  # 00:00 of the day after
        (datetime(2026, 12, 1, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), False),  # bids are still taken, questions are not
    ],
)
def test_questions_close_at_the_end_of_the_day(now: datetime, taken: bool) -> None:
    assert rules.questions_open(of(), now, 3) is taken


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(0, 365),
    st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)
def test_the_closing_instant_is_one_and_never_after_the_deadline(deadline: date, days: int, shift: timedelta) -> None:
    scenario, closes = of(deadline=deadline), clock.end_of_day(rules.closing_day(deadline, days))
    now = closes + shift
    assert rules.questions_open(scenario, now, days) is (now < closes)
    assert clock.local(closes).time().isoformat() == "00:00:00"
    assert not rules.questions_open(scenario, now, days) or is_open(scenario, now)


@pytest.mark.parametrize("status", sorted(SCENARIO.states.keys() - {"open"}))
def test_only_an_open_scenario_takes_questions(status: str) -> None:
    assert not rules.questions_open(of(status), datetime(2026, 12, 1, tzinfo=UTC), 3)


def test_bids_are_opened_by_the_move_to_evaluation() -> None:
    moves = [SimpleNamespace(status=status) for status in ("in_review", "approved", "open", "cancelled")]
    assert not rules.bids_opened(moves)
    assert rules.bids_opened([*moves, SimpleNamespace(status="evaluating")])


@pytest.mark.parametrize(("kind", "organisation", "opened"), [*product(KINDS, (1, 2, 3, None), (False, True))])
def test_who_may_know_who_asked(kind: str, organisation: int | None, opened: bool) -> None:
    asker, agency = 1, 2
    expected = {
        "enterprise": organisation == asker,
        "agency": opened and organisation == agency,
        "operator": opened and organisation is not None,
        "auditor": False,
    }[kind]
    assert rules.may_see_asker(Reader(kind, organisation), asker, agency, opened=opened) is expected


def test_nobody_signed_in_knows_nothing() -> None:
    assert not rules.may_see_asker(Reader(rules.kind_of("anyone"), None), 1, 2, opened=True)


def test_a_question_like_another_is_found() -> None:
    others = {1: "脱敏影像可以带离医院吗？", 2: "驻场人员需要几人？"}
    assert rules.alike("脱敏影像能带离医院吗？", others) == 1
    assert rules.alike("验收由谁组织？", others) is None
    assert rules.alike("验收由谁组织？", {}) is None


def test_personal_data_is_warned_of() -> None:
    assert rules.warnings("接口文档何时提供？") == []
    (said,) = rules.warnings("请回电 13900001234 或写信到 a@example.org")
    assert "手机号、邮箱地址" in said


@pytest.mark.parametrize("text", ["我司云影科技有限公司可以参加吗", "云影科技 有限公司想问", "云影科技\n有限公司"])
def test_the_askers_name_is_noticed(text: str) -> None:
    assert rules.names_asker(text, ["云影科技有限公司"])
    assert not rules.names_asker(text, ["别的公司", ""])
