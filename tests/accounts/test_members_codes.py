"""The unified social credit code: what is sound, and which rule is named for what is not."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from accounts.members import codes

pytestmark = pytest.mark.usefixtures("app")

# The bodies of codes that stand in public registers, of an enterprise, a ministry, and others.
KNOWN = ["91110000600037341L", "11100000000013338W", "91440300708461136T"]
CHECK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _weighed(body: str) -> str:
    """Return the check character by the standard's own words, apart from the library."""
    total = sum(codes.SYMBOLS.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(body))
    return codes.SYMBOLS[-total % 31]


def sound() -> st.SearchStrategy[str]:
    heads = st.sampled_from(sorted(codes.AUTHORITIES))
    regions = st.from_regex(r"[0-9]{7}", fullmatch=True)
    bodies = st.text(codes.SYMBOLS, min_size=9, max_size=9)
    return st.tuples(heads, regions, bodies).map("".join).map(lambda body: body + _weighed(body))


@pytest.mark.parametrize("code", KNOWN)
def test_codes_of_public_registers_are_sound(code: str):
    assert codes.problem(code) is None


@CHECK
@given(sound())
def test_every_code_with_its_check_character_is_sound_and_the_library_agrees(app: Flask, code: str):
    assert codes.problem(code) is None
    assert uscc.is_valid(code) is code[0].isdigit()


@CHECK
@given(sound(), st.integers(0, 17), st.sampled_from(codes.SYMBOLS))
def test_no_code_with_one_character_changed_is_sound(app: Flask, code: str, place: int, symbol: str):
    changed = code[:place] + symbol + code[place + 1 :]
    assert (codes.problem(changed) is None) is (changed == code)


@CHECK
@given(sound(), st.integers(0, 16))
def test_no_code_with_two_neighbours_exchanged_is_sound(app: Flask, code: str, place: int):
    changed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (codes.problem(changed) is None) is (changed == code)


@CHECK
@given(st.text(max_size=40))
def test_any_text_gets_an_answer(app: Flask, text: str):
    found = codes.problem(codes.compact(text))
    assert found is None or found.endswith(("位", "）", "代码", "”", "核对"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "应为 18 位，现为 0 位"),
        ("9111000060003734", "现为 16 位"),
        ("91110000600037341L0", "现为 19 位"),
        ("9111000060O037341I", "不该出现的字符：O、I"),
        ("91110000600037341l", "不该出现的字符：l"),
        ("B1110000600037341L", "第 1 位“B”不是登记管理部门代码"),
        ("911100A0600037341L", "应为数字，现为“11100A0”"),
        ("911100006000373410", "逐位核对"),
    ],
)
def test_the_message_names_the_rule(code: str, words: str):
    assert words in (codes.problem(code) or "")


@pytest.mark.parametrize(
    "typed", [" 91110000 600037341l\n", "９１１１００００６０００３７３４１Ｌ", "911100-00600037341-L"]
)
def test_what_people_paste_is_made_plain(typed: str):
    assert codes.compact(typed) == KNOWN[0]


def test_the_first_character_tells_who_registered_it():
    assert [codes.authority(code) for code in KNOWN[:2]] == ["市场监管", "机构编制"]
