"""Word documents: styles, numbers, tables, notes, tracked changes, and what is refused or left out."""

import pytest
from docx import Document
from flask import Flask

from core.errors import InvalidInputError
from policies.drafts import docx
from policies.drafts.counters import chinese, circled, letters, roman
from policies.drafts.normal import differences, normal
from policies.drafts.sources import Source
from policies.drafts.splitting import propose
from tests.policies.documents import W, bodied, fill, numbered, saved, with_part, worded

pytestmark = pytest.mark.usefixtures("app")


def texts(data: bytes) -> list[str]:
    return [one.text for one in docx.read(data).sources]


def test_styles_give_levels(app: Flask):
    data = worded("行动计划", "总则", "目的", "正文。", styles={0: "Title", 1: "Heading 1", 2: "Heading 3"})
    assert list(docx.read(data).sources) == [
        Source("行动计划", 0),
        Source("总则", 1),
        Source("目的", 3),
        Source("正文。"),
    ]


def test_automatic_numbers_are_written_out(app: Flask):
    levels = {
        0: ("chineseCountingThousand", "第%1章", "tab"),
        1: ("chineseCounting", "第%2条", "space"),
        2: ("chineseCounting", "（%3）", "nothing"),
        3: ("decimal", "%4.", "tab"),
    }
    data = numbered(
        levels,
        (0, "总则"),
        (1, "目的。"),
        (1, "范围："),
        (2, "企业；"),
        (2, "院所。"),
        (3, "细则"),
        (0, "附则"),
        (1, "施行。"),
    )
    assert texts(data) == [
        "第一章 总则", "第一条 目的。", "第二条 范围：", "（一）企业；", "（二）院所。", "1.细则", "第二章 附则", "第一条 施行。",
    ]  # fmt: skip


def test_a_list_may_go_on_or_begin_anew(app: Flask):
    levels = {0: ("decimal", "%1、", "nothing"), 1: ("decimal", "%1.%2", "space")}
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    told = ((0, "甲"), (1, "细"), (0, "乙"), (10, "丙"), (10, "丁"))
    assert texts(numbered(levels, *told)) == ["1、甲", "1.1 细", "2、乙", "3、丙", "4、丁"]
    assert texts(numbered(levels, *told, extra=anew))[-2:] == ["1、丙", "2、丁"]


def test_bullets_have_no_number(app: Flask):
    assert texts(numbered({0: ("bullet", "•", "tab")}, (0, "甲"))) == ["甲"]


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (1010, "一千零一十")],
)
def test_chinese_numbers(number, written):
    assert chinese(number) == written


def test_other_numbers():
    assert (letters(1), letters(28), roman(4), roman(19), circled(3), circled(21)) == (
        "a",
        "bb",
        "iv",
        "xix",
        "③",
        "(21)",
    )


def test_tracked_changes_are_settled_and_told(app: Flask):
    reading = docx.read(
        bodied(
            '<w:p><w:r><w:t xml:space="preserve">资助 </w:t></w:r><w:del w:id="1"><w:r><w:delText>30</w:delText></w:r></w:del>'
            '<w:ins w:id="2"><w:r><w:t>50</w:t></w:r></w:ins><w:r><w:t>万元。</w:t></w:r></w:p>',
            '<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r><w:t>前半句，</w:t></w:r></w:p>',
            "<w:p><w:r><w:t>后半句。</w:t></w:r></w:p>",
        )
    )
    assert [one.text for one in reading.sources] == ["资助 50万元。", "前半句，后半句。"]
    assert "修订中删除的文字（1 处）没有收入" in reading.notices
    assert "修订中插入的文字（1 处）已收入" in reading.notices


def test_text_boxes_hidden_text_and_pictures_are_left_out_and_told(app: Flask):
    box = "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>框里</w:t></w:r></w:p></w:txbxContent></w:pict></w:r><w:r><w:t>框外</w:t></w:r></w:p>"
    hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r><w:r><w:t>看得见</w:t></w:r></w:p>"
    picture = "<w:p><w:r><w:drawing/></w:r></w:p>"
    reading = docx.read(bodied(box, hidden, picture))
    assert [one.text for one in reading.sources] == ["框外", "看得见"]
    assert {"1 个文本框没有收入，请核对其中的文字", "1 处隐藏文字没有收入", "1 幅图片没有收入"} <= {*reading.notices}


def test_tables_are_lines_of_text(app: Flask):
    document = Document()
    table = document.add_table(2, 2)
    for place, text in enumerate(("项目", "金额", "展会", "300万元")):
        table.cell(place // 2, place % 2).text = text
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "第一条 框中的条文。"
    reading = docx.read(saved(document))
    assert [one.text for one in reading.sources] == ["项目；金额\n展会；300万元", "第一条 框中的条文。"]
    assert "1 个表格按行转成了文字" in reading.notices[0]


def test_rows_in_controls_and_headers_are_seen(app: Flask):
    document = Document()
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "- 1 -"
    row = "<w:tr><w:tc><w:p><w:r><w:t>展会</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>300万元</w:t></w:r></w:p></w:tc></w:tr>"
    fill(document, [f"<w:tbl><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>"])
    reading = docx.read(saved(document))
    assert [one.text for one in reading.sources] == ["展会；300万元"]
    assert reading.notices[-1] == "页眉和页脚没有收入"


def test_footnotes_follow_their_paragraph(app: Flask):
    data = bodied('<w:p><w:r><w:t>算力</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>')
    notes = f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>每秒浮点运算次数</w:t></w:r></w:p></w:footnote></w:footnotes>'
    reading = docx.read(with_part(data, "footnotes.xml", notes, "footnotes"))
    assert [one.text for one in reading.sources] == ["算力[注1]", "注1：每秒浮点运算次数"]
    assert "1 条脚注或尾注放在了所在段落之后" in reading.notices


def test_an_automatic_table_of_contents_is_left_out(app: Flask):
    document = Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("第一章 总则\t1", style="toc 1")
    document.add_paragraph("第一章 总则")
    reading = docx.read(saved(document))
    assert [one.text for one in reading.sources] == ["第一章 总则"]
    assert "自动目录没有收入" in reading.notices


def test_a_whole_document_is_split(app: Flask):
    levels = {0: ("chineseCounting", "%1、", "nothing"), 1: ("chineseCounting", "（%2）", "nothing")}
    told = ((0, "重点任务"), (1, "建设算力。规模达到２０００P。"), (1, "开放数据。开放⼈⼯智能数据。"))
    found = propose(docx.read(numbered(levels, *told)).sources)
    assert [(one.role, one.text) for one in found] == [
        ("chapter", "一、重点任务"),
        ("article", "（一）建设算力。"),
        ("body", "规模达到2000P。"),
        ("article", "（二）开放数据。"),
        ("body", "开放人工智能数据。"),
    ]


def test_what_is_no_document_is_refused(app: Flask):
    for data in (b"PK\x03\x04 not a file", b"", with_part(worded("x"), "footnotes.xml", "<broken", "footnotes")):
        with pytest.raises(InvalidInputError, match="无法读取"):
            docx.read(data)


def test_entities_are_not_expanded(app: Flask):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    notes = (
        f'{bomb}<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = bodied('<w:p><w:r><w:t>算力</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>')
    assert "aaaa" not in "".join(texts(with_part(data, "footnotes.xml", notes, "footnotes")))


def test_a_document_that_unpacks_to_too_much_is_refused(app: Flask):
    bomb = with_part(worded("短文"), "footnotes.xml", " " * (docx.MOST_XML + 1), "footnotes")
    assert len(bomb) < 100_000
    with pytest.raises(InvalidInputError, match="解压后过大"):
        docx.read(bomb)


@pytest.mark.parametrize(
    ("foreign", "plain"),
    [
        ("⼈⼯智能⻓三⻆", "人工智能长三角"),
        ("２０２５年、ＡＩ、５０％", "2025年、AI、50%"),
        ("，；：！？（）。、“”《》…—", "，；：！？（）。、“”《》…—"),
        ("10²m² ①Ⅲ㎡½", "10²m² ①Ⅲ㎡½"),
        ("ﬁne\u00a0x\u3000y\u200bz", "fine x yz"),
        ("豈\r\nx", "豈\nx"),
    ],
)
def test_foreign_writing_is_made_one(foreign, plain):
    assert normal(foreign) == plain


def test_changes_are_counted():
    assert differences("⼈工１，（一）") == 2
