"""The targets board: when a target is due, what is said of it, and that nothing is said without a source."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from core import clock
from core.audit import SYSTEM, AuditEvent
from core.errors import ForbiddenError, InvalidInputError
from core.extensions import db
from policies.facts.reviewed import place, table_beside
from policies.operations import import_policy
from policies.parser import parse
from policies.targets import operations, presenting
from policies.targets.models import TargetEntry
from policies.targets.operations import Published
from policies.targets.rules import LIVE, PAST, RUNNING, SOURCED, UNDATED, assess, due, key_of, targets
from tests.factories import member
from tests.pages import visible

FILE = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md")
PLAN = FILE.read_text(encoding="utf-8")
TABLE = table_beside(FILE)
assert TABLE is not None
FACTS = place(TABLE, parse(PLAN).articles).placed
TARGETS = targets(FACTS)
POWER = next(one for one in TARGETS if one.written == "4000P FLOPS")
TODAY = date(2026, 11, 28)


@dataclass(frozen=True)
class Told:
    as_of: date
    value: Decimal | None = None


def test_the_targets_of_the_plan():
    assert [one.amount for one in TARGETS] == [
        "达4000P FLOPS", "达30000P FLOPS", "2个", "50家", "5个以上", "1千万亿字节", "40个以上", "15家以上", "3个以上",
        "5个以上",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("deadline", "last"),
    [
        ("2024年", date(2024, 12, 31)),
        ("2024年年底前", date(2024, 12, 31)),
        ("2027年6月底前", date(2027, 6, 30)),
        ("2028年2月", date(2028, 2, 29)),
        ("2025年3月1日", date(2025, 3, 1)),
        ("2026年上半年", date(2026, 6, 30)),
        ("2026年第三季度", date(2026, 9, 30)),
        ("2025年2月31日", date(2025, 2, 28)),
        ("2025年13月", None),
        ("每年", None),
        ("11月", None),
        ("", None),
    ],
)
def test_when_a_target_is_due(deadline, last):
    assert due(deadline) == last


def test_what_is_said_of_a_target():
    assert assess(POWER, [], TODAY).state == PAST
    assert assess(POWER, [], date(2024, 12, 31)).state == RUNNING
    assert assess(replace(POWER, deadline=""), [], TODAY).state == UNDATED
    assert assess(POWER, [Told(TODAY)], TODAY).state == SOURCED
    assert assess(POWER, [], TODAY, live=True).state == LIVE


def test_whether_it_is_reached_only_a_comparable_figure_says():
    def reached(*entries, fact=POWER):
        return assess(fact, list(entries), TODAY).reached

    early, late = date(2025, 1, 1), date(2026, 1, 1)
    assert reached() is None
    assert reached(Told(early)) is None
    assert reached(Told(early, Decimal(4000))) is True
    assert reached(Told(early, Decimal(5000)), Told(late, Decimal(3000))) is False
    assert reached(Told(early, Decimal(40)), fact=replace(POWER, comparator="不超过", value=Decimal(50))) is True
    assert reached(Told(early, Decimal(40)), fact=replace(POWER, value=None)) is None


def test_a_target_keeps_its_name_when_text_before_it_changes():
    moved = replace(POWER, article=2, start=POWER.start + 9, end=POWER.end + 9, at=POWER.at + 9, indicator="别的名称")
    assert key_of(moved) == key_of(POWER)
    assert key_of(replace(POWER, quote=POWER.quote + "！")) != key_of(POWER)
    assert len({key_of(one) for one in TARGETS}) == len(TARGETS)


@pytest.fixture
def plan(app):
    version = import_policy(db.session(), SYSTEM, PLAN, TABLE)
    db.session.commit()
    return version


@pytest.fixture
def operator(client, plan):
    person = member("operator", "member")
    db.session.commit()
    return client.sign_in(person)


SAID = Published("4100P", Decimal(4100), date(2025, 2, 1), "市政府工作报告", "https://www.example.org/report")
ADDRESS = f"/desk/targets/shenzhen-ai-pioneer-city-2024/{key_of(POWER)}"
TYPED = {
    "figure": "4100P",
    "value": "4100",
    "as_of": "2025-02-01",
    "source_title": "市政府工作报告",
    "source_url": "https://www.example.org/report",
}


def test_without_a_source_the_board_says_so(client, plan):
    with clock.frozen(datetime(2026, 11, 28, tzinfo=UTC)):
        said = visible(client.get("/targets"))
    assert said.count("期限已过，完成情况未公布") == 2 + 1  # the two of 2024, and the count above
    assert "原文未写期限，尚未公布" in said
    assert "2024年年底前" in said


def test_a_sourced_entry_is_shown_and_compared(client, plan):
    operations.add(db.session(), SYSTEM, plan.document_id, POWER, SAID)
    db.session.commit()
    page = client.get("/targets")
    said = visible(page)
    assert "4100P 截至 2025年2月1日" in said
    assert "已达到原定数字" in said
    assert 'href="https://www.example.org/report"' in page.get_data(as_text=True)


def test_an_entry_follows_the_sentence_to_the_next_version_and_not_a_changed_one(client, plan):
    operations.add(db.session(), SYSTEM, plan.document_id, POWER, SAID)
    import_policy(db.session(), SYSTEM, PLAN.replace("共建国产", "共建一批国产"), TABLE)
    db.session.commit()
    assert "4100P 截至" in visible(client.get("/targets"))
    import_policy(db.session(), SYSTEM, PLAN.replace("达4000P", "达5000P"), TABLE)
    db.session.commit()
    assert "4100P 截至" not in visible(client.get("/targets"))


def test_an_operator_enters_and_withdraws(operator, plan):
    assert "目标进展登记" in visible(operator.get("/desk/targets"))
    operator.post(ADDRESS, data=TYPED, status=303)
    made = db.session.scalars(select(TargetEntry)).one()
    assert "4100P" in visible(operator.get(ADDRESS))
    empty = operator.post(f"{ADDRESS}/{made.id}/withdraw", data={"reason": " "}, status=422)
    assert "请写明撤下的理由" in visible(empty)
    operator.post(f"{ADDRESS}/{made.id}/withdraw", data={"reason": "来源已更正"}, status=303)
    assert "4100P 截至" not in visible(operator.get("/targets"))
    operator.post(f"{ADDRESS}/{made.id}/withdraw", data={"reason": "再撤"}, status=404)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "target_entry"))
    assert [event.verb for event in events] == ["add", "withdraw"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source_url": ""}, "请填写来源网址"),
        ({"source_url": "javascript:alert(1)"}, "请填写以 https:// 或 http:// 开头的完整网址"),
        ({"source_title": ""}, "请写明来源"),
        ({"figure": ""}, "请照抄公布的数字"),
        ({"value": "若干"}, "“若干”不是数"),
        ({"as_of": "2999-01-01"}, "数据日期不能晚于今天"),
        ({"as_of": "昨天"}, ""),
    ],
)
def test_a_wrong_entry_is_told_and_nothing_is_added(operator, plan, changes, message):
    page = operator.post(ADDRESS, data={**TYPED, **changes}, status=422)
    assert message in visible(page)
    assert db.session.scalars(select(TargetEntry)).all() == []


def test_only_operators_enter(plan):
    with pytest.raises(ForbiddenError):
        operations.add(db.session(), replace(SYSTEM, role="agency-owner"), plan.document_id, POWER, SAID)
    made = operations.add(db.session(), SYSTEM, plan.document_id, POWER, SAID)
    with pytest.raises(InvalidInputError, match="理由"):
        operations.withdraw(db.session(), SYSTEM, made, " ")


def test_an_unknown_target_is_404(operator, plan):
    operator.get("/desk/targets/shenzhen-ai-pioneer-city-2024/none", status=404)
    operator.get(f"/desk/targets/none/{key_of(POWER)}", status=404)


def test_the_landing_target_is_counted_by_the_marketplace(app, client, plan, monkeypatch):
    landing = next(one for one in TARGETS if one.written == "40个")
    app.view_functions.setdefault("catalog.target_progress", lambda counts: counts)
    monkeypatch.setattr(presenting, "url_for", lambda _endpoint, counts: f"/targets/progress/{counts}")
    with app.test_request_context():
        assert presenting.progress_address(plan, landing) == "/targets/progress/landed"
        assert presenting.progress_address(plan, POWER) == ""
        state = next(one.state for one in presenting.part(plan).targets if one.fact == landing)
    assert state == LIVE


def test_an_empty_board_offers_a_next_step(client):
    assert "还没有核对过的目标" in visible(client.get("/targets"))
