"""Personal data is found wherever it stands in a text."""

import pytest

from core.personal_data import find


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请写信到a.chen@example.org。", "a.chen@example.org"),
        ("邮箱：a@example.org", "a@example.org"),
        ("联系李工lee_2@mail.example.cn或来电", "lee_2@mail.example.cn"),
        ("mailto:a@example.org", "a@example.org"),
    ],
)
def test_an_address_is_found_right_behind_a_chinese_character_too(text: str, found: str) -> None:
    (place,) = find(text)
    assert (place.label, text[place.start : place.end]) == ("邮箱地址", found)


@pytest.mark.parametrize("text", ["价格@一览", "@某单位", "a@b", "见 user@localhost"])
def test_what_is_no_address_is_left_alone(text: str) -> None:
    assert list(find(text)) == []
