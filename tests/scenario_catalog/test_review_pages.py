"""The operator's desk: what is shown, what is decided, and what is refused."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from accounts.access.models import Person
from core import clock
from core.access import Principal
from core.audit import SYSTEM, AuditEvent
from core.extensions import db
from core.files import StoredFile, accept
from retrieval.operations import fill_vectors
from scenario_catalog import operations as catalog
from scenario_catalog.models import Attachment, Review, ReviewComment, Scenario, ScenarioVersion
from scenario_catalog.review import views
from scenario_catalog.rules import Ground
from scenario_catalog.similarity.operations import fill_needs
from tests.factories import OrganisationFactory, ScenarioFactory, member, published
from tests.pages import PageClient, visible

FIRST = {
    "title": "影像初筛",
    "scope": "自动初筛影像，提示可疑病灶；不改动现有设备。",
    "indicators": "敏感度≥95%\n单例用时≤30秒",
    "domain": "healthcare",
}
SECOND = {**FIRST, "scope": "自动初筛胸部影像，提示可疑病灶；不改动现有设备。", "domain": "education"}


def submitted(*contents: dict[str, str], verified: bool = True, **values: Any) -> Scenario:
    """A need whose versions were submitted one after the other, each but the last returned."""
    agency = OrganisationFactory(verification="verified" if verified else "unverified")
    scenario = ScenarioFactory(agency=agency, **values)
    for number, content in enumerate(contents or (FIRST,), 1):
        if number > 1:
            catalog.move(db.session(), SYSTEM, scenario, "return", Ground(words="请补充"))
        version = ScenarioVersion(number=number, content=content, saved_at=clock.now(), sealed=True)
        scenario.versions.append(version)
        scenario.revision += 1
        catalog.move(db.session(), SYSTEM, scenario, "submit")
    db.session.commit()
    return scenario


@pytest.fixture
def reviewer(client: PageClient) -> Person:
    person = member("operator", "member")
    client.sign_in(person)
    return person


def decision(scenario: Scenario, **values: Any) -> dict[str, Any]:
    return {"revision": str(scenario.revision), **values}


def page_of(scenario: Scenario) -> str:
    return f"/desk/review/{scenario.id}"


def test_the_queue_shows_the_longest_waiting_first(client: PageClient, reviewer: Person) -> None:
    with clock.frozen(clock.now() - timedelta(days=20)):
        submitted(title="先提交的", verified=False)
    submitted(title="后提交的")
    text = visible(client.get("/desk/review"))
    assert text.index("先提交的") < text.index("后提交的")
    assert "单位未认证" in text
    assert "今天提交" in text
    assert "超过 3 个" in text
    assert "先提交的" in visible(client.get("/desk/review?show=unverified"))
    assert "后提交的" not in visible(client.get("/desk/review?show=unverified"))
    assert "没有符合筛选的需求" in visible(client.get("/desk/review?show=mine"))
    assert "先提交的" in visible(client.get("/desk/review?state=nonsense&show=nonsense"))
    client.fragment("/desk/review?show=free")


def test_an_empty_queue_says_so(client: PageClient, reviewer: Person) -> None:
    for state in ("in_review", "returned", "approved"):
        client.get(f"/desk/review?state={state}")


def test_a_first_submission_has_nothing_to_compare_with(client: PageClient, reviewer: Person) -> None:
    text = visible(client.get(page_of(submitted(FIRST))))
    assert "首次提交" in text
    assert "医疗" in text
    assert "敏感度≥95%" in text


def test_a_second_submission_is_shown_beside_the_first(client: PageClient, reviewer: Person) -> None:
    response = client.get(page_of(submitted(FIRST, SECOND)))
    html = response.get_data(as_text=True)
    assert "<ins>胸部</ins>" in html
    assert "<del>医疗</del>" in html
    assert "改动了" in visible(response)
    assert "以前的退回理由" in visible(response)
    assert "请补充" in visible(response)


def test_any_earlier_version_can_be_compared_with(client: PageClient, reviewer: Person) -> None:
    scenario = submitted(FIRST, SECOND, SECOND)
    assert "各项内容均未变化" in visible(client.get(page_of(scenario)))
    assert "与第 1 稿对比" in visible(client.get(f"{page_of(scenario)}?against=1"))
    for odd in ("x", "9", "-1", "99999999999999999999", "²"):
        client.get(f"{page_of(scenario)}?against={odd}")


def test_a_need_without_versions_is_shown_from_its_columns(client: PageClient, reviewer: Person) -> None:
    scenario = ScenarioFactory(contact_phone="13900001234")
    catalog.move(db.session(), SYSTEM, scenario, "submit")
    db.session.commit()
    text = visible(client.get(page_of(scenario)))
    assert "敏感度≥95%" in text
    assert "私人号码" in text


def test_what_was_never_submitted_is_its_agencys_own(client: PageClient, reviewer: Person) -> None:
    scenario = ScenarioFactory()
    db.session.commit()
    client.get(page_of(scenario), status=404)
    client.get("/desk/review/99999", status=404)


def test_what_the_agency_writes_after_a_return_is_not_shown(client: PageClient, reviewer: Person) -> None:
    scenario = submitted(FIRST)
    catalog.move(db.session(), SYSTEM, scenario, "return", Ground(words="请补充"))
    scenario.scope = scenario.title = "还在写的内容"
    scenario.versions.append(ScenarioVersion(number=2, content={"scope": "还在写的内容"}, saved_at=clock.now()))
    db.session.commit()
    text = visible(client.get(page_of(scenario)))
    assert "已退回单位修改" in text
    main = text[text.index("自动初筛影像") :]
    assert "还在写的内容" not in main


def test_files_are_shown_with_their_scan(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    stored = StoredFile(
        token="t", name="a.pdf", media_type="application/pdf", size=2048, digest="", purpose="attachment"
    )
    stored.created_at = clock.now()
    scenario.attachments.append(Attachment(title="需求书", added_at=clock.now(), file=stored))
    db.session.commit()
    text = visible(client.get(page_of(scenario)))
    assert "等待安全检查" in text
    assert "1 个附件尚未通过安全检查" in text
    (attachment,) = scenario.attachments
    client.get(f"{page_of(scenario)}/files/{attachment.id}", status=404)
    client.get(f"{page_of(scenario)}/files/999", status=404)


def test_a_clean_file_is_read_by_the_reviewer_only(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    upload = FileStorage(BytesIO(b"name,value\n1,2\n"), "data.csv")
    stored = accept(db.session(), upload, purpose="attachment")
    scenario.attachments.append(Attachment(title="数据样例", added_at=clock.now(), file=stored))
    db.session.commit()
    address = f"{page_of(scenario)}/files/{scenario.attachments[0].id}"
    assert address in client.get(page_of(scenario)).get_data(as_text=True)
    with client.get(address) as sent:
        assert sent.data == b"name,value\n1,2\n"
    client.sign_in(member("agency", "owner"))
    client.get(address, status=403)


def test_a_need_is_approved(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    client.post(f"{page_of(scenario)}/approve", decision(scenario), status=303)
    assert scenario.status == "approved"
    text = visible(client.get(page_of(scenario)))
    assert f"由{reviewer.name}于" in text
    assert "等待发布" in text


def test_an_unverified_agencys_need_takes_a_word_of_its_own(client: PageClient, reviewer: Person) -> None:
    scenario = submitted(verified=False)
    assert "尚未认证" in visible(client.get(page_of(scenario)))
    assert "仍要通过" in visible(client.post(f"{page_of(scenario)}/approve", decision(scenario), status=422))
    assert scenario.status == "in_review"
    client.post(f"{page_of(scenario)}/approve", decision(scenario, unverified_ok="y"), status=303)
    assert scenario.status == "approved"


def test_a_return_needs_reasons_and_sends_the_comments(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    assert "退回必须写明理由" in visible(client.post(f"{page_of(scenario)}/return", decision(scenario), status=422))
    client.post(f"{page_of(scenario)}/comments", {"field": "scope", "text": "请写明接口"}, status=303)
    assert "将一并发出 1 条意见" in visible(client.get(page_of(scenario)))
    told = decision(scenario, reasons=["indicators", "deadline"], words="另请补充数量")
    client.post(f"{page_of(scenario)}/return", told, status=303)
    assert scenario.status == "returned"
    note = scenario.moves[-1].note
    assert note.splitlines()[-1] == "另请补充数量"
    assert "考核指标无法检验" in note
    assert "已发给单位" in visible(client.get(page_of(scenario)))


def test_frequent_reasons_alone_are_enough(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    client.post(f"{page_of(scenario)}/return", decision(scenario, reasons=["scope"]), status=303)
    assert scenario.status == "returned"


def test_what_was_typed_stays(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    response = client.post(f"{page_of(scenario)}/return", decision(scenario, words="字" * 2001), status=422)
    assert "字" * 2001 in response.get_data(as_text=True)
    response = client.post(f"{page_of(scenario)}/comments", {"field": "scope", "text": "评" * 1001}, status=422)
    assert "评" * 1001 in response.get_data(as_text=True)
    client.post(f"{page_of(scenario)}/return", decision(scenario, reasons=["magic"]), status=422)
    assert scenario.status == "in_review"


def test_the_second_decision_is_told_of_the_first(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    seen = decision(scenario)
    other = member("operator", "member")
    PageClient(client.raw.application).sign_in(other).post(f"{page_of(scenario)}/approve", seen, status=303)
    text = visible(client.post(f"{page_of(scenario)}/approve", seen, status=409))
    assert f"已由{other.name}于" in text
    told = client.post(f"{page_of(scenario)}/approve", seen, status=409)
    assert "等待发布" in visible(told)
    count = select(AuditEvent).where(AuditEvent.verb == "approve", AuditEvent.subject_id == str(scenario.id))
    assert len(db.session.scalars(count).all()) == 1


def test_a_need_that_was_resubmitted_meanwhile_is_shown_anew(client: PageClient, reviewer: Person) -> None:
    scenario = submitted(FIRST)
    seen = decision(scenario, words="请补充")
    catalog.move(db.session(), SYSTEM, scenario, "recall")
    scenario.versions.append(ScenarioVersion(number=2, content=SECOND, saved_at=clock.now(), sealed=True))
    scenario.revision += 1
    catalog.move(db.session(), SYSTEM, scenario, "submit")
    db.session.commit()
    for verb in ("approve", "return"):
        response = client.post(f"{page_of(scenario)}/{verb}", seen, status=409)
        assert "重新提交" in visible(response)
        assert "<ins>胸部</ins>" in response.get_data(as_text=True)
    assert scenario.status == "in_review"
    for odd in ("", "x", "-1", "9" * 40, "²"):
        client.post(f"{page_of(scenario)}/approve", {"revision": odd}, status=409)


def test_a_recalled_need_cannot_be_decided(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    catalog.move(db.session(), SYSTEM, scenario, "recall")
    db.session.commit()
    assert "已撤回" in visible(client.post(f"{page_of(scenario)}/approve", decision(scenario), status=409))
    client.post(f"{page_of(scenario)}/take", status=409)
    client.post(f"{page_of(scenario)}/comments", {"field": "scope", "text": "请写明接口"}, status=409)
    assert scenario.status == "draft"


def test_who_has_a_need_is_shown_and_can_be_relieved(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    client.post(f"{page_of(scenario)}/take", status=303)
    other = member("operator", "member")
    second = PageClient(client.raw.application).sign_in(other)
    assert f"{reviewer.name}正在审核" in visible(second.get(page_of(scenario)))
    assert f"{reviewer.name}在审" in visible(second.get("/desk/review"))
    text = visible(second.post(f"{page_of(scenario)}/approve", decision(scenario), status=409))
    assert "请先接手" in text
    assert scenario.status == "in_review"
    second.post(f"{page_of(scenario)}/take", status=303)
    assert f"{other.name}正在审核" in visible(client.get(page_of(scenario)))
    client.post(f"{page_of(scenario)}/release", status=409)
    second.post(f"{page_of(scenario)}/release", status=303)
    client.post(f"{page_of(scenario)}/approve", decision(scenario), status=303)


def test_a_need_that_was_left_alone_is_free_again(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    client.post(f"{page_of(scenario)}/take", status=303)
    review = db.session.get_one(Review, scenario.id)
    review.taken_at = clock.now() - timedelta(hours=5)
    db.session.commit()
    second = PageClient(client.raw.application).sign_in(member("operator", "member"))
    second.post(f"{page_of(scenario)}/approve", decision(scenario), status=303)


def test_comments_are_changed_by_their_author_until_they_are_sent(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    client.post(f"{page_of(scenario)}/comments", {"field": "scope", "text": "请写明接口"}, status=303)
    client.post(f"{page_of(scenario)}/comments", {"field": "nonsense", "text": "整体还好"}, status=303)
    one, overall = db.session.scalars(select(ReviewComment).order_by(ReviewComment.id)).all()
    assert (one.field, overall.field) == ("scope", "overall")
    base = f"/desk/review/comments/{one.id}"
    client.post(base, {"text": "请写明接口和数据"}, status=303)
    client.post(base, {"text": ""}, status=422)
    assert "请写明接口和数据" in visible(client.get(page_of(scenario)))
    other = PageClient(client.raw.application).sign_in(member("operator", "owner"))
    other.post(base, {"text": "别人的话"}, status=403)
    other.post(f"{base}/delete", status=403)
    client.post(f"/desk/review/comments/{overall.id}/delete", status=303)
    client.post("/desk/review/comments/999/delete", status=404)
    client.post(f"{page_of(scenario)}/return", decision(scenario, words="请补充"), status=303)
    client.post(base, {"text": "再改"}, status=409)
    client.post(f"{base}/delete", status=409)
    client.post(f"{base}/resolve", status=303)
    client.post(f"{base}/resolve", status=303)
    assert "已解决" in visible(client.get(page_of(scenario)))


@pytest.mark.parametrize("kind", ["agency", "enterprise", "auditor"])
def test_others_do_not_reach_the_desk(client: PageClient, kind: str) -> None:
    scenario = submitted()
    client.sign_in(member(kind, "owner"))
    client.get("/desk/review", status=403)
    client.get(page_of(scenario), status=403)
    client.post(f"{page_of(scenario)}/approve", decision(scenario), status=403)
    assert scenario.status == "in_review"


def test_a_reader_looks_and_does_not_decide(client: PageClient) -> None:
    scenario = submitted()
    client.sign_in(member("operator", "reader"))
    text = visible(client.get(page_of(scenario)))
    assert "您可以查看，不能处理" in text
    client.post(f"{page_of(scenario)}/approve", decision(scenario), status=403)
    client.post(f"{page_of(scenario)}/comments", {"field": "scope", "text": "请写明"}, status=403)


def test_html_is_shown_as_it_was_typed(client: PageClient, reviewer: Person) -> None:
    scenario = submitted({**FIRST, "scope": "<script>alert(1)</script>"}, {**FIRST, "scope": "<b>x</b>"})
    client.post(f"{page_of(scenario)}/comments", {"field": "scope", "text": "<i>y</i>"}, status=303)
    html = client.get(page_of(scenario)).get_data(as_text=True)
    assert "<script>alert" not in html
    assert "<i>y</i>" not in html


def test_what_looks_alike_is_fetched_apart(client: PageClient, reviewer: Person) -> None:
    scenario = submitted()
    client.get(f"{page_of(scenario)}/similar")
    client.fragment(f"{page_of(scenario)}/similar")


def test_what_is_published_already_is_shown_with_its_sentences(client: PageClient, reviewer: Person) -> None:
    twin = ScenarioFactory(title=FIRST["title"], scope=FIRST["scope"])
    published(twin)
    fill_vectors()
    fill_needs()
    response = client.get(f"{page_of(submitted())}/similar")
    assert twin.number
    assert twin.number in visible(response)
    assert "review-pair" in response.get_data(as_text=True)


def test_what_waits_is_on_the_operators_desk(client: PageClient, reviewer: Person) -> None:
    scenario = submitted(title="等待审核的")
    with client.raw.application.test_request_context():
        (item,) = views.waiting(Principal("p", reviewer.id, role="operator-member", organisation=1))
        assert views.waiting(Principal("p", 1, role="enterprise-owner", organisation=1)) == []
    assert (item.title, item.url, item.since) == ("等待审核的", page_of(scenario), scenario.moves[-1].at)
