"""Marking words in a text: escaped, verbatim, whole words."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text import tokens
from scenario_catalog.marking import mark, mark_all, worth_marking


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("社区影像初筛", {"影像"}, "社区<mark>影像</mark>初筛"),
        ("影像影像", {"影像"}, "<mark>影像影像</mark>"),
        ("医療影像", {"医疗"}, "<mark>医療</mark>影像"),
        ("ＡＩ质检", {"ai"}, "<mark>ＡＩ</mark>质检"),
        ("用AI看AIR", {"ai"}, "用<mark>AI</mark>看AIR"),
        ("准确率95%和195%", {"95"}, "准确率<mark>95</mark>%和195%"),
        ("A<b>影像</b>&amp;", {"影像"}, "A&lt;b&gt;<mark>影像</mark>&lt;/b&gt;&amp;amp;"),
        ("<script>alert(1)</script>", {"script"}, "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt;"),
        ("机器人巡检", {"机器", "机器人"}, "<mark>机器人</mark>巡检"),
    ],
)
def test_words_are_marked(text: str, words: set[str], marked: str):
    assert mark(text, words) == marked


def test_nothing_to_mark_is_none():
    assert mark("影像", {"天气"}) is None
    assert mark("影像", set()) is None
    assert mark("", {"影像"}) is None


@given(st.text(), st.lists(st.text(max_size=4), max_size=4))
def test_the_text_is_whole_and_safe(text: str, words: list[str]):
    found = mark(text, words)
    if found is not None:
        assert unescape(re.sub("</?mark>", "", found)) == unescape(
            str(mark_all(text)).removeprefix("<mark>").removesuffix("</mark>")
        )
        assert found.count("<mark>") == found.count("</mark>") > 0
        assert not re.search(r"<(?!/?mark>)", found)


def test_single_characters_are_marked_only_when_there_is_nothing_longer():
    assert "片子" in worth_marking(tokens("看片子太慢"))
    assert all(len(word) > 1 for word in worth_marking(tokens("看片子太慢")))
    assert worth_marking(["看"]) == {"看"}
    assert worth_marking(["的", "什么"]) == set()
