"""A solution as plain values: round trips, what is missing, what is compared, and what is told of what was typed."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.solutions import rules
from marketplace.solutions.guidance import GUIDES
from marketplace.solutions.reading import read, typed_of
from marketplace.solutions.rules import LABELS, LONGEST, LONGEST_CASE, MOST_CASES, MOST_LINES, Case, Facts
from retrieval.text import sentences

DOMAINS = ("healthcare", "education", "smart-city", "finance", "research", "sanitation")
# What a form gives back as it was: one line without blanks at its ends, nothing that cannot be seen, no markup.
WORD = st.text(st.sampled_from("漏水点定位abcXYZ0189，。：%≤≥-<"), min_size=1, max_size=40)
LINE = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
TEXT = st.lists(LINE, min_size=0, max_size=4).map("\n".join)
CASES = st.builds(
    Case,
    client=st.just("") | LINE.filter(lambda text: len(text) <= LONGEST_CASE["client"]),
    year=st.none() | st.integers(rules.FIRST_YEAR, rules.LAST_YEAR),
    text=LINE,
    evidence=st.just("") | WORD,
)
FACTS = st.builds(
    Facts,
    name=WORD,
    summary=TEXT,
    capabilities=st.lists(LINE, max_size=5).map(tuple),
    domains=st.lists(st.sampled_from(DOMAINS), unique=True, max_size=5).map(tuple),
    indicators=st.lists(LINE, max_size=4).map(tuple),
    deployment=st.lists(st.sampled_from(sorted(rules.DEPLOYMENTS)), unique=True).map(tuple),
    data_needs=TEXT,
    compute_needs=TEXT,
    trl=st.none() | st.sampled_from(sorted(rules.TRLS)),
    cases=st.lists(CASES, max_size=4).map(tuple),
    price_model=st.just("") | LINE,
)

FULL = Facts(
    name="管道测漏",
    summary="给供水企业做夜间测漏：消火栓上装拾振器，凌晨自动采集，模型分辨漏点、用水与车流。",
    capabilities=("不停水定位",),
    domains=("smart-city",),
    trl=8,
)


@given(FACTS)
def test_what_is_stored_reads_as_what_was_said(facts: Facts) -> None:
    assert rules.facts_of(json.loads(json.dumps(rules.content_of(facts)))) == facts


@given(FACTS)
def test_a_form_gives_back_what_it_was_filled_with(facts: Facts) -> None:
    reading = read(typed_of(facts), DOMAINS)
    assert reading.facts == facts
    assert not reading.problems


def test_a_stored_version_with_unknown_fields_is_read() -> None:
    assert rules.facts_of({"name": "甲", "given_up": 1}) == Facts(name="甲")


def test_the_form_has_every_field_once() -> None:
    assert {*GUIDES} == {*LABELS}
    assert {field for field, guide in GUIDES.items() if guide.required} == {*rules.missing(Facts())}


def test_what_keeps_a_solution_from_being_public() -> None:
    assert {*rules.missing(Facts())} == {"name", "summary", "capabilities", "domains", "trl"}
    assert rules.missing(FULL) == {}
    assert {*rules.missing(replace(FULL, summary="很好" * 40))} == {"summary"}


@given(FACTS, st.lists(st.text(st.sampled_from("漏水，。测a1"), max_size=60), max_size=60))
def test_each_sentence_is_compared_once_and_no_more_than_so_many(facts: Facts, more: list[str]) -> None:
    long = replace(facts, capabilities=(*facts.capabilities, *more))
    found = rules.passages(long)
    assert len(found) <= rules.MOST_PASSAGES
    folded = ["".join(text.lower().split()) for _, text in found]
    assert len(set(folded)) == len(folded)
    texts = [long.name, long.summary, *long.capabilities, *long.indicators, *(case.text for case in long.cases)]
    known = {span.text for text in texts for span in sentences(text)}
    assert all(text in known and field in rules.SEARCHED for field, text in found)


def test_a_sentence_that_is_said_again_and_again_counts_once() -> None:
    facts = replace(FULL, capabilities=("两点定位漏点。", "两点 定位漏点。", "两点定位漏点。"))
    assert [text for field, text in rules.passages(facts) if field == "capabilities"] == ["两点定位漏点。"]
    assert len(rules.passages(replace(FULL, capabilities=tuple(f"第{n}种能力" for n in range(90))))) == 40


def test_the_same_text_in_other_blanks_and_letters_is_the_same() -> None:
    assert rules.digest(FULL) == rules.digest(replace(FULL, summary=f" {FULL.summary}\n", price_model="面议"))
    assert rules.digest(FULL) != rules.digest(replace(FULL, summary=FULL.summary + "又一句。"))


def problems(**typed: object) -> dict[str, str]:
    return dict(read({**typed_of(FULL), **typed}, DOMAINS).problems)


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"name": " \u200b "}, "name", "请填写方案名称"),
        ({"name": "长" * 61}, "name", "超出 1 字"),
        ({"summary": "字" * 20_000}, "summary", "超出 15000 字"),
        ({"summary": "好<b>产品</b>"}, "summary", "去掉网页代码“<b>”"),
        ({"data_needs": "<script src=x>"}, "data_needs", "网页代码"),
        ({"compute_needs": "<!-- 注 -->"}, "compute_needs", "网页代码"),
        ({"capabilities": "\n".join(["一"] * 21)}, "capabilities", f"最多 {MOST_LINES} 条，现在 21 条"),
        ({"capabilities": "一\n" + "长" * 301}, "capabilities", "第 2 条最多 300 字，超出 1 字"),
        ({"indicators": "长" * 201}, "indicators", "第 1 条最多 200 字"),
        ({"domains": ["magic"]}, "domains", "“magic”不在可选范围内"),
        ({"domains": list(DOMAINS)}, "domains", "最多选 5 个，现在选了 6 个"),
        ({"deployment": ["moon"]}, "deployment", "“moon”不在可选范围内"),
        ({"trl": "10"}, "trl", "“10”不是成熟度等级"),
        ({"trl": "八"}, "trl", "“八”不是成熟度等级"),
        ({"price_model": "长" * 201}, "price_model", "超出 1 字"),
        ({"cases": [{"text": "好", "year": "二〇二五"}]}, "cases", "第 1 个案例的年份：“二〇二五”不是年份"),
        ({"cases": [{"text": "好", "year": "1889"}]}, "cases", "不是年份"),
        ({"cases": [{}, {"client": "某局"}]}, "cases", "第 2 个案例的做了什么、结果如何：请写明"),
        ({"cases": [{"text": "长" * 501}]}, "cases", "超出 1 字"),
        ({"cases": [{"text": "好"}] * (MOST_CASES + 1)}, "cases", "最多 10 个案例，现在 11 个"),
    ],
)
def test_what_cannot_be_read_is_told_by_field(typed: dict[str, object], field: str, message: str) -> None:
    found = problems(**typed)
    assert {*found} == {field}
    assert message in found[field]


@pytest.mark.parametrize("text", ["响应<30ms，误差<5%且>1%", "a<b 与 c>d", "x <- y", "C<sub", "1<2>3"])
def test_figures_with_angles_are_no_markup(text: str) -> None:
    assert problems(summary=text) == {}


def test_an_empty_form_lacks_only_the_name() -> None:
    reading = read({}, DOMAINS)
    assert {*reading.problems} == {"name"}
    assert reading.facts == Facts()


def test_full_width_figures_are_figures() -> None:
    reading = read({**typed_of(FULL), "trl": "８", "cases": [{"text": "好", "year": "２０２５"}]}, DOMAINS)
    assert (reading.facts.trl, reading.facts.cases[0].year) == (8, 2025)


@given(st.dictionaries(st.sampled_from(sorted(LABELS)), st.text(max_size=80)))
def test_any_text_can_be_read(typed: dict[str, str]) -> None:
    rows = [{"client": typed.get("name", ""), "year": typed.get("trl", ""), "text": typed.get("summary", "")}]
    kept = {**typed, "cases": rows, "domains": list(typed.get("domains", "")), "deployment": []}
    assert len(read(kept, DOMAINS).facts.name) <= LONGEST["name"] or "name" in read(kept, DOMAINS).problems
