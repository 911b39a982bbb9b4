"""The pure parts of the agency desk: reading what was typed, completeness, two texts at once, names in the archive."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.city import load_city
from core.settings import ROOT
from scenario_catalog.columns import COLUMNS, TEXT_LENGTH, Terms
from scenario_catalog.draft import Draft
from scenario_catalog.drafting import completeness, conflicts
from scenario_catalog.drafting.archive import Member, safe_name, write
from scenario_catalog.drafting.completeness import Case
from scenario_catalog.drafting.content import blank, blank_draft, draft_of, of_scenario, read, shown, whole
from scenario_catalog.drafting.guidance import FIELDS, GUIDES, SEVERAL

TERMS = Terms(load_city(ROOT / "city.toml"), frozenset(range(1, 23)))
TODAY = date(2026, 11, 25)
CASE = Case(TODAY, 10)

FULL: dict[str, Any] = {
    **blank(),
    "title": "供水管网漏损声学识别",
    "system": "governance",
    "domain": "smart-city",
    "background": "每月人工听漏四轮，暗漏平均四十一天才发现，单处开挖约两万六千元。",
    "scope": "在三百二十个消火栓加装噪声记录仪，识别漏点并向现有工单系统派单，不另建平台。",
    "indicators": "查准率≥85%\n定位误差≤3 米",
    "conditions": "有一个上线案例。",
    "resources": "近三年工单两万条。",
    "acceptance": "两个片区连续试运行九十天，由第三方抽六十处开挖核实，全部达标方予验收。",
    "articles": ["10"],
    "mode": "open_bidding",
    "district": "南山区",
    "budget_min": "180",
    "budget_max": "240",
    "deadline": "2026-12-31",
    "contact_name": "王工",
    "contact_phone": "0755-00001234",
}
texts = st.text(max_size=60) | st.sampled_from(
    ["下月底", "2026-02-30", "0", "-1", "1e9", "９９", "面议", "\x00", "=1+1"]
)
contents = st.fixed_dictionaries(
    {}, optional={f: st.lists(texts, max_size=4) if f in SEVERAL else texts for f in FIELDS}
)


@given(contents)
def test_reading_never_raises_and_says_of_each_field_at_most_one_thing(content: dict[str, Any]) -> None:
    typed = whole(content)
    reading = read(typed, TERMS)
    assert not set(reading.values) & set(reading.problems)
    assert set(reading.problems) <= set(FIELDS)
    draft = draft_of(typed, reading, blank_draft("全市", TODAY), "全市")
    assert isinstance(draft.deadline, date)
    found = completeness.checks(typed, reading, CASE)
    assert set(reading.problems) <= set(completeness.blockers(found))


@given(contents)
def test_nothing_typed_is_changed(content: dict[str, Any]) -> None:
    typed = whole(content)
    assert whole(typed) == typed
    for field, value in content.items():
        if field not in SEVERAL:
            assert typed[field] == value.replace("\r\n", "\n").replace("\r", "\n")


def test_every_field_has_a_column_of_the_list_that_reads_it() -> None:
    assert {column.field for column in COLUMNS} - set(FIELDS) == {"number", "agency"}
    assert set(FIELDS) - {column.field for column in COLUMNS} == {"budget_min", "budget_max"}


def test_every_typed_field_comes_with_help_and_texts_with_an_example_that_can_be_read() -> None:
    assert all(guide.help for guide in GUIDES.values())
    for guide in GUIDES.values():
        if guide.kind == "text":
            assert guide.example
            assert guide.why
        if guide.example:
            assert not read({**blank(), guide.field: guide.example}, TERMS).problems, guide.field
            assert len(guide.example) <= guide.longest


def test_a_full_need_has_nothing_in_its_way() -> None:
    found = completeness.checks(FULL, read(FULL, TERMS), CASE)
    assert not completeness.blockers(found)
    done, of = completeness.share(found)
    assert done == of - 1  # no document is attached


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": ""}, "title", "还没有填写"),
        ({"title": "长" * 121}, "title", "最多 120 字"),
        ({"scope": "长" * (TEXT_LENGTH + 1)}, "scope", f"最多 {TEXT_LENGTH} 字"),
        ({"deadline": "下月底"}, "deadline", "不是日期"),
        ({"deadline": "2026-12-04"}, "deadline", "至少 10 天"),
        ({"indicators": " \n"}, "indicators", "还没有填写"),
        ({"mode": "magic"}, "mode", "没有"),
        ({"budget_min": "300"}, "budget_max", "大于上限"),
        ({"budget_min": "100-200"}, "budget_min", "应为一个数"),
        ({"budget_max": "很多"}, "budget_max", "看不懂"),
        ({"notice_url": "javascript:alert(1)"}, "notice_url", "不是网址"),
        ({"articles": ["99"]}, "articles", "没有第 99 条"),
    ],
)
def test_what_stands_in_the_way_is_said_beside_its_field(change: dict[str, Any], field: str, words: str) -> None:
    content = {**FULL, **change}
    found = completeness.blockers(completeness.checks(content, read(content, TERMS), CASE))
    assert list(found) == [field]
    assert words in found[field]


def test_the_first_day_that_is_late_enough_is_taken() -> None:
    content = {**FULL, "deadline": (TODAY + timedelta(days=10)).isoformat()}
    assert not completeness.blockers(completeness.checks(content, read(content, TERMS), CASE))


def test_what_is_only_advisable_does_not_stand_in_the_way() -> None:
    content = {
        **FULL,
        "background": "短",
        "contact_name": "",
        "budget_min": "",
        "budget_max": "",
        "mode": "procurement",
    }
    found = completeness.checks(content, read(content, TERMS), Case(TODAY, 10, verified=False))
    assert not completeness.blockers(found)
    missing = {check.field: check.missing for check in found if not check.done}
    assert {"background", "contact_name", "budget_min", "notice_url", "verification"} <= missing.keys()
    assert "发布前" in missing["notice_url"]


@pytest.mark.parametrize("state", ["quarantined", "refused", "erased", "odd"])
def test_a_document_that_is_not_clean_stands_in_the_way(state: str) -> None:
    found = completeness.checks(FULL, read(FULL, TERMS), Case(TODAY, 10, (("需求书", state), ("附表", "clean"))))
    assert "需求书" in completeness.blockers(found)["attachments"]


def test_a_ticked_negotiable_budget_keeps_the_typed_bounds_out_of_the_columns() -> None:
    content = {**FULL, "budget": "面议", "budget_min": "乱写"}
    reading = read(content, TERMS)
    assert not reading.problems
    assert reading.values["budget_min"] is reading.values["budget_max"] is None


def test_units_behind_a_bound_are_read() -> None:
    assert read({**FULL, "budget_min": "180 万元", "budget_max": "２４０万"}, TERMS).values["budget_max"] == 240


def test_what_cannot_be_read_leaves_its_column_and_what_was_cleared_empties_it() -> None:
    before = draft_of(FULL, read(FULL, TERMS), blank_draft("全市", TODAY), "全市")
    content = {**FULL, "deadline": "下月底", "title": "长" * 200, "background": "", "budget_max": "?", "articles": []}
    after = draft_of(content, read(content, TERMS), before, "全市")
    assert (after.deadline, after.title, after.budget_min) == (before.deadline, before.title, before.budget_min)
    assert (after.background, after.articles) == ("", ())


def test_a_need_that_was_not_typed_here_reads_as_what_it_says() -> None:
    class Row:
        tag_codes = ("tax",)

        def __getattr__(self, name: str) -> Any:
            return getattr(draft, name)

    draft = draft_of(FULL, read(FULL, TERMS), blank_draft("全市", TODAY), "全市")
    content = of_scenario(Row())
    again = draft_of(content, read(content, TERMS), blank_draft("全市", TODAY), "全市")
    assert again == Draft(**{**draft.__dict__, "tags": ("tax",)})


def test_codes_are_shown_as_names() -> None:
    assert shown("domain", "smart-city", TERMS) == "智慧城市"
    assert shown("articles", ["10", "12"], TERMS) == "第 10 条\n第 12 条"
    assert shown("domain", "gone", TERMS) == "gone"


@given(contents, contents)
def test_two_texts_differ_where_they_do_and_picks_decide(theirs: dict[str, Any], mine: dict[str, Any]) -> None:
    left, right = whole(theirs), whole(mine)
    fields = {one.field for one in conflicts.differences(left, right, TERMS)}
    assert fields == {field for field in FIELDS if left[field] != right[field]}
    assert conflicts.merged(left, right, dict.fromkeys(FIELDS, "theirs"), {}) == left
    assert conflicts.merged(left, right, {}, {}) == right


def test_what_only_one_changed_is_offered_as_it_is() -> None:
    before = {**FULL, "scope": "原", "tags": ["tax"]}
    theirs = {**before, "scope": "甲", "conditions": "对方改了"}
    mine = {**before, "scope": "乙", "title": "我改了", "tags": []}
    offered = {one.field: one.pick for one in conflicts.differences(theirs, mine, TERMS, before)}
    assert offered == {"scope": "merged", "conditions": "theirs", "title": "mine", "tags": "mine"}


def test_a_merged_text_is_taken_as_typed() -> None:
    theirs, mine = {**FULL, "scope": "甲"}, {**FULL, "scope": "乙", "title": "丙"}
    found = conflicts.merged(theirs, mine, {"scope": "merged", "title": "theirs"}, {"scope": "甲乙"})
    assert (found["scope"], found["title"]) == ("甲乙", FULL["title"])


@given(st.integers(0, 99), st.text(max_size=100), st.text(max_size=20))
def test_names_in_the_archive_lead_nowhere_else(place: int, title: str, ending: str) -> None:
    name = safe_name(place, title, ending)
    assert not set(name) & set('/\\:*?"<>|\x00\n')
    assert name.startswith(f"{place:02d} ")
    assert ".." not in name.split(" ")
    assert len(name) < 100
    assert name.strip(" .") == name


def test_the_same_documents_make_the_same_archive() -> None:
    made = []
    for _ in range(2):
        target = io.BytesIO()
        write(
            [Member("a.txt", lambda: b"a"), Member("附件/01 b.txt", lambda: b"b")],
            target,
            datetime(1970, 1, 1, tzinfo=UTC),
        )
        made.append(target.getvalue())
    assert made[0] == made[1]
    assert zipfile.ZipFile(io.BytesIO(made[0])).namelist() == ["a.txt", "附件/01 b.txt"]
