"""Milestones and what decides about them, and what the dashboard counts: without a database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from core.lifecycle import LifecycleError
from scenario_catalog.landing import counting, rules
from scenario_catalog.landing.rules import MILESTONE

AGENCY = "agency-approver"
TODAY = date(2026, 5, 10)


@dataclass(frozen=True)
class Step:
    kind: str = "acceptance"
    status: str = "scheduled"
    due: date = TODAY
    proofs: Collection[str] = ()


@dataclass(frozen=True)
class Row:
    id: int
    status: str
    finalists: bool = False
    domain: str = "healthcare"


@pytest.mark.parametrize(("verb", "target"), [("meet", "met"), ("meet_partly", "partially_met"), ("miss", "not_met")])
def test_landing_every_decision_takes_evidence(verb: str, target: str) -> None:
    assert MILESTONE.check("scheduled", verb, AGENCY, proofs=["a"], words="差一项") == target
    with pytest.raises(LifecycleError, match="材料"):
        MILESTONE.check("scheduled", verb, AGENCY, proofs=[], words="差一项")


@pytest.mark.parametrize("verb", ["meet_partly", "miss"])
def test_landing_what_was_not_reached_is_said_in_words(verb: str) -> None:
    with pytest.raises(LifecycleError, match="写明"):
        MILESTONE.check("scheduled", verb, AGENCY, proofs=["a"], words="")


@pytest.mark.parametrize("state", ["partially_met", "not_met"])
def test_landing_what_was_missed_is_met_later_by_new_evidence_only(state: str) -> None:
    assert MILESTONE.check(state, "meet", AGENCY, proofs=["a"], new_proofs=["b"]) == "met"
    with pytest.raises(LifecycleError, match="补充"):
        MILESTONE.check(state, "meet", AGENCY, proofs=["a"], new_proofs=[])


@pytest.mark.parametrize("role", ["agency-member", "enterprise-owner", "operator-owner", "auditor-owner"])
def test_landing_only_the_agency_s_approver_decides(role: str) -> None:
    with pytest.raises(LifecycleError, match="身份"):
        MILESTONE.check("scheduled", "meet", role, proofs=["a"])


def test_landing_what_is_met_stays_met() -> None:
    assert not MILESTONE.moves_from("met", AGENCY)


def test_landing_a_milestone_is_overdue_the_day_after() -> None:
    assert not rules.is_overdue(Step(due=TODAY), TODAY)
    assert rules.is_overdue(Step(due=date(2026, 5, 9)), TODAY)
    assert not rules.is_overdue(Step(due=date(2026, 5, 9), status="met"), TODAY)


def test_landing_next_is_what_is_due_first_and_undecided() -> None:
    first, later = Step(due=date(2026, 6, 1)), Step(due=date(2026, 7, 1))
    assert rules.next_step([later, first, Step(due=date(2026, 1, 1), status="met")]) is first
    assert rules.next_step([]) is None


def test_landing_the_pilot_waits_for_the_contract() -> None:
    assert rules.lacking_for_pilot([Step("contract")])
    assert rules.lacking_for_pilot([Step("pilot", "met")])
    assert rules.lacking_for_pilot([Step("contract", "met")]) is None


def test_landing_what_a_verification_misses() -> None:
    met = Step("acceptance", "met", proofs=["a"])
    assert rules.lacking_for_landing([met], "误报率降到 3%") == []
    assert rules.lacking_for_landing([met], " ") == ["还没有填写落地成效"]
    assert rules.lacking_for_landing([], "有成效") == ["还没有“项目验收”节点"]
    assert rules.lacking_for_landing([met, Step()], "有成效") == ["“项目验收”节点还没有全部达成"]
    assert rules.lacking_for_landing([Step("acceptance", "met")], "有成效") == ["“项目验收”节点没有可以查看的证明材料"]
    assert len(rules.lacking_for_landing([Step("acceptance", "not_met")], "")) == 2


@pytest.mark.parametrize(
    ("amount", "text"),
    [(8500, "8500元"), (2_186_000, "218.6万元"), (2_000_000, "200万元"), (120_000_000, "1.2亿元"), (0, "0元")],
)
def test_landing_amounts_are_written_as_people_do(amount: int, text: str) -> None:
    assert rules.money(amount) == text


def test_landing_amounts_are_exact_both_ways() -> None:
    assert rules.yuan(Decimal("218.65")) == 2_186_500
    assert rules.wan(2_186_500) == Decimal("218.65")
    assert rules.wan(None) is None


def test_dashboard_tallies_by_key() -> None:
    rows = [Row(1, "landed"), Row(2, "open"), Row(3, "piloting", domain="finance"), Row(4, "failed")]
    first, second = counting.tallies(rows, lambda row: row.domain)
    assert (first.key, first.posted, first.open, first.under_way, first.landed, first.ended) == (
        "healthcare",
        3,
        1,
        0,
        1,
        1,
    )
    assert (second.key, second.posted, second.under_way) == ("finance", 1, 1)


def test_dashboard_every_published_state_is_counted_once() -> None:
    from scenario_catalog.rules import SHOWN

    states = [state for group in counting.GROUPS.values() for state in group]
    assert sorted(states) == sorted({*SHOWN} - {"closed"})


def test_dashboard_funnel_counts_who_ever_reached_a_stage() -> None:
    rows = [Row(1, "landed", finalists=True), Row(2, "failed", finalists=True), Row(3, "open"), Row(4, "open")]
    found = counting.funnel(rows, {"matched": {1, 2, 3, 99}, "bid": None})
    assert [(one.code, one.count, one.share) for one in found] == [
        ("posted", 4, 100),
        ("matched", 3, 75),
        ("bid", None, None),
        ("finalist", 2, 50),
        ("landed", 1, 25),
    ]
    assert [one.share for one in counting.funnel([], {})] == [None, None, None]


def test_dashboard_months_have_no_gaps_and_add_up() -> None:
    found = counting.months([date(2025, 11, 30), date(2026, 1, 1), date(2026, 1, 31)], date(2026, 2, 1))
    assert [(one.year, one.month, one.landed, one.total) for one in found] == [
        (2025, 11, 1, 1),
        (2025, 12, 0, 1),
        (2026, 1, 2, 3),
        (2026, 2, 0, 3),
    ]
    assert counting.months([], date(2026, 2, 1)) == []
