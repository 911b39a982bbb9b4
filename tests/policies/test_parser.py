"""What the parser takes, what it refuses, and that it never changes or loses a word."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import ROOT
from core.typed import UNSEEN
from policies.parser import ParsedPolicy, PolicyFormatError, parse

PLAN = (ROOT / "policies/corpus/shenzhen-ai-pioneer-city-2024.md").read_text(encoding="utf-8")
SECOND = Path(__file__).with_name("second.md").read_text(encoding="utf-8")

HEAD = "---\nid: x-1\ntitle: 标题\nissued: 2025-01-02\n---\n\n"
BODY = "## 一、总则\n\n### (一)目标。\n\n正文。\n"


def test_the_plan():
    policy = parse(PLAN)
    assert (policy.id, policy.issued, policy.language) == ("shenzhen-ai-pioneer-city-2024", date(2024, 7, 30), "zh-CN")
    assert [article.ordinal for article in policy.articles] == list(range(1, 23))
    assert policy.articles[9].label == "(十)"
    assert policy.articles[9].chapter == "四、深化全域全时全场景应用,打造场景应用先锋"
    assert policy.articles[21].label == "(二十二)"
    assert policy.asides == []
    for article in policy.articles:
        heading, _, body = article.text.partition("\n")
        assert f"### {heading}\n\n{body}\n" in PLAN
        assert PLAN.split("\n")[article.line - 1] == f"### {heading}"


def test_a_regulation_with_text_outside_its_articles():
    policy = parse(SECOND)
    assert [(a.ordinal, a.label, a.chapter[:3]) for a in policy.articles] == [
        (1, "第一条", "第一章"),
        (2, "第二条", "第一章"),
        (3, "（一）", "第二章"),
        (4, "（二）", "第二章"),
        (5, "（一）", "第三章"),
    ]
    assert policy.articles[1].text == "第二条 本措施所称“企业”，是指在本市登记的企业。"
    assert policy.articles[2].text == (
        "（一）算力补贴。\n对符合条件的企业，按实际支出的20%给予补贴，\n最高５００万元。\n\n同一企业每年只能申请一次。"
    )
    assert [(aside.before, aside.text) for aside in policy.asides] == [
        (1, "为加快人工智能应用，制定本措施。"),
        (3, "本章所列资金由市财政安排。"),
        (6, "“场景”指可落地的应用。"),
    ]


MALFORMED = {
    "empty": ("", 1, "缺少文件头"),
    "no front matter": (BODY, 1, "缺少文件头"),
    "front matter not closed": ("---\nid: x\ntitle: y\n\n" + BODY, 1, "没有结束"),
    "not YAML": ("---\nid: x\ntitle: [y\n---\n" + BODY, 3, "YAML"),
    "colon in an unquoted title": ("---\nid: x\ntitle: 方案: 细则\n---\n" + BODY, 3, "YAML"),
    "a list instead of names": ("---\n- x\n---\n" + BODY, 2, "名称: 内容"),
    "no id": ("---\ntitle: y\n---\n" + BODY, 1, "缺少 id"),
    "empty id": ("---\ntitle: y\nid:\n---\n" + BODY, 3, "缺少 id"),
    "no title": ("---\nid: x\n---\n" + BODY, 1, "缺少 title"),
    "id with capitals": ("---\nid: Plan\ntitle: y\n---\n" + BODY, 2, "id “Plan”无效"),
    "id with a slash": ("---\ntitle: y\nid: a/b\n---\n" + BODY, 3, "id “a/b”无效"),
    "id in Chinese": ("---\ntitle: y\nid: 方案\n---\n" + BODY, 3, "无效"),
    "id too long": (f"---\nid: {'x' * 65}\ntitle: y\n---\n" + BODY, 2, "超过 64"),
    "id twice": ("---\nid: x\nid: z\ntitle: y\n---\n" + BODY, 3, "出现了两次"),
    "title as a list": ("---\nid: x\ntitle:\n  - y\n---\n" + BODY, 3, "一行文字"),
    "impossible date": ("---\nid: x\ntitle: y\nissued: 2024-02-30\n---\n" + BODY, 4, "不是有效日期"),
    "date in another form": ("---\nid: x\ntitle: y\nissued: 2024年7月\n---\n" + BODY, 4, "不是有效日期"),
    "no articles": (HEAD + "## 一、总则\n\n正文。\n", 9, "没有条文"),
    "nothing but front matter": (HEAD, 5, "没有条文"),
    "article outside a section": (HEAD + "### (一)目标。\n\n正文。\n", 7, "不在任何章节"),
    "fourth level": (HEAD + BODY + "\n#### 1\n\n细则。\n", 13, "4 级标题"),
    "title after a section": (HEAD + BODY + "\n# 又一个\n", 13, "文件名称"),
    "two titles": (HEAD + "# 一\n\n# 二\n\n" + BODY, 9, "文件名称"),
    "no blank after the mark": (HEAD + BODY + "\n###(二)又。\n\n正文。\n", 13, "缺少空格"),
    "heading without words": (HEAD + BODY + "\n###\n\n正文。\n", 13, "没有文字"),
    "empty article": (HEAD + BODY + "\n### (二)又。\n\n  \n## 二、\n", 13, "没有内容"),
    "empty last article": (HEAD + BODY + "\n### 第二条 又\n", 13, "没有内容"),
    "number twice": (HEAD + BODY + "\n### （1）又。\n\n正文。\n", 13, "重复，第 9 行"),
    "number twice across chapters": (
        HEAD + BODY + "### (二)乙。\n\n文。\n\n## 二、\n\n### (二)丙。\n\n文。\n",
        18,
        "“(二)”重复",
    ),
    "clause twice across chapters": (
        HEAD + "## 一、\n\n### 第一条 甲\n\n文。\n\n## 二、\n\n### 第1条 乙\n\n文。\n",
        15,
        "“第1条”重复",
    ),
    "unnumbered heading twice": (HEAD + "## 一、\n\n### 甲\n\n文。\n\n### 甲\n\n文。\n", 13, "“甲”重复"),
    "heading too long": (HEAD + f"## {'长' * 256}\n", 7, "超过 255"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_refused_with_line_and_reason(name):
    text, line, reason = MALFORMED[name]
    with pytest.raises(PolicyFormatError) as caught:
        parse(text)
    assert (caught.value.line, reason in caught.value.reason) == (line, True), str(caught.value)


def test_the_malformed_files_fail_only_by_what_their_name_says():
    assert len(parse(HEAD + BODY).articles) == 1


def test_windows_line_ends_byte_order_mark_and_invisible_characters_change_nothing():
    dirty = "\ufeff" + PLAN.replace("\n", "\r\n").replace("算力", "算\u200b\x00力\U000e0041")
    assert parse(dirty) == parse(PLAN)


def test_decomposed_characters_are_composed():
    policy = parse(HEAD + BODY.replace("正文", "cafe\u0301"))
    assert policy.articles[0].text == "(一)目标。\ncafé。"


WORDS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Mn"], exclude_characters="#"),
        min_size=1,
        max_size=30,
    )
    .filter(lambda text: not UNSEEN.search(text))
    .map(lambda text: f"文{text}文")
)
BODIES = st.lists(WORDS, min_size=1, max_size=4).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(WORDS, BODIES), min_size=1, max_size=4), min_size=1, max_size=3))
def test_every_word_is_kept_in_its_article(chapters):
    source, expected = HEAD, []
    for number, articles in enumerate(chapters, 1):
        source += f"## 第{number}章\n\n"
        for heading, body in articles:
            expected.append(f"第{len(expected) + 1}条 {heading}\n{body}")
            source += f"### 第{len(expected)}条 {heading}\n\n{body}\n\n"
    assert [a.text for a in parse(source).articles] == [unicodedata.normalize("NFC", text) for text in expected]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["", HEAD, "---\n", HEAD + BODY]))
def test_any_text_is_read_or_refused(text, start):
    found = read_or_refused(start + text)
    if isinstance(found, PolicyFormatError):
        assert 1 <= found.line <= len((start + text).replace("\r", "\n").split("\n"))
    else:
        assert found.articles


def read_or_refused(text: str) -> ParsedPolicy | PolicyFormatError:
    try:
        return parse(text)
    except PolicyFormatError as error:
        return error
