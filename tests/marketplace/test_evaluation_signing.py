"""A consensus is signed by the whole panel: agreeing, objecting, the head's ruling, and what each reader is told."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access.models import Person
from core import clock
from core.audit import AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.evaluation import agreeing, countersigning, operations, presenting, queries, signing, views
from marketplace.evaluation.agreeing import Agreement, StaleError
from marketplace.evaluation.countersigning import Said
from marketplace.evaluation.models import Consensus
from marketplace.evaluation.signing import Signed
from tests.factories import member
from tests.marketplace.judging import (
    AGENCY,
    JUDGE,
    Court,
    countersigned,
    membership,
    opened,
    panelled,
    scored,
    scores,
    settled,
)
from tests.pages import PageClient, visible

WORDS = "第二项的测试条件没有写明，给分偏高。"


@pytest.fixture
def court(app: Flask) -> Court:
    return scored(panelled(opened()))


@pytest.fixture
def written(court: Court) -> Consensus:
    """Have the first member write a consensus on the first bid."""
    found = settled(court, court.bids[0])
    db.session.commit()
    return found


def object_(court: Court, found: Consensus, place: int = 1) -> None:
    said = Said(WORDS, found.agreed_at)
    countersigning.object_to(db.session(), JUDGE, court.members[place], found.bid, said)


def overrule(court: Court, found: Consensus, place: int = 0, words: str = "已核对原文，维持") -> None:
    said = Said(words, found.agreed_at)
    countersigning.overrule(db.session(), JUDGE, court.members[place], found.bid, said)


def unsigned(court: Court) -> int:
    return agreeing.facts_to_agree(db.session(), court.evaluation)["unsigned"]


def test_signatures_are_kept_as_they_were_given() -> None:
    signed = signing.object_(signing.agree(Signed(), 1), 2, WORDS)
    assert signing.read(signing.kept(signed)) == signed
    assert signing.read({}) == Signed()


def test_a_consensus_stands_when_all_have_answered_and_no_objection_waits() -> None:
    signed = signing.agree(Signed(), 1)
    assert signing.owing(signed, [1, 2, 3]) == [2, 3]
    signed = signing.object_(signed, 2, WORDS)
    signed = signing.agree(signed, 3)
    assert not signing.owing(signed, [1, 2, 3])
    assert not signing.is_final(signed, [1, 2, 3])
    ruled = signing.overrule(signed, "维持")
    assert signing.is_final(ruled, [1, 2, 3])
    assert not signing.is_final(signing.object_(ruled, 3, WORDS), [1, 2, 3]), "the ruling was not about this one"
    assert signing.agree(ruled, 2) == Signed(frozenset({1, 2, 3})), "without an objection there is no ruling"


def test_technical_scores_wait_for_every_signature(court: Court) -> None:
    for bid in court.bids:
        settled(court, bid)
    with pytest.raises(LifecycleError, match="还有 3 份合议意见没有全部会签"):
        agreeing.agree(db.session(), AGENCY, court.evaluation)
    for bid in court.bids:
        countersigned(court, bid)
    agreeing.agree(db.session(), AGENCY, court.evaluation)
    assert court.evaluation.status == "agreed"


def test_an_objection_waits_for_the_head_whose_ruling_is_kept(court: Court, written: Consensus) -> None:
    object_(court, written)
    countersigning.agree_to(db.session(), JUDGE, court.members[2], written.bid, written.agreed_at)
    assert unsigned(court) == 1
    with pytest.raises(LifecycleError, match="只有组长"):
        overrule(court, written, place=2)
    with pytest.raises(InvalidInputError, match="请写明理由"):
        overrule(court, written, words=" ")
    overrule(court, written)
    assert unsigned(court) == 0
    assert signing.read(written.signatures).ruling == "已核对原文，维持"
    with pytest.raises(LifecycleError, match="没有待裁定"):
        overrule(court, written)
    said = db.session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_type == "consensus")).all()
    assert said == ["conclude", "refuse", "confirm", "settle"]


def test_a_head_who_objects_does_not_rule_on_it(court: Court, written: Consensus) -> None:
    object_(court, written, place=0)
    with pytest.raises(LifecycleError, match="您本人"):
        overrule(court, written)


def test_signing_twice_is_one_event_and_an_objection_has_words(court: Court, written: Consensus) -> None:
    for _time in range(2):
        countersigning.agree_to(db.session(), JUDGE, court.members[1], written.bid, written.agreed_at)
    events = select(AuditEvent).where(AuditEvent.subject_type == "consensus", AuditEvent.verb == "confirm")
    assert len(db.session.scalars(events).all()) == 1
    for words in (" ", "长" * 1001):
        said = Said(words, written.agreed_at)
        with pytest.raises(InvalidInputError, match="请写明理由"):
            countersigning.object_to(db.session(), JUDGE, court.members[1], written.bid, said)


def test_what_is_written_anew_is_signed_anew(court: Court, written: Consensus) -> None:
    seen = written.agreed_at
    countersigned(court, written.bid)
    db.session.commit()
    with clock.frozen(seen + timedelta(seconds=1)):
        said = Agreement(scores(court, 60), "再议", seen)
        agreeing.settle(db.session(), JUDGE, court.members[1], written.bid, said)
    assert signing.read(written.signatures) == Signed(frozenset({court.members[1].id}))
    with pytest.raises(StaleError, match="刚刚被改过"):
        countersigning.agree_to(db.session(), JUDGE, court.members[2], written.bid, seen)


def test_who_has_left_is_not_waited_for(court: Court, written: Consensus) -> None:
    first = queries.head(db.session(), court.evaluation)
    assert first == court.members[0]
    for judge in court.judges[:2]:
        membership(judge).ended_at = clock.now()
    db.session.flush()
    assert queries.head(db.session(), court.evaluation) == court.members[2]
    countersigning.agree_to(db.session(), JUDGE, court.members[2], written.bid, written.agreed_at)
    assert unsigned(court) == 0
    found = presenting.signatures(court.evaluation, written)
    assert found
    assert [(one.label, one.head, one.state) for one in found.signers] == [
        ("评审1", False, "agreed"),
        ("评审3", True, "agreed"),
    ]


def test_the_agency_picks_one_head_until_a_ruling_is_made(court: Court, written: Consensus) -> None:
    for place in (2, 1, 1):
        operations.chair(db.session(), AGENCY, court.members[place])
    assert [one.chairs for one in court.members] == [False, True, False]
    events = select(AuditEvent).where(AuditEvent.subject_type == "panel_member", AuditEvent.verb == "chair")
    assert len(db.session.scalars(events).all()) == 2
    assert queries.head(db.session(), court.evaluation) == court.members[1]
    object_(court, written, place=2)
    with pytest.raises(LifecycleError, match="只有组长"):
        overrule(court, written, place=0)
    overrule(court, written, place=1)
    with pytest.raises(LifecycleError, match="已对异议作出裁定"):
        operations.chair(db.session(), AGENCY, court.members[0])


def test_a_head_who_leaves_the_panel_is_head_no_more(app: Flask) -> None:
    court = panelled(opened(judges=4))
    operations.chair(db.session(), AGENCY, court.members[3])
    operations.remove(db.session(), AGENCY, court.members[3], "长期出差")
    assert not court.members[3].chairs
    assert queries.head(db.session(), court.evaluation) == court.members[0]
    with pytest.raises(LifecycleError, match="不在评审组中"):
        operations.chair(db.session(), AGENCY, court.members[3])


# Pages.


def test_the_head_is_picked_when_the_panel_is_named_or_later(app: Flask) -> None:
    court = opened()
    client = as_(app, member("agency", "approver", court.scenario.agency))
    desk = f"/desk/evaluations/{court.scenario.id}"
    first, second, third = (membership(one) for one in court.judges)
    named = {"membership": [str(first.id), str(second.id)]}
    client.post(f"{desk}/panel", {**named, "head": str(third.id)}, status=303)
    assert "组长须在这次指定的专家之中" in visible(client.get(desk))
    client.post(f"{desk}/panel", {**named, "head": str(second.id)}, status=303)
    assert f"{second.person.name}（组长）" in visible(client.get(desk))
    seats = {one.person_id: one.id for one in court.evaluation.panel}
    client.post(f"{desk}/panel/{seats[first.person_id]}/chair", status=303)
    page = visible(client.get(desk))
    assert f"{first.person.name}（组长）" in page
    assert page.count("（组长）") == 1


def as_(app: Flask, person: Person) -> PageClient:
    return PageClient(app).sign_in(person)


def page_of(court: Court, place: int) -> str:
    return f"/desk/panel/{court.members[place].id}/bids/{court.bids[0].token}/consensus"


def seen(client: PageClient, address: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert found
    return found[1]


def test_members_sign_object_and_rule_on_their_pages(app: Flask, court: Court, written: Consensus) -> None:
    second, address = as_(app, court.judges[1]), page_of(court, 1)
    page = visible(second.get(address))
    assert "下一步：请您会签" in page
    assert "评审2 尚未会签" in page
    at = seen(second, address)
    second.post(f"{address}/sign", {"seen": at}, status=422)
    refused = second.post(f"{address}/sign", {"seen": at, "answer": "object"}, status=422)
    assert "请写明理由" in visible(refused)
    second.post(f"{address}/sign", {"seen": at, "answer": "object", "words": WORDS}, status=303)
    as_(app, court.judges[2]).post(f"{page_of(court, 2)}/sign", {"seen": at, "answer": "agree"}, status=303)
    head, ruled = as_(app, court.judges[0]), page_of(court, 0)
    page = visible(head.get(ruled))
    assert f"评审2 不同意：{WORDS}" in page
    assert "请组长裁定异议" in page
    assert "待裁定异议 1 份" in visible(head.get("/desk"))
    assert "请组长裁定异议" not in visible(as_(app, court.judges[2]).get(page_of(court, 2)))
    head.post(f"{ruled}/overrule", {"seen": at, "words": ""}, status=422)
    head.post(f"{ruled}/overrule", {"seen": at, "words": "已核对原文，维持"}, status=303)
    assert "组长裁定维持： 已核对原文，维持" in visible(head.get(ruled))


def test_who_signs_what_was_changed_meanwhile_is_told(app: Flask, court: Court, written: Consensus) -> None:
    client, address = as_(app, court.judges[1]), page_of(court, 1)
    typed = {"seen": "2026-01-01T00:00:00+00:00", "answer": "object", "words": WORDS}
    page = client.post(f"{address}/sign", typed, status=422)
    assert "刚刚被改过" in visible(page)
    assert WORDS in page.get_data(as_text=True)


def test_the_agency_sees_who_has_not_signed_yet(app: Flask, court: Court, written: Consensus) -> None:
    client = as_(app, member("agency", "approver", court.scenario.agency))
    page = visible(client.get(f"/desk/evaluations/{court.scenario.id}"))
    assert "评审1（组长） 同意" in page
    assert "评审3 尚未会签" in page
    for bid in court.bids[1:]:
        settled(court, bid)
        countersigned(court, bid)
    db.session.commit()
    page = visible(client.get(f"/desk/evaluations/{court.scenario.id}"))
    assert "还有 1 份合议意见没有全部会签" in page


def test_what_waits_for_a_member_is_the_next_thing_to_do(app: Flask, court: Court, written: Consensus) -> None:
    tasks = []
    for place in (0, 1):
        task = presenting.task(court.members[place])
        assert task
        tasks.append((task.verb, len(task.bids)))
    assert tasks == [("settle", 2), ("sign", 1)]
    assert "下一步：会签，还有 1 份" in visible(as_(app, court.judges[1]).get(f"/desk/panel/{court.members[1].id}"))
    assert set(views.TASKS) >= {verb for verb, _number in tasks}
