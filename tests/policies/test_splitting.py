"""Which paragraph is what: documents of many forms, and the plan with its Markdown taken off."""

import re
from pathlib import Path

import pytest

from policies.drafts.composing import compose, outline
from policies.drafts.markdown import about_of
from policies.drafts.marks import mark_of, without_mark
from policies.drafts.rules import ARTICLE, ASIDE, BODY, CHAPTER, OMITTED, TITLE, Paragraph
from policies.drafts.sources import Source
from policies.drafts.splitting import propose
from policies.parser import parse

PLAN = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md").read_text(encoding="utf-8")

# Roles as the documents below write them: one letter before each paragraph.
LETTERS = {"t": TITLE, "c": CHAPTER, "r": ARTICLE, "b": BODY, "s": ASIDE, "o": OMITTED}

MEASURES = """
s 临海市人民政府文件
s 临府规〔2025〕3号
t 临海市数据管理办法（试行）
s （2025年1月3日市政府常务会议通过）
o 目　录
o 第一章 总则
o 第二章 数据开放
c 第一章 总则
r 第一条 为了规范数据管理，制定本办法。
r 第二条（定义）
b 本办法所称数据，是指下列信息：
b （一）文字；
b （二）图像。
r 第三条 市政务数据部门负责数据管理工作。
b 区政务数据部门负责本辖区的数据管理工作。
b 第二条所称图像，不包括视频。
c 第二章 数据开放
r 第三条之一 数据分为下列三类：
b 1．无条件开放；
b 2．有条件开放。
r 第四条 本办法自2025年3月1日起施行，有效期五年。
s 临海市人民政府
s 2025年1月10日
c 附件1
s 1. 数据分类表
s 第一条 表中所列
"""
SECTIONS = """
t 临海市促进条例
c 第一章 总则
r 第一条 为了促进发展，制定本条例。
c 第二章 促进措施 第一节 资金
r 第二条 市政府设立专项资金。
c 第二章 促进措施 第二节 人才
r 第三条 市政府引进人才。
"""
PLAN_LIKE = """
t 临海市人工智能行动计划（2025—2027年）
s 为贯彻落实上级部署，制定本计划。
c 一、总体要求
r 总体要求
b 到2027年，建成10个场景。
c 二、重点任务
r （一）建设算力中心。
b 支持建设智算中心，规模达到2000P FLOPS。
r （二）开放数据。
b 开放100类数据：
b 1. 交通数据；
b 2. 医疗数据。
c 三、保障措施
r （三）加强组织领导。
b 建立工作机制。
"""
FLAT = """
t 临海市支持人工智能产业若干措施
s 各区人民政府：
r 一、支持算力建设。
b 对符合条件的项目给予不超过50%的资助，申请人应当符合下列条件：
b （一）在本市注册；
b （二）信用良好。
r 二、支持模型开发。
b 每家企业最高300万元。
r 三、附则。
b 本措施由市工信局负责解释。
s （此件公开发布）
"""
NOTICE = """
t 关于申报2025年示范项目的通知
s 各有关单位：
s 现将有关事项通知如下。
r 1.申报对象：
b 在本市注册的企业。
r 2.申报时间：
b 2025年5月1日至31日。
r 3、材料要求
b 提交申报书一式两份，并附下列材料。
b （1）营业执照；
b （2）审计报告。
s 附件：1.申报书
s 2.承诺书
s 临海市科技局
s 二〇二五年四月二日
"""
BRACKETED_ONLY = """
t 临海市数据开放工作要点
r （一）完善目录。
b 编制开放目录。
r （二）提高质量。
b 每季度抽查一次。
"""
NUMBERED_UNDER_CHAPTERS = """
t 临海市无人机管理方案
c 一、适用范围
r 1. 空域划分。
b 空域分为三类。
r 2. 飞行报备。
b 起飞前一小时报备。
c 二、责任
r 3. 监督检查。
b 由公安机关负责。
"""
PARTS = """
t 临海市低空经济规划
c 第一部分 现状
r 一、发展基础
b 已开通航线十条。
c 第二部分 任务
r 一、建设起降点
b 建设起降点50个。
"""
DOCUMENTS = {
    "第一条 under 第一章, contents, attachment": MEASURES,
    "第一条 under 章 and 节": SECTIONS,
    "（一） going on through 一、": PLAN_LIKE,
    "一、 alone, with lists": FLAT,
    "1. in a notice": NOTICE,
    "（一） alone": BRACKETED_ONLY,
    "1. under 一、": NUMBERED_UNDER_CHAPTERS,
    "一、 under 第一部分": PARTS,
}


def written(document: str) -> list[Paragraph]:
    return [Paragraph(LETTERS[line[0]], line[2:].strip()) for line in document.strip().split("\n")]


def as_found(paragraphs: list[Paragraph]) -> list[Source]:
    """Return the paragraphs as a file has them: without the articles and the joint names that the split made."""
    found = list[Source]()
    for one in paragraphs:
        chapter, joint, section = one.text.partition(" 第")
        if joint and one.role == CHAPTER and "节" in section:
            found += [] if Source(chapter) in found else [Source(chapter)]
            found.append(Source(f"第{section}"))
        elif not (one.role == ARTICLE and mark_of(one.text) is None and "、" not in one.text):
            found.append(Source(one.text))
    return found


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_each_form_of_document(document):
    wanted = written(document)
    assert propose(as_found(wanted)) == wanted


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_is_proposed_is_what_the_parser_reads(document):
    paragraphs = propose(as_found(written(document)))
    about = {"id": "x", "title": next(one.text for one in paragraphs if one.role == TITLE)}
    parsed = parse(compose(about, paragraphs))
    shown = outline(paragraphs)
    assert [(one.chapter, one.heading, one.text) for one in shown.articles] == [
        (one.chapter, one.heading, one.text) for one in parsed.articles
    ]
    assert shown.asides == [vars(one) for one in parsed.asides]


def without_marks(text: str) -> list[Source]:
    body = text.split("---\n", 2)[2]
    return [Source(re.sub(r"^#+ ", "", line)) for line in body.split("\n") if line.strip()]


def test_the_plan_without_its_marks_is_the_plan():
    parsed = parse(PLAN)
    paragraphs = propose(without_marks(PLAN))
    shown = outline(paragraphs)
    assert len({one.chapter for one in shown.articles}) == 6
    assert len(shown.articles) == 22
    assert [(one.chapter, one.text) for one in shown.articles] == [(one.chapter, one.text) for one in parsed.articles]
    assert compose(about_of(parsed), paragraphs) == PLAN


def test_the_plan_with_headings_that_run_into_the_text_is_the_plan():
    run_in = [Source(one.text) for one in without_marks(re.sub(r"(### .*)\n\n", r"\1", PLAN))]
    assert [one.text for one in outline(propose(run_in)).articles] == [one.text for one in parse(PLAN).articles]


def test_word_s_headings_without_numbers():
    sources = [
        Source("临海市数据规范", 0),
        Source("总则", 1),
        Source("目的", 2),
        Source("规范数据。"),
        Source("分类", 2),
        Source("分为三类。"),
        Source("细分", 3),
        Source("附则", 1),
        Source("解释", 2),
        Source("由市数据局解释。"),
    ]
    assert [one.role for one in propose(sources)] == [
        TITLE, CHAPTER, ARTICLE, BODY, ARTICLE, BODY, BODY, CHAPTER, ARTICLE, BODY,
    ]  # fmt: skip


def test_an_unnumbered_heading_above_articles_is_a_chapter():
    sources = [
        Source("临海市规定", 1),
        Source("总则", 2),
        Source("第一条 目的。"),
        Source("附则", 2),
        Source("第二条 施行。"),
    ]
    assert [one.role for one in propose(sources)] == [TITLE, CHAPTER, ARTICLE, CHAPTER, ARTICLE]


def test_plain_prose_has_no_article():
    found = propose([Source("市长致辞"), Source("同志们，今天天气很好。"), Source("谢谢大家。")])
    assert {one.role for one in found} == {TITLE, ASIDE}


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("第十二条 总则", "clause", (12, 0)),
        ("第十二条之一 总则", "clause", (12, 1)),
        ("第 3 章 总则", "chapter", (3, 0)),
        ("二十一、支持", "listed", (21, 0)),
        ("(二十一)支持", "bracketed", (21, 0)),
        ("（ 一 ） 支持", "bracketed", (1, 0)),
        ("12.支持", "arabic", (12, 0)),
        ("12、支持", "arabic", (12, 0)),
        ("（3）支持", "bracketed_arabic", (3, 0)),
    ],
)
def test_numbers_at_the_start_are_read(text, form, number):
    mark = mark_of(text)
    assert (mark.form, mark.number) == (form, number)
    assert without_mark(text) in {"总则", "支持"}


@pytest.mark.parametrize("text", ["1.5万元", "2024年", "第三条规定的条件", "第三条第二款", "一批项目", "（试行）", ""])
def test_what_is_no_number_is_none(text):
    assert mark_of(text) is None


def test_an_article_without_text_stays_one_so_that_it_is_seen():
    found = propose(
        [
            Source("某措施"),
            Source("一、支持甲"),
            Source("给予资助。"),
            Source("二、支持乙"),
            Source("三、附则。本措施施行。"),
        ]
    )
    assert [(one.role, one.text) for one in found][3] == (ARTICLE, "二、支持乙")


def test_what_follows_the_signature_is_outside():
    lines = ["某办法", "第一条 甲。", "第二条 乙。", "临海市财政局", "临海市科技局", "2025年2月1日", "项目；金额"]
    assert [one.role for one in propose([*map(Source, lines)])] == [TITLE, ARTICLE, ARTICLE, ASIDE, ASIDE, ASIDE, ASIDE]


CIRCULAR = """
s 深圳市工业和信息化局文件
s 深工信规〔2025〕3号
s 深圳市工业和信息化局关于印发《扶持计划操作规程》的通知
s 各有关单位：
s 现予印发，请遵照执行。
s 附件：扶持计划操作规程
s 深圳市工业和信息化局
s 2025年3月12日
s 附件
t 扶持计划操作规程
t （征求意见稿）
c 第一章 总则
r 第一条 【目的】
b 为规范扶持计划，制定本规程。
"""
RESTARTING = """
t 某区促进办法
r 一、支持对象
b 符合下列条件的企业：
b （一）在本区注册；
b （二）从事人工智能业务。
r 二、支持标准
b （一）对首次入选的，奖励100万元。
b （二）对获奖的，奖励50万元。
r 三、申报程序
b 按年度申报。
"""
THREE_LEVELS = """
t 某市低空经济行动计划
c 一、总体要求
r （一）指导思想。
b 以新发展理念为指导。
c 二、重点任务
r （一）强化基础设施
b 1.建设起降设施。到2026年，建成起降点600个以上。
b 2.建设通信网络。
r （二）拓展应用
b 支持开通航线。
c 三、保障措施
r （一）加强组织领导。
b 建立联席会议制度。
"""


@pytest.mark.parametrize("document", [CIRCULAR, RESTARTING, THREE_LEVELS], ids=["circular", "restarting", "levels"])
def test_documents_in_which_the_forms_mislead(document):
    wanted = written(document)
    joined = [Source(one.text) for one in wanted]
    if document is CIRCULAR:
        joined[-2:] = [Source("第一条 【目的】为规范扶持计划，制定本规程。")]
    assert propose(joined) == wanted
