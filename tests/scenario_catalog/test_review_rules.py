"""Waiting, hints and what is compared: plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core.city import Holidays, load_city
from core.settings import ROOT
from scenario_catalog.review import rules
from scenario_catalog.review.hints import Case, hints

NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
HOLIDAYS = Holidays(closed=(date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5)), working=(date(2026, 10, 10),))


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (date(2026, 9, 28), date(2026, 9, 28), 0),
        (date(2026, 9, 28), date(2026, 9, 30), 2),
        (date(2026, 9, 25), date(2026, 9, 28), 1),  # over a weekend
        (date(2026, 9, 30), date(2026, 10, 6), 1),  # over a holiday
        (date(2026, 10, 9), date(2026, 10, 10), 1),  # a Saturday that is worked
        (date(2026, 9, 30), date(2026, 9, 28), 0),
    ],
)
def test_only_working_days_count(since: date, until: date, days: int) -> None:
    assert rules.working_days(since, until, HOLIDAYS) == days


def test_a_hold_lapses() -> None:
    held = SimpleNamespace(reviewer_id=7, taken_at=NOW)
    assert rules.holder(held, NOW + rules.KEPT - timedelta(seconds=1)) == 7
    assert rules.holder(held, NOW + rules.KEPT) is None
    assert rules.holder(SimpleNamespace(reviewer_id=7, taken_at=None), NOW) is None
    assert rules.holder(None, NOW) is None


def test_a_comment_is_sent_with_the_return_after_it() -> None:
    comment = SimpleNamespace(written_at=NOW)
    move = lambda verb, minutes: SimpleNamespace(verb=verb, at=NOW + timedelta(minutes=minutes))  # noqa: E731 - short
    assert not rules.is_sent(comment, [])
    assert not rules.is_sent(comment, [move("return", -1), move("approve", 1)])
    assert rules.is_sent(comment, [move("return", 1)])


def test_codes_are_read_as_names() -> None:
    city = load_city(ROOT / "city.toml")
    read = rules.readable(
        {
            "domain": "healthcare",
            "mode": "pilot",
            "tags": ["film", "gone"],
            "articles": [10, 12],
            "budget_min": 5,
            "deadline": "2026-10-09",
        },
        city,
    )
    assert read == {
        "domain": "医疗",
        "mode": "试点验证",
        "tags": "影视、gone",
        "articles": "第 10 条、第 12 条",
        "budget_min": "5",
        "deadline": "2026年10月9日",
    }


def test_an_unticked_budget_is_no_field_beside_its_bounds() -> None:
    bounds = {"budget_min": "180", "budget_max": "240"}
    assert [*rules.labels([{**bounds, "budget": ""}])] == ["budget_min", "budget_max"]
    assert [*rules.labels([{**bounds, "budget": ""}, {**bounds, "budget": "面议"}])] == ["budget", *bounds]
    assert [*rules.labels([{"budget": ""}])] == ["budget"]


def test_labels_follow_the_form_and_hide_nothing() -> None:
    found = rules.labels([{"scope": "", "title": "", "budget_max": 1, "agency": "x"}, {"surprise": 1, "number": None}])
    assert list(found) == ["title", "scope", "budget_max", "surprise"]


def need(**changes: Any) -> Case:
    """A need that nothing is to be said about."""
    plain = {
        "title": "影像初筛",
        "background": "每天收到影像四千张。",
        "scope": "自动初筛影像，提示可疑病灶；不改动现有设备，与现有系统对接，结果由医生复核。",
        "indicators": ["敏感度≥95%", "两周内上线", "连续运行三个月"],
        "conditions": "有医疗影像项目经验。",
        "resources": "脱敏影像三万张。",
        "acceptance": "连续试运行六十天。",
        "mode": "pilot",
        "budget_min": 100,
        "budget_max": 200,
        "notice_url": "",
        "deadline": date(2026, 10, 20),
        "contact_phone": "0755-00001234",
    }
    return Case(SimpleNamespace(**{**plain, **changes}), date(2026, 9, 30), 10, ("clean",))


def test_nothing_is_said_of_a_plain_need() -> None:
    assert hints(need()) == []


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"indicators": []}, "indicators", "没有考核指标"),
        ({"indicators": ["敏感度≥95%", "用户满意"]}, "indicators", "1 项指标没有数值：用户满意"),
        ({"scope": "做一个平台。"}, "scope", "很短"),
        ({"deadline": date(2026, 10, 9)}, "deadline", "不足 10 天"),
        ({"deadline": date(2026, 9, 29)}, "deadline", "已经过去"),
        ({"mode": "procurement", "budget_min": None, "budget_max": None, "notice_url": "https://a"}, "budget", "面议"),
        ({"mode": "procurement"}, "notice_url", "公告链接"),
        ({"budget_max": 501}, "budget", "五倍"),
        ({"acceptance": " "}, "acceptance", "没有验收标准"),
        ({"conditions": "限本市注册企业参与。"}, "conditions", "限本市注册"),
        ({"contact_phone": "139 0000 1234"}, "contact_phone", "手机号"),
        ({"contact_phone": ""}, "contact_phone", "没有联系方式"),
        ({"background": "请联系 13900001234"}, "background", "手机号"),
        ({"indicators": ["95% 报 a.b@example.org"]}, "indicators", "邮箱地址"),
        ({"resources": "样例 11010519491231002X"}, "resources", "身份证号"),
    ],
)
def test_a_hint_is_given(changes: dict[str, Any], field: str, said: str) -> None:
    (hint,) = hints(need(**changes))
    assert hint.field == field
    assert said in hint.text


def test_what_is_on_the_limit_is_not_said() -> None:
    assert hints(need(deadline=date(2026, 10, 10), budget_max=500, budget_min=100)) == []
    assert hints(need(mode="procurement", notice_url="https://a")) == []


def test_files_that_are_not_clean_are_told() -> None:
    (hint,) = hints(replace(need(), files=("clean", "quarantined")))
    assert "1 个附件" in hint.text
