"""Reading lists: what is right is taken whole, what is wrong is told by row and column, and nothing is taken."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import func, select

from accounts.models import Organisation
from core.audit import AuditEvent
from core.city import load_city
from core.errors import InvalidInputError
from core.extensions import db
from core.settings import ROOT
from policies.cli import import_corpus
from retrieval.models import Passage
from scenario_catalog import importing, sheet
from scenario_catalog.columns import COLUMNS, CellError, Terms, column_named
from scenario_catalog.models import Batch, Scenario
from tests.factories import OrganisationFactory, ScenarioFactory
from tests.pages import PageClient, visible

TERMS = Terms(load_city(ROOT / "city.toml"), frozenset(range(1, 23)))
PARSE = {column.field: column.parse for column in COLUMNS}

HEADER = [
    "编号", "场景名称", "需求单位", "体系", "领域", "标签", "背景与痛点", "建设内容", "考核指标", "可开放资源", "落地区域", "合作模式",
    "预算(万元)", "揭榜条件", "验收标准", "报名截止", "联系人", "联系方式", "关联条款", "采购公告链接",
]  # fmt: skip
ROW = [
    None, "影像初筛", "示范医院", "公共服务+AI", "医疗", "咨询导引、社保报销", "每天四千张，积压六天。", "1. 自动初筛；\n2. 提示病灶。",
    "1. 敏感度≥95%；2. 单例用时≤30秒", "脱敏影像三万张。", "南山区", "揭榜挂帅", "120-200", "有项目经验。", "试运行六十天。",
    date(2027, 1, 31), "陈工", "0755-00001234", "第十条、12", None,
]  # fmt: skip


def row(**changes: Any) -> list[Any]:
    """Return the good row with some cells changed, by the name of their column."""
    return [changes.get(re.sub(r"\(.*", "", name), value) for name, value in zip(HEADER, ROW, strict=True)]


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    assert book.active is not None
    for cells in rows:
        book.active.append(cells)
    book.save(path)
    return path


def write_json(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def counted(entity: type) -> int:
    return db.session.scalar(select(func.count()).select_from(entity)) or 0


@pytest.fixture
def run(app: Flask):
    """Run `flask catalog import` with the plan in place and one agency known."""
    import_corpus(lambda _: None)
    OrganisationFactory(name="示范医院", code="hospital")
    db.session.commit()

    def invoke(*args: object) -> Result:
        return app.test_cli_runner().invoke(args=["catalog", "import", *map(str, args)])

    return invoke


def refused(result: Result) -> list[str]:
    assert result.exit_code == 1, result.output
    assert counted(Scenario) == counted(Batch) == 0
    lines = result.stderr.strip().splitlines()
    assert lines[-1] == "没有导入任何场景"
    return [line.partition("：")[2] for line in lines[:-1]]


def test_a_list_becomes_drafts(run, tmp_path: Path):
    result = run(workbook(tmp_path / "清单.xlsx", HEADER, ROW, row(场景名称="另一场景", 预算="面议", 落地区域=None)))
    assert result.exit_code == 0, result.output
    first, second = db.session.scalars(select(Scenario).order_by(Scenario.id))
    assert (first.status, first.number, first.published_at) == ("draft", None, None)
    assert (first.title, first.agency.code, first.system, first.domain) == (
        "影像初筛",
        "hospital",
        "public-service",
        "healthcare",
    )
    assert (first.tag_codes, first.articles) == (["consultation", "social-insurance"], [10, 12])
    assert (first.budget_min, first.budget_max, first.deadline) == (120, 200, date(2027, 1, 31))
    assert first.indicators == ["敏感度≥95%", "单例用时≤30秒"]
    assert (first.mode, first.district, first.scope) == ("open_bidding", "南山区", "1. 自动初筛；\n2. 提示病灶。")
    assert (second.budget_min, second.budget_max, second.district) == (None, None, "全市")
    assert counted(Passage) > 0, "the plan's own"
    assert not db.session.scalars(select(Passage).where(Passage.collection == "scenarios")).all()


def test_a_list_is_published_as_a_batch(run, app: Flask, tmp_path: Path):
    file = workbook(tmp_path / "清单.xlsx", HEADER, ROW, row(场景名称="另一场景"))
    result = run(file, "--publish", "第一批清单")
    assert result.exit_code == 0, result.output
    year = date.today().year  # noqa: DTZ011 - the test only runs over New Year's midnight once a year
    assert f"SZ-{year}-0001 至 SZ-{year}-0002" in result.output
    text = visible(PageClient(app).get("/batches/1"))
    assert "第一批清单" in text
    assert "影像初筛" in text
    assert "均为虚构" not in text
    PageClient(app).get(f"/scenarios/SZ-{year}-0002")


def test_every_bad_row_is_told_and_nothing_is_taken(run, tmp_path: Path):
    file = workbook(
        tmp_path / "清单.xlsx",
        ["2026 年场景清单"],
        [],
        ["序号", *HEADER],
        ["1", *row()],
        ["2", *row(场景名称="二", 报名截止="明年", 预算="二百")],
        [],
        ["3", *row(场景名称="三", 领域="魔法", 合作模式="赠送", 采购公告链接="example.org")],
        ["4", *row(场景名称=None, 关联条款="第99条", 标签="读心")],
        ["5", *row(场景名称="五", 需求单位="没有的局")],
        ["6", *row()],
    )
    found = refused(run(file, "--create-agencies"))
    assert [line.partition("：")[0] for line in found] == [
        "第 5 行 “预算(万元)” 列",
        "第 5 行 “报名截止” 列",
        "第 7 行 “领域” 列",
        "第 7 行 “合作模式” 列",
        "第 7 行 “采购公告链接” 列",
        "第 8 行 “场景名称” 列",
        "第 8 行 “标签” 列",
        "第 8 行 “关联条款” 列",
        "第 10 行 “场景名称” 列",
    ]
    assert "与第 4 行重复" in found[-1]
    assert counted(Organisation) == 1


def test_an_unknown_agency_is_told_with_the_way_out(run, tmp_path: Path):
    file = workbook(tmp_path / "清单.xlsx", HEADER, row(需求单位="新设的局"))
    both = workbook(
        tmp_path / "两处.xlsx", HEADER, row(需求单位="新设的局"), row(场景名称="二", 报名截止="明天", 需求单位="另一局")
    )
    assert [line.partition("：")[0] for line in refused(run(both))] == [
        "第 2 行 “需求单位” 列",
        "第 3 行 “需求单位” 列",
        "第 3 行 “报名截止” 列",
        "没有登记的单位",
    ]
    assert "--create-agencies" in refused(run(file))[-1]
    result = run(file, "--create-agencies")
    assert result.exit_code == 0
    assert "新登记的单位：新设的局" in result.output
    agency = db.session.scalars(select(Organisation).where(Organisation.name == "新设的局")).one()
    assert (agency.kind, agency.demo) == ("agency", False)


def test_a_second_import_of_the_same_list_is_refused(run, tmp_path: Path):
    file = workbook(tmp_path / "清单.xlsx", HEADER, ROW)
    assert run(file).exit_code == 0
    events = counted(AuditEvent)
    result = run(file)
    assert result.exit_code == 1
    assert "已经有同名的场景" in result.stderr
    assert (counted(Scenario), counted(AuditEvent)) == (1, events)


def test_a_number_may_come_with_the_list_once(run, tmp_path: Path):
    ScenarioFactory(number="SZ-2020-0007")
    db.session.commit()
    file = workbook(tmp_path / "清单.xlsx", HEADER, row(编号="SZ-2020-0007"))
    result = run(file)
    assert result.exit_code == 1
    assert "SZ-2020-0007 已经有了" in result.stderr
    assert run(workbook(tmp_path / "好.xlsx", HEADER, row(编号="SZ-2020-0008")), "--publish", "旧批").exit_code == 0
    assert {scenario.number for scenario in db.session.scalars(select(Scenario))} == {"SZ-2020-0007", "SZ-2020-0008"}


def test_json_is_read_by_column_or_by_field(run, tmp_path: Path):
    by_column = dict(zip(HEADER, ROW, strict=True)) | {"报名截止": "2027年1月31日"}
    by_field = {
        "title": "按字段", "agency": "hospital", "system": "public-service", "domain": "healthcare", "tags": ["tax"],
        "scope": "初筛", "indicators": ["甲", "乙"], "mode": "pilot", "budget_min": 80, "budget_max": None,
        "deadline": "2027-01-31", "articles": [10],
    }  # fmt: skip
    result = run(write_json(tmp_path / "清单.json", {"scenarios": [by_column, by_field]}))
    assert result.exit_code == 0, result.output
    assert "没有用到" not in result.output
    first, second = db.session.scalars(select(Scenario).order_by(Scenario.id))
    assert first.deadline == second.deadline == date(2027, 1, 31)
    assert (second.tag_codes, second.indicators, second.budget_min, second.budget_max) == (
        ["tax"],
        ["甲", "乙"],
        80,
        None,
    )


def test_json_rows_are_told_by_their_place(run, tmp_path: Path):
    good = dict(zip(HEADER, ROW, strict=True)) | {"报名截止": "2027-01-31"}
    found = refused(
        run(write_json(tmp_path / "清单.json", [good, good | {"场景名称": "二", "报名截止": "2027-02-30"}]))
    )
    assert found == ["第 2 条 “报名截止” 项：没有“2027-02-30”这一天"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("清单.txt", b"x", "只能导入"),
        ("清单.json", b"{", "不是有效的 JSON"),
        ("清单.json", b"\xff\xfe", "UTF-8"),
        ("清单.json", b'{"a": 1}', "scenarios"),
        ("清单.json", b"[1]", "对象"),
        ("清单.json", b"[]", "没有场景"),
        ("清单.json", b"[" * 100_000, "JSON|嵌套"),
        ("清单.xlsx", b"not a workbook", "不是有效的 .xlsx"),
        ("清单.xlsx", b"PK\x05\x06" + b"\x00" * 18, "不是有效的 .xlsx"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(run, tmp_path: Path, name: str, content: bytes, reason: str):
    (tmp_path / name).write_bytes(content)
    assert re.search(reason, refused(run(tmp_path / name))[0])


def test_a_missing_file_is_refused_with_a_reason(run, tmp_path: Path):
    assert "无法读取" in refused(run(tmp_path / "没有.xlsx"))[0]
    assert "无法读取" in refused(run(tmp_path / "没有.json"))[0]


def test_a_sheet_without_header_or_rows(run, tmp_path: Path):
    assert "没有找到表头" in refused(run(workbook(tmp_path / "a.xlsx", ["甲", "乙"])))[0]
    assert "没有场景" in refused(run(workbook(tmp_path / "b.xlsx", HEADER)))[0]
    without = [name for name in HEADER if name not in {"报名截止", "体系"}]
    assert refused(run(workbook(tmp_path / "c.xlsx", without, ["SZ-2026-0001"]))) == [
        "缺少“体系”列",
        "缺少“报名截止”列",
    ]
    assert "是同一列" in refused(run(workbook(tmp_path / "d.xlsx", [*HEADER, "截止日期"], ROW)))[0]


def test_an_empty_title_of_a_batch_is_refused(run, tmp_path: Path):
    assert "批次标题" in refused(run(workbook(tmp_path / "a.xlsx", HEADER, ROW), "--publish", " "))[0]


def test_columns_of_published_lists_are_known():
    for name in (
        "应用领域",
        "应用场景名称",
        "场景简介",
        "拟落地应用区域",
        "牵头部门",
        "场景机会名称",
        "单位名称",
        "联系方式",
        "技术标准",
    ):
        assert column_named(name), name
    assert column_named(" 预算（万元）* ") is column_named("预算(万元)")
    assert column_named("报名 截止：") is column_named("报名截止")
    assert column_named("序号") is None


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("budget", "120-200", (120, 200)),
        ("budget", "120—200万元", (120, 200)),
        ("budget", "１２０～２００", (120, 200)),
        ("budget", "120万至200万", (120, 200)),
        ("budget", 300, (300, 300)),
        ("budget", 300.0, (300, 300)),
        ("budget", "面议", (None, None)),
        ("budget", 0, (None, None)),
        ("budget", "不低于50", (50, None)),
        ("budget", "80万以内", (None, 80)),
        ("deadline", "2026-12-31", date(2026, 12, 31)),
        ("deadline", "2026年12月31日", date(2026, 12, 31)),
        ("deadline", "2026/1/5", date(2026, 1, 5)),
        ("deadline", "２０２６．１２．３１", date(2026, 12, 31)),
        ("deadline", "2026-12-31 00:00:00", date(2026, 12, 31)),
        ("deadline", datetime.fromisoformat("2026-12-31T18:00"), date(2026, 12, 31)),
        ("deadline", date(2026, 12, 31), date(2026, 12, 31)),
        ("deadline", 46387, date(2026, 12, 31)),
        ("articles", "（十）", (10,)),
        ("articles", "10、第十二条；(一)", (10, 12, 1)),
        ("articles", 10, (10,)),
        ("system", "千行百业＋AI", "industry-plus"),
        ("mode", " 试点验证 ", "pilot"),
        ("indicators", "①甲≥9.5%\n②乙", ("甲≥9.5%", "乙")),
        ("indicators", "1.5秒内响应", ("1.5秒内响应",)),
        ("contact_phone", 13900001234, "13900001234"),
        ("scope", "原样，保留（全角）。\r\n二", "原样，保留（全角）。\n二"),
        ("title", "两\n行\x00的  名称", "两 行的 名称"),
    ],
)
def test_cells_are_read_as_people_write_them(field: str, value: object, found: object):
    assert PARSE[field](value, TERMS) == found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("budget", "200-120"), ("budget", "120.5"), ("budget", "-5"), ("budget", "1e9"), ("budget", "很多"), ("budget", [1]),
        ("budget", [2, 1]), ("budget", ["x", 1]), ("deadline", "2026-13-01"), ("deadline", "2026-02-29"), ("deadline", "12月31日"),
        ("deadline", 5), ("deadline", True), ("deadline", float("nan")), ("articles", "前言"), ("articles", "23"), ("articles", "第零条"),
        ("title", "长" * 121), ("contact_name", "长" * 61), ("scope", "长" * 20_001), ("scope", {"a": 1}), ("scope", "#REF!"),
        ("mode", "赠送"), ("domain", "魔法"), ("system", ""), ("district", "火星"), ("tags", "读心"), ("number", "42"),
        ("number", "LJ-2026-0001"), ("notice_url", "javascript:alert(1)"), ("notice_url", "https://"), ("notice_url", "http://[x"),
        ("notice_url", "https://example.org/" + "a" * 500),
    ],
)  # fmt: skip
def test_cells_that_cannot_be_read_say_why(field: str, value: object):
    with pytest.raises(CellError, match=r"\S"):
        PARSE[field](value, TERMS)


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["{0}-{1}-{2}", "{0}年{1}月{2}日", "{0}/{1}/{2}", "{0}.{1:02}.{2:02}"]),
)
def test_any_day_is_read_in_any_form(day: date, form: str):
    written = form.format(day.year, day.month, day.day)
    assert PARSE["deadline"](written, TERMS) == day
    assert PARSE["deadline"](datetime.combine(day, datetime.min.time()) + timedelta(hours=9), TERMS) == day


@given(
    st.integers(1, 9_999_999),
    st.integers(1, 9_999_999),
    st.sampled_from(["{}-{}", "{}—{}万元", "{}万～{}万", "{} 至 {}"]),
)
def test_any_range_is_read_or_refused_for_its_order(low: int, high: int, form: str):
    written = form.format(low, high)
    if low <= high:
        assert PARSE["budget"](written, TERMS) == (low, high)
    else:
        with pytest.raises(CellError, match="大于"):
            PARSE["budget"](written, TERMS)


CELL = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(),
    st.lists(st.text(max_size=5) | st.integers(), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


# How long making the cells takes is the machine's affair.
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from([column.field for column in COLUMNS]), CELL), max_size=4))
def test_whatever_stands_in_the_cells_every_row_is_taken_or_told(rows: list[dict[str, Any]]):
    columns = frozenset(column.field for column in COLUMNS)
    lines = [sheet.Line(f"第 {number} 行", cells) for number, cells in enumerate(rows, 1) if cells]
    found = sheet.Sheet(lines, columns, "列")
    if not lines:
        with pytest.raises(InvalidInputError, match="没有场景"):
            importing.check(found, TERMS)
        return
    taken, complaints = importing.check(found, TERMS)
    told = importing.worded(complaints, found)
    assert all(re.fullmatch(r"第 \d+ 行 “[^”]+” 列：.+", line, re.DOTALL) for line in told)
    repeated = {one.place for one in complaints if "重复" in one.reason}
    assert {row.place for row in taken} | {one.place for one in complaints} == {line.place for line in lines}
    assert {row.place for row in taken} & {one.place for one in complaints} == repeated
