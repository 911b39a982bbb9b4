"""A glossary that comes as a file: rows are lines, what is wrong is named by its row, and nothing typed is lost."""

from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook

from assistant.terms import sheets
from assistant.terms.models import GlossaryTerm
from core.errors import InvalidInputError
from core.extensions import db
from tests.factories import member
from tests.pages import PageClient, visible

ROWS = [("词", "政策里的说法", "备注"), ("机器狗", "四足机器人、智能机器人", "市民常用"), ("飞的", "低空飞行", "")]
LINES = "# 词 政策里的说法 备注\n机器狗: 四足机器人 智能机器人 # 市民常用\n飞的: 低空飞行"
CSV = "\r\n".join(",".join(row) for row in ROWS)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, kept = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(kept)
    return kept.getvalue()


@pytest.fixture
def operator(site: Flask) -> PageClient:
    return PageClient(site).sign_in(member("operator", "approver"))


def send(operator: PageClient, name: str, data: bytes, status: int, text: str = "") -> str:
    form = {"language": "zh", "text": text, "file": (BytesIO(data), name)}
    return visible(operator.post("/desk/glossary/import", form, content_type="multipart/form-data", status=status))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("词表.csv", CSV.encode()),
        ("词表.csv", CSV.encode("utf-8-sig")),
        ("词表.csv", CSV.encode("gb18030")),
        ("词表.CSV", CSV.replace(",", "\t").encode()),
        ("词表.xlsx", workbook(*ROWS)),
        ("词表.txt", LINES.encode("gb18030")),
        ("词表.txt", LINES.replace("\n", "\r\n").encode("utf-8-sig")),
    ],
)
def test_each_kind_of_file_gives_a_line_for_each_row(name: str, data: bytes) -> None:
    assert sheets.text_of(name, data) == LINES


def test_a_cell_may_hold_a_comma_an_empty_row_stays_a_line_and_no_forms_switch_off() -> None:
    text = sheets.text_of("a.csv", '机器狗,"四足机器人,智能机器人"\n\n补贴,\n'.encode())
    assert text.split("\n") == ["机器狗: 四足机器人 智能机器人", "", "补贴:"]


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("a.docx", b"PK", "只能导入"),
        ("a", b"x", "只能导入"),
        ("a.csv", b"x" * (sheets.MOST_BYTES + 1), "最大 1 MB"),
        ("a.csv", b"a,b\n" * 5001, "最多 5000 行"),
        ("a.xlsx", b"PK\x03\x04 no workbook", "xlsx"),
        ("a.xlsx", CSV.encode(), "xlsx"),
        ("a.txt", b"\xff\xff\xff", "编码"),
        ("a.csv", "好词,资助\n坏:词,资助\n坏#词,资助".encode(), "第 2 行：词里不能有冒号"),
    ],
)
def test_what_is_no_glossary_is_told_in_words(site: Flask, name: str, data: bytes, line: str) -> None:
    with site.test_request_context(), pytest.raises(InvalidInputError) as caught:
        sheets.text_of(name, data)
    assert line in "\n".join(caught.value.problems)


@pytest.mark.parametrize(("name", "data"), [("a.csv", CSV.encode()), ("a.xlsx", workbook(*ROWS))])
def test_the_words_of_a_file_are_in_use(operator: PageClient, name: str, data: bytes) -> None:
    send(operator, name, data, 303)
    kept = {one.word: one.forms for one in db.session.query(GlossaryTerm)}
    assert kept == {"机器狗": ["四足机器人", "智能机器人"], "飞的": ["低空飞行"]}


def test_a_bad_row_is_named_and_the_rows_read_wait_in_the_page(operator: PageClient) -> None:
    page = send(operator, "a.csv", "词,说法\n机器狗,四足机器人\n,没有词\n飞的,低空飞行".encode(), 422)
    assert "第 3 行：不是“词: 说法 说法”" in page
    assert "机器狗: 四足机器人" in page
    assert "飞的: 低空飞行" in page
    assert db.session.query(GlossaryTerm).count() == 0


def test_a_file_that_cannot_be_read_leaves_what_was_typed(operator: PageClient) -> None:
    page = send(operator, "a.pdf", b"%PDF-", 422, text="机器狗: 四足机器人")
    assert "只能导入 .txt、.csv 或 .xlsx 文件" in page
    assert "机器狗: 四足机器人" in page


def test_neither_file_nor_text_is_told(operator: PageClient) -> None:
    assert "请选择文件，或粘贴词表" in send(operator, "", b"", 422)
