"""Points, prices and ranks, over plain values."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.calls.rules import PRICE, Criterion, Level, Terms
from marketplace.evaluation import rules
from marketplace.evaluation.rules import Offer

NOW = datetime(2026, 5, 1, tzinfo=UTC)
RUBRIC = (Level(100, "优"), Level(60, "中"), Level(0, "差"))
TERMS = Terms(
    criteria=(
        Criterion("a", "方案", 50, 60, rubric=RUBRIC),
        Criterion("b", "团队", 30, rubric=RUBRIC),
        Criterion("p", "报价", 20, kind=PRICE),
    )
)


def sheet(a: float, b: float) -> dict[str, dict[str, float]]:
    return {"a": {"points": a}, "b": {"points": b}}


@pytest.mark.parametrize(
    ("typed", "points"),
    [("0", 0), ("100", 100), (" 87.5 ", 87.5), ("7", 7), ("100.0", 100)],
)
def test_points_are_read(typed: str, points: float) -> None:
    assert rules.read_points(typed) == points


@pytest.mark.parametrize(
    "typed", ["", "-1", "101", "100.1", "87.55", "1e2", "九十", "８０", "nan", "inf", "0x10", "1 0"]
)
def test_what_is_no_points_is_refused(typed: str) -> None:
    assert rules.read_points(typed) is None


def test_the_technical_total_is_weighted_and_rounds_half_up() -> None:
    assert rules.technical_total(sheet(90, 80), TERMS) == Decimal("69.00")
    assert rules.technical_total(sheet(87.1, 33.3), TERMS) == Decimal("53.54")
    assert rules.technical_total(sheet(0.1, 0.1), TERMS) == Decimal("0.08")


def test_a_minimum_is_passed_from_its_points_on() -> None:
    assert rules.passes(sheet(60, 0), TERMS)
    assert not rules.passes(sheet(59.9, 100), TERMS)


def test_what_lacks_points_is_named() -> None:
    assert rules.missing({"a": {"points": None}}, TERMS.technical) == ["方案", "团队"]
    assert rules.missing(sheet(0, 0), TERMS.technical) == []


def test_spread_and_mean() -> None:
    assert rules.spread([60, 85, 70]) == 25
    assert rules.spread([]) == 0
    assert rules.mean([80, 85, 90.5]) == 85.2
    assert rules.mean([]) == 0


def test_the_lowest_price_gets_the_whole_weight() -> None:
    places = rules.ranking(
        [
            Offer(1, Decimal(60), passed=True, price=Decimal(100)),
            Offer(2, Decimal(70), passed=True, price=Decimal(300)),
            Offer(3, Decimal(79), passed=False, price=Decimal(10)),
        ],
        20,
    )
    assert [(one.bid, one.price_points, one.total, one.rank) for one in places] == [
        (1, Decimal("20.00"), Decimal("80.00"), 1),
        (2, Decimal("6.67"), Decimal("76.67"), 2),
        (3, None, None, None),
    ]


def test_equal_totals_share_a_rank_and_the_next_one_is_skipped() -> None:
    offers = [Offer(number, Decimal(points), passed=True) for number, points in ((1, 70), (2, 80), (3, 70), (4, 60))]
    assert [(one.bid, one.rank) for one in rules.ranking(offers, None)] == [(2, 1), (1, 2), (3, 2), (4, 4)]


def test_a_price_of_nothing_is_no_division_by_zero() -> None:
    offers = [
        Offer(1, Decimal(60), passed=True, price=Decimal(0)),
        Offer(2, Decimal(60), passed=True, price=Decimal(5)),
    ]
    assert [one.price_points for one in rules.ranking(offers, 20)] == [Decimal(20), Decimal("0.00")]


@pytest.mark.parametrize("price", [None, {}, {"amount": ""}, {"amount": "-1"}, {"amount": "NaN"}, {"amount": "many"}])
def test_a_price_that_cannot_be_read_is_none(price: dict[str, str] | None) -> None:
    assert rules.read_price(price) is None


def test_a_price_is_exact() -> None:
    assert rules.read_price({"amount": "123.45"}) == Decimal("123.45")


@given(
    st.lists(
        st.tuples(st.decimals(0, 80, places=2), st.booleans(), st.decimals("0.01", 100_000, places=2, allow_nan=False)),
        max_size=8,
    )
)
def test_a_ranking_is_whole_and_in_order(drawn: list[tuple[Decimal, bool, Decimal]]) -> None:
    offers = [Offer(number, points, passed, price) for number, (points, passed, price) in enumerate(drawn)]
    places = rules.ranking(offers, 20)
    assert sorted(one.bid for one in places) == [one.bid for one in offers]
    ranks = [one.rank for one in places if one.rank]
    assert ranks == sorted(ranks)
    assert len(ranks) == sum(one.passed for one in offers)
    for one in places:
        if one.rank:
            assert one.total is not None
            assert one.price_points is not None
            assert 0 <= one.price_points <= 20
            assert one.rank == 1 + sum((other.total or 0) > one.total for other in places)


@given(st.integers(0, 2**31 - 1), st.integers(0, 12))
def test_a_member_s_order_is_stable_and_loses_nobody(seed: int, number: int) -> None:
    rows = list(range(number))
    assert rules.in_order_of(seed, rows) == rules.in_order_of(seed, rows)
    assert sorted(rules.in_order_of(seed, rows)) == rows


def test_members_see_different_orders() -> None:
    assert len({tuple(rules.in_order_of(seed, range(6))) for seed in range(20)}) > 10


def test_names_are_covered_the_longest_first() -> None:
    text = "云影科技有限公司与云影科技各派一人"
    assert rules.without_names(text, ["云影科技", "云影科技有限公司", ""]) == "【单位名称】与【单位名称】各派一人"


@pytest.mark.parametrize(
    ("ended", "tied"),
    [
        ([], False),
        ([None], True),
        ([NOW - timedelta(days=1094)], True),
        ([NOW - timedelta(days=1096)], False),
        ([NOW - timedelta(days=2000), None], True),
    ],
)
def test_who_belongs_or_lately_belonged_to_a_bidder_is_tied(ended: list[datetime | None], tied: bool) -> None:
    assert rules.in_conflict(ended, NOW) is tied
