"""The operator who misses something sends a landing back with words; the agency hands it in again."""

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import Notice
from core.audit import Actor, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from scenario_catalog.landing import evidence, operations, queries, returning
from scenario_catalog.landing.evidence import Label
from tests.pages import PageClient, visible
from tests.scenario_catalog.landing_world import RESULTS, World, again, awarded, met, milestone, piloting, upload

AGENCY = Actor("someone", "agency-approver", "1")
OPERATOR = Actor("someone", "operator-owner", "2")
WORDS = "测试报告缺少第三方盖章页，请补传。"


@pytest.fixture
def ready(app: Flask) -> World:
    """Return a landing that waits for its verification."""
    world = piloting(awarded(title="影像初筛"))
    met(world, "acceptance")
    operations.report(db.session(), AGENCY, world.landing, RESULTS, "")
    db.session.commit()
    return world


def test_only_what_waits_for_its_verification_is_sent_back_and_with_words(app: Flask) -> None:
    world = piloting(awarded())
    with pytest.raises(LifecycleError, match="还没有齐"):
        returning.send_back(db.session(), OPERATOR, world.landing, WORDS)
    met(world, "acceptance")
    operations.report(db.session(), AGENCY, world.landing, RESULTS, "")
    for words, said in ((" ", "请写明需要补充什么"), ("长" * 1001, "最多 1000 字")):
        with pytest.raises(InvalidInputError, match=said):
            returning.send_back(db.session(), OPERATOR, world.landing, words)
    with pytest.raises(LifecycleError, match="当前身份"):
        returning.send_back(db.session(), AGENCY, world.landing, WORDS)


def test_a_returned_landing_is_verified_only_once_it_was_handed_in_again(ready: World) -> None:
    session, landing = db.session(), ready.landing
    returning.send_back(session, OPERATOR, landing, WORDS)
    assert session.scalars(queries.to_verify()).unique().all() == []
    with pytest.raises(InvalidInputError, match="再次提交后才能核验"):
        operations.verify(session, OPERATOR, landing)
    with pytest.raises(LifecycleError, match="不能执行"):
        returning.send_back(session, OPERATOR, landing, WORDS)
    label = Label("test_report", "盖章页", organisation=ready.scenario.agency_id)
    evidence.attach(session, AGENCY, milestone(ready, "acceptance"), upload(b"with a seal"), label)
    operations.report(session, AGENCY, landing, "", "")
    with pytest.raises(LifecycleError, match="还没有齐"):
        returning.resubmit(session, AGENCY, landing)
    operations.report(session, AGENCY, landing, RESULTS, "")
    with pytest.raises(LifecycleError, match="当前身份"):
        returning.resubmit(session, OPERATOR, landing)
    returning.resubmit(session, AGENCY, landing)
    operations.verify(session, OPERATOR, landing)
    assert landing.verified_at
    said = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_type == "landing")).all()
    assert [verb for verb in said if verb != "report"] == ["begin", "send_back", "resubmit", "verify"]


def test_both_sides_read_what_is_missing_until_it_is_handed_in_again(client: PageClient, ready: World) -> None:
    client.sign_in(ready.operator)
    assert "请写明需要补充什么" in visible(client.post(f"{ready.desk}/send-back", {"back-words": " "}, status=422))
    client.post(f"{ready.desk}/send-back", {"back-words": WORDS}, status=303)
    assert "待核验落地" not in visible(client.get("/desk"))
    client.post(f"{ready.desk}/resubmit", status=403)
    for person in (ready.agency, ready.enterprise):
        assert WORDS in visible(client.sign_in(person).get(ready.desk))
        titles = db.session.scalars(select(Notice.title).where(Notice.person_id == person.id)).all()
        assert any("落地材料被退回" in title for title in titles)
    client.post(f"{ready.desk}/resubmit", status=403)
    client.sign_in(ready.agency)
    assert "退回补充材料，待再次提交" in visible(client.get("/desk"))
    client.post(f"{ready.desk}/send-back", {"back-words": WORDS}, status=403)
    client.post(f"{ready.desk}/resubmit", status=303)
    assert WORDS not in visible(client.get(ready.desk))
    assert again(ready).status == "under_way"
    assert "待核验落地" in visible(client.sign_in(ready.operator).get("/desk"))
    assert WORDS not in visible(client.sign_out().get(f"/landings/{ready.number}"))
