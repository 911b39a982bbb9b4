"""The inbox: told once, marked read when opened, by e-mail for those who want it; members hear of what concerns them."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.access.models import Person
from accounts.inbox import notices, operations, queries
from accounts.inbox.levels import LEVELS, wanted
from accounts.inbox.operations import notify
from accounts.models import Notice, Verification
from accounts.queries import memberships_of
from core import audit, clock
from core.audit import SYSTEM, Actor, AuditEvent
from core.events import deliver_all
from core.extensions import db
from core.mail import MailMessage
from core.registry import Consumer, Room
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory, member
from tests.pages import PageClient, visible


def tell(*people: Person, key: str = "k", title: str = "标题", url: str = "/scenarios", **options: bool) -> int:
    return notify(db.session(), [each.id for each in people], key=key, title=title, text="正文", url=url, **options)


def letters() -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def titles(person: Person) -> list[str]:
    return [notice.title for notice in db.session.scalars(queries.notices(person.id))]


def test_everybody_is_told_once_for_each_key(app: Flask) -> None:
    one, two = PersonFactory(), PersonFactory()
    assert tell(one, one, two) == 2
    assert tell(one, two) == 0
    assert tell(one, key="other") == 1
    assert tell(key="nobody") == 0
    assert len(titles(one)) == 2
    assert sorted(letter.recipient for letter in letters()) == sorted([one.email, one.email, two.email])


def test_an_email_has_the_text_and_addresses_that_work_from_outside(app: Flask) -> None:
    tell(PersonFactory(), title="有\n换行\x07的标题")
    letter = letters()[0]
    assert letter.subject == "有 换行 的标题"
    assert "正文" in letter.text
    assert "http://127.0.0.1:8000/scenarios\n" in letter.text
    assert "http://127.0.0.1:8000/inbox/stop/" in letter.text


def test_who_has_gone_is_told_nothing(app: Flask) -> None:
    gone, closed = PersonFactory(erased_at=clock.now()), PersonFactory(active=False)
    unconfirmed = PersonFactory(confirmed_at=None)
    assert tell(gone, closed, unconfirmed) == 1
    assert len(titles(unconfirmed)) == 1
    assert letters() == [], "an address that nobody confirmed gets nothing"


@pytest.mark.parametrize(("level", "urgent", "sent"), [("all", False, 1), ("urgent", False, 0), ("urgent", True, 1)])
def test_email_follows_what_the_person_chose(app: Flask, level: str, urgent: bool, sent: int) -> None:
    tell(PersonFactory(mail_level=level), urgent=urgent)
    assert len(letters()) == sent


def test_nobody_who_said_no_is_written_to(app: Flask) -> None:
    assert not any(wanted("none", urgent=urgent) for urgent in (True, False))
    assert tell(PersonFactory(mail_level="none"), urgent=True) == 1
    assert tell(PersonFactory(), key="quiet", mail=False) == 1
    assert letters() == []


@pytest.mark.parametrize("url", ["https://example.org/", "//example.org", "/\\example.org", "scenarios", ""])
def test_a_notice_leads_nowhere_else(app: Flask, url: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        tell(PersonFactory(), url=url)


@pytest.mark.parametrize("key", ["", "k" * 81])
def test_a_key_has_a_length(app: Flask, key: str) -> None:
    with pytest.raises(ValueError, match="a key has"):
        tell(PersonFactory(), key=key)


def test_the_inbox_shows_the_newest_first_and_opening_reads(app: Flask, client: PageClient) -> None:
    person = member()
    for number in range(3):
        with clock.frozen(clock.now() + timedelta(minutes=number)):
            tell(person, key=f"k{number}", title=f"第{number}条")
    db.session.commit()
    client.sign_in(person)
    page = visible(client.get("/inbox"))
    assert page.index("第2条") < page.index("第1条") < page.index("第0条")
    assert "全部标为已读（3 条）" in page
    newest = db.session.scalars(queries.notices(person.id)).first()
    assert client.get(f"/inbox/{newest.id}", status=303).location == "/scenarios"
    assert "全部标为已读（2 条）" in visible(client.get("/inbox"))
    client.post("/inbox/read", status=303)
    assert "标为已读" not in visible(client.get("/inbox"))
    client.fragment("/inbox")


def test_nobody_opens_what_another_was_told(app: Flask, client: PageClient) -> None:
    mine, other = member(), member()
    tell(mine)
    db.session.commit()
    notice = db.session.scalars(queries.notices(mine.id)).one()
    client.sign_in(other).get(f"/inbox/{notice.id}", status=404)
    client.get("/inbox/999999999", status=404)
    db.session.expire_all()
    assert notice.read_at is None
    assert "收件箱是空的" in visible(client.get("/inbox"))


def test_who_is_not_signed_in_is_asked_to(client: PageClient) -> None:
    assert "next=" in client.get("/inbox", status=303).location


def test_the_badge_counts_for_its_reader_only(app: Flask) -> None:
    person = member()
    tell(person)
    db.session.commit()
    app.add_url_rule("/badge", "badge", lambda: render_template("inbox/badge.html"), methods=["GET"])
    app.view_functions["badge"].access_verb = "read"  # type: ignore[attr-defined]  # functions carry attributes
    client = PageClient(app)
    assert client.raw.get("/badge").get_data(as_text=True).strip() == ""
    client.sign_in(person)
    assert "<b>1</b>" in client.raw.get("/badge").get_data(as_text=True)


def test_how_much_email_is_chosen_on_the_page(app: Flask, client: PageClient) -> None:
    person = member()
    client.sign_in(person)
    for level in LEVELS:
        client.post("/inbox/mail", {"level": level}, status=303)
        db.session.expire_all()
        assert person.mail_level == level
    assert "请选择一种" in visible(client.post("/inbox/mail", {"level": "x"}, status=422))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "set_mail_level")).first()
    assert (event.actor, event.subject_id) == (person.pseudonym, person.pseudonym)


def test_the_link_in_an_email_stops_email_without_signing_in(app: Flask, client: PageClient) -> None:
    person = PersonFactory()
    tell(person)
    link = re.search(r"http://127.0.0.1:8000(/inbox/stop/\S+)", letters()[0].text)[1]
    db.session.commit()
    client.get(link)
    db.session.expire_all()
    assert person.mail_level == "all", "looking changes nothing: mail scanners follow links"
    client.post(link, status=303)
    assert "已停止" in visible(client.get(link))
    db.session.expire_all()
    assert person.mail_level == "none"
    client.get(link[:-3] + "xyz", status=404)


def test_an_export_has_the_notices_and_an_erasure_leaves_none(app: Flask) -> None:
    person, other = PersonFactory(), PersonFactory()
    tell(person, other)
    (notice,) = operations.personal(db.session(), person.id)["notices"]
    assert (notice["title"], notice["url"], notice["read_at"]) == ("标题", "/scenarios", "")
    operations.erase(db.session(), person.id)
    assert titles(person) == []
    assert len(titles(other)) == 1


def act(verb: str, subject_type: str, subject_id: object, actor: Actor = SYSTEM) -> None:
    audit.record(db.session(), actor, verb, subject_type, subject_id)
    db.session.commit()


def test_the_operator_hears_of_an_application_and_the_owners_of_the_decision(app: Flask) -> None:
    operator, owner = member("operator", "approver"), member("enterprise", "owner", verified=False)
    found = db.session.scalars(memberships_of(owner.id)).one().organisation
    late = PersonFactory()
    act("apply", "verification", found.id, Actor(owner.pseudonym, "enterprise-owner", str(found.id)))
    assert titles(operator) == [f"“{found.name}”申请单位认证"]
    asked = Verification(
        organisation=found, credit_code="x", applied_at=clock.now(), status="rejected", reason="材料不清"
    )
    asked.decided_at = clock.now()
    db.session.add(asked)
    act("reject", "verification", found.id, Actor(operator.pseudonym, "operator-approver"))
    MembershipFactory(organisation=found, person=late, role="owner")
    act("revoke", "verification", found.id, Actor(operator.pseudonym, "operator-approver"))
    assert titles(owner) == ["单位认证已被撤销", "单位认证未通过"]
    assert titles(late) == ["单位认证已被撤销"], "who came later is not told of what was before"
    texts = [notice.text for notice in db.session.scalars(queries.notices(owner.id))]
    assert texts[1] == f"{found.name}\n理由：材料不清"
    assert titles(operator) == [f"“{found.name}”申请单位认证"], "who did it knows"


def test_members_hear_of_what_happens_to_them_and_owners_of_comings_and_goings(app: Flask) -> None:
    organisation = OrganisationFactory()
    owner = member(role="owner", organisation=organisation)
    worker = MembershipFactory(organisation=organisation, role="member")
    boss = Actor(owner.pseudonym, "agency-owner", str(organisation.id))
    act("change_role", "membership", worker.id, boss)
    act("remove", "membership", worker.id, boss)
    act("leave", "membership", worker.id, Actor(worker.person.pseudonym, "agency-member"))
    name = organisation.name
    assert titles(worker.person) == [f"您已不再是“{name}”的成员", f"您在“{name}”的角色有变动"]
    assert titles(owner) == [f"“{name}”有成员退出"]


def test_what_is_gone_is_passed_over(app: Flask) -> None:
    for subject_type, verb in notices.TELLINGS:
        act(verb, subject_type, 999)
    assert db.session.scalars(select(Notice)).all() == []


def test_a_crash_between_portions_neither_loses_nor_doubles(app: Flask) -> None:
    """A later consumer of the same delivery fails, and the process starts again: each is told once, by one e-mail."""
    owner = member(role="owner", verified=False)
    organisation = db.session.scalars(memberships_of(owner.id)).one().organisation
    broken = [True]

    def tell_and_die(session: Session, events: Sequence[AuditEvent]) -> None:
        notices.tell(session, events)
        if broken[0]:
            raise RuntimeError("the process dies before the commit")

    consumers = [Consumer("test.notices", tell_and_die), Consumer("test.later", lambda _session, _events: None)]
    app.extensions["rooms"] = (Room(name="test", consumers=consumers),)
    act("verify", "verification", organisation.id)
    assert titles(owner) == []
    assert letters() == []
    with app.test_request_context(), pytest.raises(ExceptionGroup):
        deliver_all()
    broken[0] = False
    with app.test_request_context():
        deliver_all()
        deliver_all()
    db.session.rollback()
    assert titles(owner) == ["单位认证已通过"]
    assert len(letters()) == 1
