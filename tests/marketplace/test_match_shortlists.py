"""Freezing a ranking, what never changes of it, inviting from it, and what those invited are told."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import Notice, Organisation
from core import clock
from core.audit import SYSTEM, AuditEvent
from core.events import deliver_all
from core.extensions import db
from core.mail import MailMessage
from marketplace.matching import matcher, operations, rules
from marketplace.matching.models import BidInvitation, Shortlist, ShortlistEntry
from marketplace.room import ROOM
from marketplace.solutions import operations as solutions
from marketplace.solutions.models import Solution
from marketplace.solutions.rules import facts_of
from scenario_catalog.models import Scenario
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory, member
from tests.marketplace.conftest import echo
from tests.pages import PageClient, visible


@pytest.fixture
def enterprise(app: Flask) -> Organisation:
    return OrganisationFactory(kind="enterprise", name="临海测漏有限公司", verification="verified")


@pytest.fixture
def wanted(eight_open: list[Scenario]) -> Scenario:
    return eight_open[1]


@pytest.fixture
def solution(wanted: Scenario, enterprise: Organisation) -> Solution:
    return echo(wanted, enterprise)


@pytest.fixture
def at_agency(app: Flask, agency: Organisation) -> Callable[[str], PageClient]:
    return lambda role: PageClient(app).sign_in(member("agency", role, agency))


def freeze(at_agency: Callable[[str], PageClient], scenario: Scenario, role: str = "member") -> str:
    """Press the button; returns the address of the shortlist."""
    return str(at_agency(role).post(f"/desk/scenarios/{scenario.id}/solutions", status=303).location)


def the_shortlist() -> Shortlist:
    db.session.expire_all()
    return db.session.scalars(select(Shortlist)).one()


def invite_address(entry: ShortlistEntry) -> str:
    return f"/desk/shortlists/{entry.shortlist_id}/entries/{entry.id}/invite"


def notices(person: int) -> list[Notice]:
    return list(db.session.scalars(select(Notice).where(Notice.person_id == person)))


# Freezing.


def test_a_frozen_ranking_says_by_what_it_was_made(
    at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario, eight_open: list[Scenario]
) -> None:
    other = echo(eight_open[4])
    ranking = matcher.solutions_for(wanted)
    address = freeze(at_agency, wanted)
    made = the_shortlist()
    assert [entry.solution_id for entry in made.entries] == [solution.id, other.id], "all that were ranked"
    assert [entry.score for entry in made.entries] == [pytest.approx(one.score, abs=1e-5) for one in ranking.matches]
    assert (made.compared, made.model, made.rule_version) == (2, "fake", rules.VERSION)
    assert made.digest == operations.digest(made.entries)
    said = visible(at_agency("reader").get(address))
    for words in (made.digest, "fake", made.index_version, rules.VERSION, "当时公开的 2 个方案", "与下面的内容一致"):
        assert words in said
    assert "不会改变这份名单" in said
    assert f"评分 {made.entries[1].score:.2f}" in said
    assert "其余 1 个（不相近）" in said
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "shortlist")).one()
    assert (event.verb, event.subject_id, event.role) == ("freeze", str(made.id), "agency-member")


def test_nothing_that_happens_later_changes_a_shortlist(
    at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    address = freeze(at_agency, wanted)
    before = the_shortlist()
    kept = (before.digest, [(one.score, one.fits, one.pairs, one.eligibility) for one in before.entries])
    sentence = before.entries[0].pairs[0]["solution"]
    facts = replace(
        facts_of(solution.content), name="全然两样", summary="改做婚礼甜品台，动物奶油和当季水果，全城配送。" * 2
    )
    solutions.save(db.session(), SYSTEM, solution, None, replace(facts, capabilities=("裱花",)), solution.revision)
    db.session.commit()
    after = the_shortlist()
    assert (after.digest, [(one.score, one.fits, one.pairs, one.eligibility) for one in after.entries]) == kept
    page = at_agency("reader").get(address)
    assert "固定之后方案改过（现为第 2 版）" in visible(page)
    assert "与下面的内容一致" in visible(page)
    assert sentence in re.sub(r"</?mark>", "", page.get_data(as_text=True))
    solutions.move(db.session(), SYSTEM, solution, "archive")
    db.session.commit()
    gone = at_agency("reader").get(address)
    assert "方案已下架" in visible(gone)
    assert f'href="/solutions/{solution.id}"' not in gone.get_data(as_text=True)


def test_a_shortlist_that_was_tampered_with_says_so(
    at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    address = freeze(at_agency, wanted)
    the_shortlist().entries[0].score = 9.0
    db.session.commit()
    assert "与下面的内容不一致" in visible(at_agency("reader").get(address))


def test_nothing_is_frozen_where_nothing_is_ranked(
    at_agency: Callable[[str], PageClient], eight_open: list[Scenario]
) -> None:
    member = at_agency("member")
    assert member.post(f"/desk/scenarios/{eight_open[0].id}/solutions", status=303).location.endswith("/solutions")
    assert "现在没有可以固定的结果" in visible(member.get(f"/desk/scenarios/{eight_open[0].id}/solutions"))
    assert db.session.scalar(select(Shortlist)) is None


def test_shortlists_are_found_again_on_the_page_of_the_ranking(
    at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    address = freeze(at_agency, wanted)
    page = at_agency("reader").get(f"/desk/scenarios/{wanted.id}/solutions").get_data(as_text=True)
    assert f'href="{address}"' in page
    assert "1 个方案，比对 1 个" in page


def test_who_may_read_and_who_may_not(
    app: Flask, at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    address = freeze(at_agency, wanted)
    PageClient(app).sign_in(member("operator", "member")).get(address)
    PageClient(app).sign_in(member("agency", "owner")).get(address, status=404)
    PageClient(app).sign_in(member("enterprise", "owner", solution.organisation)).get(address, status=403)
    at_agency("owner").get("/desk/shortlists/999", status=404)
    at_agency("reader").post(f"/desk/scenarios/{wanted.id}/solutions", status=403)


# Inviting.


def test_an_approver_invites_once_and_the_members_are_told_once_with_public_facts(
    at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario, enterprise: Organisation
) -> None:
    people = [member("enterprise", role, enterprise) for role in ("owner", "member")]
    onlooker, gone = member("enterprise", "owner"), PersonFactory()
    MembershipFactory(organisation=enterprise, person=gone, ended_at=clock.now())
    db.session.commit()
    address = freeze(at_agency, wanted)
    entry = the_shortlist().entries[0]
    approver = at_agency("approver")
    assert "邀请企业" in visible(approver.get(address))
    approver.post(invite_address(entry), status=303)
    page = visible(approver.get(address))
    assert "已邀请“临海测漏有限公司”" in page
    assert "邀请企业" not in page.partition("依据的版本与摘要")[2]
    approver.post(invite_address(entry), status=303)
    assert "已经邀请过“临海测漏有限公司”" in visible(approver.get(address))
    deliver_all()
    deliver_all()
    for person in people:
        (told,) = notices(person.id)
        assert told.title == f"“{wanted.agency.name}”邀请贵企业了解场景 {wanted.number} {wanted.title}"
        assert told.url == f"/scenarios/{wanted.number}"
        assert "报名截止" in told.text
        assert "评分" not in told.text
    assert notices(onlooker.id) == notices(gone.id) == []
    sent = db.session.scalars(select(MailMessage.recipient)).all()
    assert sorted(sent) == sorted(person.email for person in people)


def test_members_and_unverified_agencies_invite_nobody(
    app: Flask, agency: Organisation, at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    address = freeze(at_agency, wanted)
    entry = the_shortlist().entries[0]
    at_agency("member").post(invite_address(entry), status=403)
    assert "邀请企业" not in visible(at_agency("member").get(address)).partition("依据的版本与摘要")[2]
    PageClient(app).sign_in(member("agency", "owner")).post(invite_address(entry), status=404)
    agency.verification = "unverified"
    db.session.commit()
    owner = at_agency("owner")
    assert "本单位尚未认证" in visible(owner.get(address))
    owner.post(invite_address(entry), status=403)
    assert db.session.scalar(select(BidInvitation)) is None


def test_an_entry_of_another_shortlist_is_not_invited_through_ones_own(
    app: Flask, at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    freeze(at_agency, wanted)
    made = the_shortlist()
    at_agency("owner").post(f"/desk/shortlists/{made.id}/entries/{made.entries[0].id + 1}/invite", status=404)


def test_no_invitation_after_the_closing_day_or_for_what_is_archived(
    at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    address = freeze(at_agency, wanted)
    entry, owner = the_shortlist().entries[0], at_agency("owner")
    solutions.move(db.session(), SYSTEM, solution, "archive")
    db.session.commit()
    owner.post(invite_address(entry), status=303)
    assert "这个方案已不再公开" in visible(owner.get(address))
    wanted.deadline = clock.today().replace(year=clock.today().year - 1)
    db.session.commit()
    owner.post(invite_address(entry), status=303)
    said = visible(owner.get(address))
    assert "已不在报名中，不能再邀请" in said
    assert db.session.scalar(select(BidInvitation)) is None


def test_an_enterprise_finds_its_invitations_at_its_desk(
    app: Flask, at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario, enterprise: Organisation
) -> None:
    freeze(at_agency, wanted)
    reader = PageClient(app).sign_in(member("enterprise", "reader", enterprise))
    assert "还没有收到邀请" in visible(reader.get("/desk/bid-invitations"))
    at_agency("owner").post(invite_address(the_shortlist().entries[0]), status=303)
    page = reader.get("/desk/bid-invitations")
    said = visible(page)
    for words in (wanted.title, wanted.agency.name, "还有 20 天", "报名中", "凭方案", solution.name):
        assert words in said
    assert 'href="/desk/bid-invitations"' in reader.get("/desk").get_data(as_text=True)
    rival = PageClient(app).sign_in(member("enterprise", "owner"))
    assert wanted.title not in visible(rival.get("/desk/bid-invitations"))
    at_agency("owner").get("/desk/bid-invitations", status=403)


# What is kept of people.


def test_what_a_person_did_is_in_the_export_and_forgotten_with_the_account(
    app: Flask, agency: Organisation, solution: Solution, wanted: Scenario
) -> None:
    person = member("agency", "owner", agency)
    client = PageClient(app).sign_in(person)
    client.post(f"/desk/scenarios/{wanted.id}/solutions", status=303)
    client.post(invite_address(the_shortlist().entries[0]), status=303)
    assert ROOM.personal
    assert ROOM.forget
    known = ROOM.personal(db.session(), person.id)
    assert [one["scenario"] for one in known["shortlists"]] == [wanted.number]
    assert [one["enterprise"] for one in known["invitations_sent"]] == ["临海测漏有限公司"]
    assert "solutions" in known
    ROOM.forget(db.session(), person.id)
    db.session.commit()
    assert not ROOM.personal(db.session(), person.id)["shortlists"]
    assert "已离开的成员" in visible(client.get(f"/desk/shortlists/{the_shortlist().id}"))


def test_the_audit_log_has_words_for_it(
    app: Flask, at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario
) -> None:
    freeze(at_agency, wanted)
    at_agency("owner").post(invite_address(the_shortlist().entries[0]), status=303)
    said = visible(PageClient(app).sign_in(member("auditor", "member")).get("/audit"))
    for words in ("短名单", "固定", "揭榜邀请", "邀请"):
        assert words in said
