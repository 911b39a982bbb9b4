"""Personal data goes, everything else stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.masking import mask
from core.personal_data import CHECKS, WEIGHTS, is_bank_card, is_id_card


def id_card(digits: list[int], year: int, month: int, day: int) -> str:
    body = "".join(map(str, digits[:6])) + f"{year}{month:02d}{day:02d}" + "".join(map(str, digits[6:]))
    return body + CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def bank_card(digits: list[int]) -> str:
    body = "6" + "".join(map(str, digits))
    return next(
        body + str(last) for last in range(10) if is_bank_card(body + str(last)) or len(set(body + str(last))) == 1
    )


digit = st.integers(0, 9)
around = st.text("的我叫,，。 是卡号abc", max_size=8)
id_cards = st.builds(
    id_card,
    st.lists(digit, min_size=9, max_size=9),
    st.integers(1900, 2026),
    st.integers(1, 12),
    st.integers(1, 28),
)
mobiles = st.builds(lambda second, rest: f"1{second}{rest}", st.integers(3, 9), st.from_regex(r"\A\d{9}\Z"))
bank_cards = st.builds(bank_card, st.lists(digit, min_size=14, max_size=17))


@given(around, id_cards, around)
def test_an_id_card_never_stays(before: str, number: str, after: str) -> None:
    masked = mask(f"{before}，{number}，{after}")
    assert number not in masked
    assert "[身份证号]" in masked


@given(around, mobiles, around)
def test_a_mobile_number_never_stays(before: str, number: str, after: str) -> None:
    masked = mask(f"{before}，{number}，{after}")
    assert number not in masked
    assert "[手机号]" in masked


@given(around, bank_cards)
def test_a_bank_card_never_stays(before: str, number: str) -> None:
    assert number not in mask(f"{before}，{number}，")


@given(st.text(max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text("一二三政策资助万元%.,，。0123456789", max_size=40).filter(lambda text: not re.search(r"\d{11}", text)))
def test_figures_of_a_question_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("11010519491231002X", "[身份证号]"),
        ("11010519491231002x", "[身份证号]"),
        ("110105194912310021", "110105194912310021"),
        ("+86 138-1234-5678", "[手机号]"),
        ("0755-12345678", "0755-12345678"),
        ("4111 1111 1111 1111", "[银行卡号]"),
        ("投入20000000元", "投入20000000元"),
        ("2048程序员社区", "2048程序员社区"),
    ],
)
def test_known_forms(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_checksums() -> None:
    assert is_id_card("11010519491231002X")
    assert not is_id_card("110105194912310028")
    assert is_bank_card("4111111111111111")
    assert not is_bank_card("4111111111111112")
    assert not is_bank_card("0000000000000000")
