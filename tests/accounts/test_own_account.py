"""A person's own account: name, export, erasure."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from accounts.access.models import Person, SignIn
from accounts.access.people import hashed
from accounts.members import inviting
from accounts.members.inviting import Guest
from accounts.members.models import Claim
from accounts.models import Invitation, Membership, Notice
from accounts.people import operations
from core import clock
from core.audit import SYSTEM, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.mail import MailMessage, queue
from core.registry import Holding, Room
from scenario_catalog.models import Follow
from tests.accounts.sign_in_pages import PASSWORD, account, sign_in, with_second_factor
from tests.factories import MembershipFactory, OrganisationFactory, ScenarioFactory, member
from tests.pages import PageClient, visible


@pytest.fixture
def me(client: PageClient) -> Person:
    """A member of an agency, signed in, who has a password."""
    person = member("agency", "member")
    person.password = hashed(PASSWORD)
    client.sign_in(person)
    return person


def erase(client: PageClient, status: int = 200, **changes):
    return client.post("/account/erasure", {"password": PASSWORD, "sure": "y", **changes}, status=status)


def test_the_own_account_is_for_who_is_signed_in(client: PageClient) -> None:
    for path in ("/account", "/account/erasure", "/account/password", "/account/email", "/account/recovery-codes"):
        assert client.get(path, status=303).location.startswith("/account/sign-in?next=/account")
    for path in ("/account/name", "/account/export", "/account/erasure", "/account/sign-ins/end-others"):
        client.post(path, status=401)


def test_a_name_is_changed_and_a_bad_one_is_kept_for_mending(client: PageClient, me: Person) -> None:
    client.post("/account/name", {"name": "  新名字 "}, status=303)
    db.session.refresh(me)
    assert me.name == "新名字"
    assert "请填写姓名" in visible(client.post("/account/name", {"name": " "}, status=422))
    page = client.post("/account/name", {"name": "<b>" * 30}, status=422).get_data(as_text=True)
    assert "&lt;b&gt;" in page
    assert "<b>&" not in page


def test_the_export_holds_what_every_room_knows_and_no_secret(client: PageClient, me: Person) -> None:
    with_second_factor(me)
    response = client.post("/account/export")
    assert response.mimetype == "application/json"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    found = json.loads(response.get_data())
    assert found["account"]["email"] == me.email
    assert found["memberships"][0]["role"] == "member"
    assert found["sign_ins"][0]["browser"] == "Chrome · Linux"
    assert {"accounts", "scenario_catalog"} <= set(found)
    assert [event["verb"] for event in found["events"]] == ["export"]
    body = response.get_data(as_text=True)
    assert not any(secret in body for secret in (me.password, me.tf_totp_secret, me.fs_uniquifier))


def test_the_export_says_nothing_of_others(app: Flask, client: PageClient, me: Person) -> None:
    other = member("agency", "owner", OrganisationFactory(name="别的单位"))
    PageClient(app).sign_in(other)
    body = client.post("/account/export").get_data(as_text=True)
    assert not any(part in body for part in (other.email, other.pseudonym, "别的单位"))


def test_erasure_leaves_the_row_and_its_pseudonym_only(app: Flask, client: PageClient, me: Person) -> None:
    with_second_factor(me)
    address, pseudonym, number = me.email, me.pseudonym, me.id
    db.session.add(Notice(person_id=me.id, key="k", title="t", url="/", at=clock.now()))
    queue(db.session(), "k", me.email, "s", "t")
    queue(db.session(), "other-spelling", me.email.upper(), "s", "t")
    db.session.add(Follow(person_id=me.id, scenario_id=ScenarioFactory().id, since=clock.now()))
    db.session.commit()
    page = erase(client)
    assert "账号已注销" in visible(page)
    assert "account-sign-in" in page.get_data(as_text=True), "nobody is signed in any more"
    db.session.expire_all()
    gone = db.session.get(Person, number)
    assert (gone.pseudonym, gone.email, gone.name) == (pseudonym, f"{pseudonym}@erased.invalid", "")
    assert gone.erased_at
    assert not gone.active
    assert not any((gone.password, gone.tf_totp_secret, gone.mf_recovery_codes, gone.confirmed_at))
    for table in (SignIn, Notice, MailMessage, Follow):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert db.session.scalars(select(Membership)).one().ended_at
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (last.actor, last.verb, last.subject_id) == (pseudonym, "erase", pseudonym)
    assert client.raw.get("/account").status_code == 303
    sign_in(client, address, status=422)
    db.session.rollback()
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    files = [*app.extensions["settings"].instance.glob("test.db*")]
    assert not any(address.encode() in file.read_bytes() for file in files)


def invited(address: str, **values: object) -> int:
    """Write an invitation to an address down as the pages do; returns its number."""
    guest = Guest(address, "member", values.pop("invited_by", None))
    made = inviting.invite(db.session(), SYSTEM, OrganisationFactory(), guest, lambda token: f"/invitations/{token}")
    for name, value in values.items():
        setattr(made, name, value)
    db.session.commit()
    return made.id


def test_erasure_takes_the_invitations_to_the_address_along(client: PageClient, me: Person) -> None:
    mine = [
        invited(me.email),
        invited(me.email.upper(), revoked_at=clock.now()),
        invited(me.email, accepted_at=clock.now()),
    ]
    sent = invited("guest@example.org", invited_by=me.id)
    db.session.add(Claim(person_id=me.id, organisation=OrganisationFactory(), note="我是王五", created_at=clock.now()))
    db.session.commit()
    erase(client)
    db.session.expire_all()
    assert not db.session.scalars(select(Claim)).all()
    (kept,) = db.session.scalars(select(Invitation))
    assert (kept.id, kept.email, kept.invited_by) == (sent, "guest@example.org", None)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "invitation")).all()
    salted = {event.subject_id for event in events if event.salt}
    assert salted == {str(sent)}, "a digest that can be guessed at tells the address"
    assert {event.subject_id for event in events} == {str(number) for number in (*mine, sent)}


def test_the_address_is_free_again_after_erasure(client: PageClient, me: Person) -> None:
    address = me.email
    erase(client)
    account(email=address)
    sign_in(client, address)


@pytest.mark.parametrize("changes", [{"password": ""}, {"password": "wrong"}, {"sure": ""}])
def test_erasure_asks_for_the_password_and_a_yes(client: PageClient, me: Person, changes) -> None:
    erase(client, 422, **changes)
    db.session.refresh(me)
    assert me.active


def test_guessing_the_password_of_an_erasure_locks_the_account(client: PageClient, me: Person) -> None:
    for _ in range(8):
        erase(client, 422, password="wrong")
    erase(client, 422)
    db.session.refresh(me)
    assert me.active
    assert me.locked


def test_the_last_owner_is_told_to_name_another_first(client: PageClient) -> None:
    agency = OrganisationFactory(name="某局")
    owner = member("agency", "owner", agency)
    owner.password = hashed(PASSWORD)
    colleague = member("agency", "member", agency)
    client.sign_in(owner)
    assert "您是“某局”唯一的管理员" in visible(erase(client, 409))
    db.session.query(Membership).filter_by(person_id=colleague.id).one().role = "owner"
    db.session.commit()
    erase(client)


def test_the_only_member_may_go(client: PageClient) -> None:
    owner = member("enterprise", "owner")
    owner.password = hashed(PASSWORD)
    client.sign_in(owner)
    erase(client)


def test_who_still_holds_something_is_told_to_pass_it_on(client: PageClient, me: Person) -> None:
    held = {me.id: 2}

    def count(_session, _organisation: int, person: int) -> int:
        return held.get(person, 0)

    def reassign(_session, _actor, _organisation: int, person: int, _successor: int) -> int:
        return held.pop(person)

    rooms = [Room(name="desk", holdings=[Holding("负责的需求", count, reassign)])]
    with pytest.raises(InvalidInputError, match="2 项负责的需求，请先由管理员移交给其他成员"):
        operations.erase(db.session(), SYSTEM, me, rooms)
    assert me.active
    held.clear()
    operations.erase(db.session(), SYSTEM, me, rooms)
    assert not me.active


def test_rooms_are_asked_to_forget(client: PageClient, me: Person) -> None:
    forgotten = []
    operations.erase(
        db.session(), SYSTEM, me, [Room(name="desk", forget=lambda _session, person: forgotten.append(person))]
    )
    assert forgotten == [me.id]


def test_a_second_membership_ends_too(client: PageClient, me: Person) -> None:
    MembershipFactory(person=me, organisation=OrganisationFactory(), role="reader")
    db.session.commit()
    erase(client)
    db.session.expire_all()
    assert all(row.ended_at for row in db.session.scalars(select(Membership)))


def test_past_sign_ins_and_unconfirmed_accounts_are_not_kept_for_ever(app: Flask, me: Person) -> None:
    account(confirmed_at=None)
    awaited = account(confirmed_at=None)
    MembershipFactory(person=awaited, organisation=OrganisationFactory())
    PageClient(app).sign_in(me)
    old = db.session.scalars(select(SignIn)).first()
    old.ended_at = clock.now()
    db.session.commit()
    number = old.id
    with clock.frozen(clock.now() + timedelta(days=13)):
        operations.tidy(db.session())
    assert len(db.session.scalars(select(Person)).all()) == 3
    assert len(db.session.scalars(select(SignIn)).all()) == 2
    with clock.frozen(clock.now() + timedelta(days=89)):
        db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).one().seen_at = clock.now()
        db.session.flush()
    with clock.frozen(clock.now() + timedelta(days=91)):
        operations.tidy(db.session())
    assert {*db.session.scalars(select(Person.id))} == {me.id, awaited.id}
    assert number not in {*db.session.scalars(select(SignIn.id))}
    assert len(db.session.scalars(select(SignIn.id)).all()) == 1
