"""Money, dates and masked telephones as people write them."""

from datetime import UTC, date, datetime

import pytest

from core import formats


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (None, None, "面议"),
        (120, 120, "120万元"),
        (120, 200, "120–200万元"),
        (None, 300, "不高于300万元"),
        (80, None, "不低于80万元"),
        (9000, 12000, "9000万元–1.2亿元"),
    ],
)
def test_budget(low: int | None, high: int | None, text: str) -> None:
    assert formats.budget(low, high) == text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("139 0000 1234", "139 **** 1234"),
        ("13900001234", "139 **** 1234"),
        ("李工 139-0000-1234 / 0755-00001234", "李工 139 **** 1234 / 0755-00001234"),
        ("0755-00001234", "0755-00001234"),
        ("1234567890123456", "1234567890123456"),
    ],
)
def test_mobile_numbers_are_masked_and_office_numbers_are_not(given: str, shown: str) -> None:
    assert formats.masked_phone(given) == shown


def test_days_and_moments_are_the_citys() -> None:
    late = datetime(2026, 3, 17, 17, 30, tzinfo=UTC)
    assert formats.day(late) == "2026年3月18日"
    assert formats.day(date(2026, 12, 1)) == "2026年12月1日"
    assert formats.moment(late) == "2026年3月18日 01:30"


def test_a_written_day_is_read_and_other_texts_are_left() -> None:
    assert [formats.written_day(text) for text in ("2026-03-08", "", "〔已删除〕")] == [
        "2026年3月8日",
        "",
        "〔已删除〕",
    ]


def test_text_fragment_is_safe_in_an_address() -> None:
    assert formats.text_fragment("a-b,c 和") == ":~:text=a%2Db%2Cc%20%E5%92%8C"
