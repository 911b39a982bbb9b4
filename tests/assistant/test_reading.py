"""How a question is read: words, what is asked for, figures, language."""

import pytest

from assistant import glossary
from assistant.places import places_in
from assistant.quantities import quantities, value_of
from assistant.reading import read


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("软件名园奖励多少钱", "money"),
        ("封顶是多少", "cap"),
        ("按什么比例资助", "share"),
        ("要落地多少个场景", "count"),
        ("算力规模有多大", "scale"),
        ("什么时候建成", "when"),
        ("建在哪里", "where"),
        ("由哪个部门负责", "department"),
        ("怎么申请", "procedure"),
        ("要交哪些材料", "materials"),
        ("联系电话是多少", "contact"),
        ("在哪个网站", "portal"),
        ("哪些企业可以申请", "eligibility"),
        ("How much money can we get?", "money"),
        ("When does it end?", "when"),
        ("How do I apply?", "procedure"),
    ],
)
def test_what_is_asked_for(text: str, slot: str) -> None:
    assert slot in read(text).slot_names


@pytest.mark.parametrize("text", ["算力券", "在哪些领域开展试点", "有没有支持机器人的内容"])
def test_no_figure_is_asked_for(text: str) -> None:
    assert not read(text).slot_names & {"money", "share", "count", "procedure", "when"}


def test_peoples_words_are_read_as_the_policys() -> None:
    forms = {form for term in read("无人车的补贴").terms for form in term.forms}
    assert {"智能网联汽车", "资助"} <= forms


def test_a_word_inside_a_longer_one_is_left_alone() -> None:
    assert "智能制造示范工厂" in {term.text for term in read("智能制造示范工厂怎么规划").terms} | {
        "智能制造示范工厂"
        if {"智能制造", "示范工厂"} <= {term.text for term in read("智能制造示范工厂怎么规划").terms}
        else ""
    }


def test_english_words_bring_chinese_ones() -> None:
    question = read("Which vouchers are there for computing power?")
    assert question.english
    assert "算力券" in {form for term in question.terms for form in term.forms}


def test_traditional_and_full_width_read_alike() -> None:
    assert read("軟件名園獎勵ＡＩ").terms == read("软件名园奖励AI").terms


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("500万元", "money", 5e6),
        ("1.2亿元", "money", 1.2e8),
        ("给300万", "money", 3e6),
        ("三十万元", "money", 3e5),
        ("50%", "share", 50),
        ("百分之三十", "share", 30),
        ("三成", "share", 30),
        ("一半", "share", 50),
        ("全额", "share", 100),
        ("30000P", "computing", 30000),
        ("三万p", "computing", 30000),
        ("两年", "time", 2),
        ("2024年年底", "year", 2024),
        ("1,500万元", "money", 1.5e7),
        ("15家", "count", 15),
        ("1千万亿字节", "data", 1e15),
    ],
)
def test_quantities_have_values(text: str, kind: str, value: float) -> None:
    found = next(quantities(text.lower()))
    assert (found.kind, found.value) == (kind, value)


def test_what_is_no_number_has_no_value() -> None:
    assert value_of("若干") is None
    assert value_of("二百五十") == 250
    assert value_of("二〇二四") == 2024


def test_the_askers_own_figures_are_no_claims() -> None:
    assert read("我们总投入2000万,能拿400万吧").claims[0].value == 4e6
    assert read("一次性奖励是多少").claims == ()


def test_articles_are_read_in_every_form() -> None:
    assert read("第九条说什么").articles == (9,)
    assert read("第（十二）条、第3条").articles == (12, 3)
    assert read("What does article 10 say?").articles == (10,)


def test_what_is_set_aside_is_no_topic() -> None:
    assert "监管" not in "".join(term.text for term in read("除了监管试点，数据方面做什么").terms)


def test_places_elsewhere_are_seen_as_words() -> None:
    assert places_in("上海和广州市的政策") == ["上海", "广州"]
    assert places_in("an example of xi'an") == ["xi'an"]
    assert places_in("this example") == []


def test_a_bad_line_of_the_glossary_is_named() -> None:
    with pytest.raises(ValueError, match="line 2"):
        glossary.read("补贴: 资助\n没有冒号")
    assert glossary.chinese().forms
    assert glossary.english().forms
