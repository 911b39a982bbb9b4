"""The English gloss of a Chinese quote: values and directions are kept, and nothing is said that does not stand there."""

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering import Answering
from assistant.composing import FRAMES
from assistant.corpus import Corpus
from assistant.glossary import shipped
from assistant.glossing import PASSAGE, gloss, names
from policies.quantities import quantities
from tests.assistant.conftest import PLAN, SECOND, load
from tests.assistant.test_pages import ask
from tests.pages import PageClient, visible

ENGLISH = "What is the maximum amount for projects in the data industry chain?"
SIZES = {"": 1, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NUMBER = re.compile(r"(?<![A-Za-z])(\d[\d,]*(?:\.\d+)?)(?: (million|billion|trillion))?")
UPPER = ["不超过", "最高", "最高不超过", "不得超过", "不能高于", "不高于", "至多", "最多", "未超过", "上限为"]
LOWER = ["不少于", "不低于", "不得低于", "不得少于", "至少", "最低"]
DIGITS = "零一二三四五六七八九"


def glossed(quote: str) -> dict[str, str]:
    return {one.text: one.english for one in gloss(quote)}


def values(english: str) -> list[Decimal]:
    return [Decimal(number.replace(",", "")) * SIZES[size or ""] for number, size in NUMBER.findall(english)]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Draw a number as policies write them: 1,500, 3.5万, 二十五, 十二亿."""
    if draw(st.booleans()):
        whole = draw(st.integers(2, 9999))
        part = draw(st.sampled_from(["", ".5", ".25"]))
        written = f"{whole:,}" if draw(st.booleans()) else str(whole)
        return f"{written}{part}{draw(st.sampled_from(['', '万', '亿', '千', '百']))}"
    tens, ones = draw(st.integers(2, 9)), draw(st.integers(1, 9))
    return draw(
        st.sampled_from(
            [
                f"{DIGITS[tens]}十{DIGITS[ones]}",
                f"{DIGITS[tens]}",
                f"{DIGITS[tens]}百{DIGITS[ones]}十",
                f"{DIGITS[tens]}万",
                f"十{DIGITS[ones]}亿",
            ]
        )
    )


UNITS = st.sampled_from(["元", "家", "个", "名", "平方米", "年", "个月", "小时", "公里", "吨", "P FLOPS", "PB", "架"])


@given(numbers(), UNITS, st.sampled_from(["", *UPPER, *LOWER]), st.sampled_from(["", "左右", "以上", "以内", "以下"]))
def test_every_number_of_a_gloss_is_the_one_of_the_text(number: str, unit: str, before: str, after: str) -> None:
    quote = f"项目应当{before}{number}{unit}{'' if before else after}，另行通知"
    found = [one for one in gloss(quote) if values(one.english)]
    assert len(found) == 1
    assert values(found[0].english) == [one.exact for one in quantities(found[0].text)]
    assert quote[found[0].start : found[0].end] == found[0].text


@given(numbers(), UNITS, st.sampled_from(UPPER), st.sampled_from(LOWER))
def test_a_bound_keeps_its_direction(number: str, unit: str, upper: str, lower: str) -> None:
    assert [one.english[:6] for one in gloss(f"额度{upper}{number}{unit}。")] == ["up to "]
    assert [one.english[:9] for one in gloss(f"规模{lower}{number}{unit}。")] == ["at least "]


@given(st.integers(1, 100), st.sampled_from(["%", "百分之", "％"]), st.sampled_from(["", "不超过", "不低于"]))
def test_a_share_is_the_same_share(share: int, sign: str, bound: str) -> None:
    written = f"{sign}{share}" if sign == "百分之" else f"{share}{sign}"
    english = glossed(f"按{bound}{written}给予")[f"{bound}{written}"]
    assert english == {"": "", "不超过": "up to ", "不低于": "at least "}[bound] + f"{share}%"


@given(
    st.text(
        "不超过得最高至少低于以上内约近逾分之第到一二三十百千万亿0123456789.,，元家个年月日%P底前-~ 多余几半数",
        max_size=40,
    )
)
def test_whatever_the_text_a_gloss_invents_nothing(quote: str) -> None:
    found = gloss(quote)
    assert all(quote[one.start : one.end] == one.text for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    for one in found:
        read = [part.exact for part in quantities(one.text)]
        digits = [Decimal(part) for part in re.findall(r"\d+", one.text)]
        assert all(value in read or value in digits for value in values(one.english)), one


@pytest.mark.parametrize(
    ("quote", "text", "english"),
    [
        ("给予最高500万元资助", "最高500万元", "up to CNY 5 million"),
        ("建成不少于40个场景", "不少于40个", "at least 40"),
        ("推动40个以上场景落地", "40个以上", "at least 40"),
        ("2026年底前完成", "2026年底前", "by the end of 2026"),
        ("2024年年底前调度", "2024年年底前", "by the end of 2024"),
        ("9月底前报送", "9月底前", "by the end of September"),
        ("自2025年7月1日起", "2025年7月1日", "1 July 2025"),
        ("2026年6月前", "2026年6月前", "before June 2026"),
        ("规模达4000P FLOPS", "4000P FLOPS", "4,000 PFLOPS"),
        ("规模达4000P", "4000P", "4,000 P"),
        ("不超过项目总投入的50%", "不超过项目总投入的50%", "up to 50% of total project investment"),
        ("不高于市场价的七成", "不高于市场价的七成", "up to 70% of 市场价"),
        ("超过5000架", "超过5000架", "more than 5,000"),
        ("不足10人", "不足10人", "fewer than 10 people"),
        ("三十日内答复", "三十日内", "within 30 days"),
        ("约20家", "约20家", "about 20"),
        ("由市科技创新局负责", "市科技创新局", "Science, Technology and Innovation Bureau of Shenzhen Municipality"),
        ("在坪山区试点", "坪山区", "Pingshan District"),
        ("“鹏城云脑Ⅲ”", "鹏城云脑Ⅲ", "Pengcheng Cloud Brain III"),
        ("发放算力券", "算力券", "computing vouchers"),
    ],
)
def test_figures_dates_and_names(quote: str, text: str, english: str) -> None:
    assert glossed(quote)[text] == english


@pytest.mark.parametrize(
    "quote",
    [
        "第十二条",
        "数百家",
        "上百家",
        "三分之一",
        "200多家",
        "两年半",
        "3至5年",
        "30-50个",
        "每月7日前",
        "一批",
        "统一个",
        "2024年",
        "百家",
    ],
)
def test_what_is_no_figure_by_itself_is_left_out(quote: str) -> None:
    assert gloss(quote) == ()


@pytest.mark.parametrize("file", [PLAN, SECOND])
def test_no_figure_of_a_policy_changes(file: Path) -> None:
    for sentence in load(file).sentences:
        for one in gloss(sentence.text):
            if one.text not in names():
                read = [part.exact for part in quantities(one.text) if part.kind != "year"]
                digits = [Decimal(part) for part in re.findall(r"\d+", one.text)]
                assert all(value in read or value in digits for value in values(one.english)), one


def test_names_are_one_word_of_chinese_and_english_each() -> None:
    assert all(name.strip() == name and english.strip() == english for name, english in names().items())
    assert all(re.search("[A-Za-z]", english) and not re.search("[一-鿿]", english) for english in names().values())
    assert names()["具身智能"] == "embodied AI"
    assert names()["孵化器"] == "incubator" == next(w for w, f in shipped().english.forms.items() if "孵化器" in f)


def test_every_frame_of_english_is_a_sentence_of_its_own() -> None:
    for _, english in FRAMES.values():
        assert not english or (english[0].isupper() and english[-1] in ".:" and not re.search("[一-鿿]", english))


def test_an_english_note_names_article_and_gap(plan: Corpus, stages: Answering) -> None:
    del plan
    answer = stages.answer("Which website do I use to apply for computing vouchers?").answer
    assert answer
    assert answer.status == "partial"
    assert re.search(r"The document treats this in Article \d+.*, but does not state .*\.", answer.note)


def test_the_gloss_goes_with_an_english_question_only(reader: PageClient) -> None:
    address = ask(reader, ENGLISH)
    said = visible(reader.get(address))
    assert PASSAGE in said
    assert "最高1000万元 — up to CNY 10 million" in said
    assert "不超过项目总投入的50% — up to 50% of total project investment" in said
    exported = reader.raw.get(f"{address}/export").get_data(as_text=True)
    assert f"{PASSAGE}\n" in exported
    assert "    最高1000万元 — up to CNY 10 million\n" in exported
    chinese = ask(reader, "大数据产业链项目最高资助多少？")
    assert PASSAGE not in visible(reader.get(chinese))
    assert PASSAGE not in reader.raw.get(f"{chinese}/export").get_data(as_text=True)


def test_the_stream_carries_the_gloss(reader: PageClient) -> None:
    address = ask(reader, ENGLISH)
    streamed = reader.raw.get(f"{address}/turns/1/stream").get_data(as_text=True)
    sentences = [part for part in streamed.split("\n\n") if part.startswith("event: sentence")]
    assert any("up to CNY 10 million" in part for part in sentences)
