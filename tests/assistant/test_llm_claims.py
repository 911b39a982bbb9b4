"""Claims out of what a model sends: in any of the shapes models give JSON, in any pieces, and nothing but claims."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.claims import Claim, Reader
from tests.assistant.model_server import claim

ONE, TWO = claim("甲“乙”{丙}", 9, "引文\\n一"), claim("第二句", "第十条", "引文二")


def read(text: str, piece: int = 3) -> list[Claim]:
    reader = Reader()
    return [found for start in range(0, len(text), piece) for found in reader.feed(text[start : start + piece])]


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE}\n{TWO}\n",
        f"[{ONE}, {TWO}]",
        f'{{"claims": [{ONE},\n{TWO}]}}',
        f"```json\n{ONE}\n{TWO}\n```",
        f'<think>想"一想 {{ 看</think>\n{ONE}\n以下是"第二句：\n{TWO}',
        f"{ONE}{TWO}",
        json.dumps({"answer": {"claims": [json.loads(ONE), json.loads(TWO)]}}, ensure_ascii=True, indent=2),
    ],
)
@pytest.mark.parametrize("piece", [1, 4, 1000])
def test_claims_are_found_in_every_shape(text: str, piece: int) -> None:
    assert [one.article for one in read(text, piece)] == [9, 10]
    assert read(text, piece)[0].text == "甲“乙”{丙}"


@pytest.mark.parametrize(
    "text",
    [
        "软件名园奖励500万元。",
        '{"text": "甲", "article": 9}',
        '{"text": "甲", "article": 9, "quote": ["乙"]}',
        '{"text": {"b": 1}, "article": 9, "quote": "乙"}',
        '{"text": "甲", "article": true, "quote": "乙"}',
        '{"text": "甲", "article": 9.5, "quote": "乙"}',
        '{"text": "甲", "article": [9], "quote": "乙"}',
        '{"text": "甲", "article": "附件", "quote": "乙"}',
        '{"text": "甲", "article": "", "quote": "乙"}',
        '{"text": "甲", "article": 9, "quote": "乙"',
        "{'text': '甲', 'article': 9, 'quote': '乙'}",
        '{"text": "甲' + "\n" + '", "article": 9, "quote": "乙"}',
        "}" * 50 + "{" * 50,
        '{"a":' * 5000 + "1" + "}" * 5000,
        json.dumps({"note": claim("串里的", 9, "引文")}, ensure_ascii=False),
    ],
)
def test_what_is_no_claim_is_passed_over(text: str) -> None:
    assert read(text, 100) == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "article", "quote", "x"]), inner, max_size=4), max_leaves=8))  # fmt: skip
def test_any_json_is_read_without_an_error(value: Any) -> None:
    for found in read(json.dumps(value, ensure_ascii=False), 2):
        assert isinstance(found.text, str)
        assert isinstance(found.article, int)


@given(st.text('{}[]":,\\ \n甲9', max_size=40), st.integers(1, 5))
def test_any_text_is_read_without_an_error(text: str, piece: int) -> None:
    read(text, piece)


@given(st.text('{}[]":,\\ 甲', max_size=20))
def test_a_claim_is_found_after_any_line(line: str) -> None:
    assert Claim("第二句", 10, "引文二") in read(f"{line}\n{TWO}\n")
