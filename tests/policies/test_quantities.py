"""The one reader of amounts and dates."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.quantities import amount_of, dates, even, quantities, value_of


@pytest.mark.parametrize(
    ("text", "kind", "exact", "unit"),
    [
        ("最高1,500万元", "money", Decimal(15_000_000), "元"),
        ("５００万元", "money", Decimal(5_000_000), "元"),
        ("给500万", "money", Decimal(5_000_000), "元"),
        ("七成", "share", Decimal(70), "%"),
        ("百分之三十五", "share", Decimal(35), "%"),
        ("12.5％", "share", Decimal("12.5"), "%"),
        ("0.1亿元", "money", Decimal(10_000_000), "元"),
        ("4000P FLOPS", "computing", Decimal(4000), "P FLOPS"),
        ("1千万亿字节", "data", Decimal(10**15), "字节"),
        ("3.2平方公里", "area", Decimal(3_200_000), "平方米"),
        ("2公顷", "area", Decimal(20_000), "平方米"),
        ("不少于40学时", "time", Decimal(40), "学时"),
        ("50吨", "count", Decimal(50), "吨"),
        ("2024年", "year", Decimal(2024), "年"),
    ],
)
def test_amounts(text, kind, exact, unit):
    (found,) = quantities(text)
    assert (found.kind, found.exact, found.unit) == (kind, exact, unit)
    assert text[found.start : found.end] == found.text
    assert found.value == float(exact)


@pytest.mark.parametrize("text", ["零部件", "3支持", "C-V2X与5G", "GPT-4个人版", "一次性", "第一"])
def test_what_is_no_amount(text):
    assert list(quantities(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年年底前", ["2024年年底"]),
        ("2025年3月1日起至2028年2月", ["2025年3月1日", "2028年2月"]),
        ("每年3月和9月", ["3月", "9月"]),
        ("2026年第三季度", ["2026年第三季度"]),
        ("２０２７年６月底", ["２０２７年６月底"]),
        ("3个月", []),
        ("2010年代", []),
    ],
)
def test_dates(text, expected):
    assert [one.text for one in dates(text)] == expected


def test_values():
    assert (amount_of("1,500万"), amount_of("二十五"), amount_of("万元")) == (Decimal(15_000_000), Decimal(25), None)
    assert (value_of("1.2亿"), value_of("几个")) == (120_000_000.0, None)


@given(st.text(max_size=60))
def test_offsets_hold_in_any_text(text):
    assert len(even(text)) == len(text)
    for found in [*quantities(text), *dates(text)]:
        assert text[found.start : found.end] == found.text
