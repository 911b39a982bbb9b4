"""Members at their pages: invited by a link that works once, promoted, leaving, and what they leave behind."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from accounts.access.models import Person
from accounts.models import Invitation, Membership, Organisation
from core import clock
from core.audit import AuditEvent
from core.extensions import db
from scenario_catalog.models import Scenario
from tests.accounts.sign_in_pages import PASSWORD
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory, ScenarioFactory, member
from tests.outbox import letters, text_of
from tests.pages import PageClient, visible

BASE = "/desk/organisation"
GUEST = "guest@example.org"


@pytest.fixture
def agency(app: Flask) -> Organisation:
    return OrganisationFactory(name="某区数据局", verification="verified")


@pytest.fixture
def owner(client: PageClient, agency: Organisation) -> Person:
    """The only owner of the agency, signed in."""
    person = member("agency", "owner", agency)
    client.sign_in(person)
    return person


def invite(client: PageClient, email: str = GUEST, role: str = "approver", status: int = 303) -> TestResponse:
    return client.post(f"{BASE}/invitations", {"email": email, "role": role}, status=status)


def link_to(email: str = GUEST) -> str:
    """Return the path of the link in the last letter to an address."""
    found = re.search(r"http://[^/\s]+(/invitations/\S+)", text_of(letters(email)[-1]))
    assert found
    return found[1]


def guest(app: Flask, email: str = GUEST, **values: object) -> PageClient:
    """Somebody with a browser of their own, who has an account under an address."""
    person = PersonFactory(email=email, **values)
    db.session.commit()
    return PageClient(app).sign_in(person)


def invitation() -> Invitation:
    db.session.expire_all()
    return db.session.scalars(select(Invitation)).one()


def accept(client: PageClient, status: int = 303) -> str:
    """Press the button, and return what the next page says."""
    client.post(f"/desk/invitations/{invitation().id}/accept", status=status)
    return visible(client.get("/desk"))


def members_of(agency: Organisation) -> dict[str, str]:
    """Return the roles of the present members by address."""
    db.session.expire_all()
    found = select(Membership).where(Membership.organisation_id == agency.id, Membership.ended_at.is_(None))
    return {each.person.email: each.role for each in db.session.scalars(found)}


def membership(person: Person) -> Membership:
    db.session.expire_all()
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def verbs(subject: str) -> list[str]:
    found = select(AuditEvent.verb).where(AuditEvent.subject_type == subject).order_by(AuditEvent.id)
    return list(db.session.scalars(found))


# — invitations —


def test_an_invitation_is_sent_opened_and_accepted(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    invite(client)
    page = visible(client.get(BASE))
    assert "已向 guest@example.org 发出邀请" in page
    assert "尚未接受的邀请" in page
    (letter,) = letters(GUEST)
    assert letter["Subject"] == "“某区数据局”邀请您加入"
    assert "“审批人”的身份" in text_of(letter)
    path = link_to()
    stranger = PageClient(app)
    page = visible(stranger.get(path))
    assert "角色：审批人" in page
    assert "请用收到邀请的邮箱登录" in page
    stranger.post(f"/desk/invitations/{invitation().id}/accept", status=401)
    assert GUEST not in members_of(agency), "nobody joins without an account"
    new = guest(app)
    assert "接受邀请" in visible(new.get(path))
    assert "您已加入“某区数据局”，现在以该单位身份办理。" in accept(new)
    assert members_of(agency) == {owner.email: "owner", GUEST: "approver"}
    assert verbs("invitation") == ["invite", "accept"]
    assert GUEST not in visible(client.get(BASE)).partition("邀请成员")[2], "it no longer waits"


def test_who_signs_up_for_an_invitation_comes_back_to_it_and_is_told_of_the_letter(
    app: Flask, client: PageClient, owner: Person
) -> None:
    invite(client)
    stranger, path = PageClient(app), link_to()
    page = stranger.get(path).get_data(as_text=True)
    assert f'href="/account/sign-up?next={path}"' in page
    values = {"name": "陈晨", "email": GUEST, "password": PASSWORD, "password_confirm": PASSWORD}
    response = stranger.post(f"/account/sign-up?next={path}", values, status=303)
    assert response.location.endswith(path)
    assert f"我们已向 {GUEST} 发出邮件" in visible(stranger.get(path))


def test_what_is_wrong_with_an_invitation_stands_at_the_top(client: PageClient, owner: Person) -> None:
    html = invite(client, "nobody", status=422).get_data(as_text=True)
    assert html.count("error-summary") == 1
    assert html.index("<h1") < html.index("error-summary") < html.index("desk-facts")


def test_a_link_works_once(app: Flask, client: PageClient, owner: Person, agency: Organisation) -> None:
    invite(client)
    new = guest(app)
    accept(new)
    assert "这份邀请已经使用过" in visible(new.get(link_to()))
    joined = membership(db.session.scalars(select(Person).where(Person.email == GUEST)).one())
    client.post(f"{BASE}/members/{joined.id}/removal", status=303)
    assert "这份邀请已经使用过" in accept(new)
    assert members_of(agency) == {owner.email: "owner"}, "who was removed does not come back by the old link"


def test_a_link_expires_and_one_sent_again_takes_its_place(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    invite(client)
    old = link_to()
    with clock.frozen(clock.now() + timedelta(days=7, seconds=1)):
        new = guest(app)
        assert "过期" in visible(new.get(old))
        assert "这份邀请已过期" in accept(new)
        assert members_of(agency) == {owner.email: "owner"}
        client.sign_in(owner)
        assert "已过期" in visible(client.get(BASE))
        client.post(f"{BASE}/invitations/{invitation().id}/resend", status=303)
        assert link_to() != old
        assert "没有这份邀请" in visible(new.get(old, status=404))
        assert "接受邀请" in visible(new.get(link_to()))
        assert "您已加入" in accept(new)
    assert members_of(agency)[GUEST] == "approver"


def test_a_revoked_link_is_void(app: Flask, client: PageClient, owner: Person, agency: Organisation) -> None:
    invite(client)
    client.post(f"{BASE}/invitations/{invitation().id}/revoke", status=303)
    new = guest(app)
    assert "这份邀请已被撤销或谢绝" in visible(new.get(link_to()))
    assert "这份邀请已被撤销" in accept(new)
    client.post(f"{BASE}/invitations/{invitation().id}/resend", status=303)
    assert "已被撤销" in visible(client.get(BASE))
    assert len(letters(GUEST)) == 1
    assert members_of(agency) == {owner.email: "owner"}


def test_who_declines_has_said_no(app: Flask, client: PageClient, owner: Person, agency: Organisation) -> None:
    invite(client)
    new = guest(app)
    assert "某区数据局" in visible(new.get("/desk/invitations"))
    new.post(f"/desk/invitations/{invitation().id}/decline", status=303)
    assert "某区数据局" not in visible(new.get("/desk/invitations")).partition("已谢绝邀请")[2]
    assert "这份邀请已被撤销" in accept(new)
    assert members_of(agency) == {owner.email: "owner"}


def test_an_invitation_is_the_addressees_alone(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    invite(client)
    other = guest(app, "other@example.org")
    assert "这份邀请发给 guest@example.org" in visible(other.get(link_to()))
    for verb in ("accept", "decline"):
        other.post(f"/desk/invitations/{invitation().id}/{verb}", status=404)
    client.get("/invitations/no-such-token", status=404)
    assert invitation().accepted_at is invitation().revoked_at is None


def test_an_address_in_other_letters_is_the_same_and_has_to_be_confirmed(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    invite(client, "Guest@Example.org")
    new = guest(app, confirmed_at=None)
    assert "确认邮件" in visible(new.get(link_to("Guest@example.org")))
    assert "请先确认您的邮箱" in accept(new)
    db.session.scalars(select(Person).where(Person.email == GUEST)).one().confirmed_at = clock.now()
    db.session.commit()
    assert "您已加入" in accept(new)


@pytest.mark.parametrize(
    ("email", "role", "told"),
    [
        ("", "member", "请填写邮箱"),
        ("nobody", "member", "邮箱地址无法识别"),
        ("new@example.org", "auditor", "不是有效的选择"),
        (GUEST, "member", "已向 guest@example.org 发过邀请"),
        ("OWNER@example.org", "member", "已经是本单位成员"),
    ],
)
def test_what_is_no_invitation_is_told_beside_what_was_typed(
    client: PageClient, owner: Person, email: str, role: str, told: str
) -> None:
    owner.email = "owner@example.org"
    db.session.commit()
    invite(client)
    response = invite(client, email, role, status=422)
    assert told in visible(response)
    assert f'value="{email}"' in response.get_data(as_text=True), "what was typed stays"
    assert len(letters()) == 1


# — roles, leaving, and what is left —


def test_the_last_owner_stays(app: Flask, client: PageClient, owner: Person, agency: Organisation) -> None:
    colleague = member("agency", "approver", agency)
    last = membership(owner).id
    told = "单位至少要有一位管理员"
    assert told in visible(client.post(f"{BASE}/leave", status=422))
    client.post(f"{BASE}/members/{last}/role", {"role": "member"}, status=303)
    assert told in visible(client.get(BASE))
    assert members_of(agency) == {owner.email: "owner", colleague.email: "approver"}
    client.post(f"{BASE}/members/{membership(colleague).id}/role", {"role": "owner"}, status=303)
    client.post(f"{BASE}/leave", status=303)
    assert members_of(agency) == {colleague.email: "owner"}
    assert verbs("membership") == ["change_role", "leave"]
    client.get(BASE, status=403)
    other = PageClient(app).sign_in(colleague)
    assert told in visible(other.post(f"{BASE}/leave", status=422))


def test_who_leaves_passes_on_what_is_held(client: PageClient, owner: Person, agency: Organisation) -> None:
    colleague, reader = member("agency", "member", agency), member("agency", "reader", agency)
    judge = member("agency", "evaluator", agency)
    need = ScenarioFactory(agency=agency, responsible_id=colleague.id)
    db.session.commit()
    client.sign_in(colleague)
    page = visible(client.get(f"{BASE}/leave"))
    assert "负责的场景需求：1" in page
    assert f"{owner.name}（管理员）" in page
    assert "只读成员" not in page
    watching = [str(membership(each).id) for each in (reader, judge)]
    for nobody in ("0", str(membership(colleague).id), "999", "x", *watching):
        client.post(f"{BASE}/leave", {"successor": nobody}, status=422)
        assert membership(colleague).ended_at is None
    client.post(f"{BASE}/leave", {"successor": str(membership(owner).id)}, status=303)
    assert membership(colleague).ended_at
    assert db.session.get_one(Scenario, need.id).responsible_id == owner.id


def test_an_owner_passes_on_what_somebody_left(client: PageClient, owner: Person, agency: Organisation) -> None:
    colleague, gone = member("agency", "member", agency), member("agency", "member", agency)
    need = ScenarioFactory(agency=agency, responsible_id=gone.id)
    ended = ScenarioFactory(agency=agency, responsible_id=gone.id, status="cancelled")
    membership(gone).ended_at = clock.now()
    db.session.commit()
    assert "仍有事项在名下的成员" in visible(client.get(BASE))
    path = f"{BASE}/members/{membership(gone).id}/removal"
    page = visible(client.get(path))
    assert f"移交“{gone.name}”的事项" in page
    assert "负责的场景需求：1" in page
    assert "请选择一位能够办理的在任成员接手" in visible(client.post(path, {"successor": "0"}, status=422))
    client.post(path, {"successor": str(membership(colleague).id)}, status=303)
    db.session.expire_all()
    assert (need.responsible_id, ended.responsible_id) == (colleague.id, gone.id)
    assert "仍有事项在名下的成员" not in visible(client.get(BASE))
    assert verbs("membership") == ["pass_on"]


def test_an_owner_removes_a_member_who_is_out_at_once(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    colleague = member("agency", "member", agency)
    theirs = PageClient(app).sign_in(colleague)
    theirs.get(BASE)
    path = f"{BASE}/members/{membership(colleague).id}/removal"
    client.get(path)
    client.post(path, status=303)
    assert verbs("membership") == ["remove"]
    theirs.get(BASE, status=403)
    assert client.get(f"{BASE}/members/{membership(owner).id}/removal", status=303).location == f"{BASE}/leave"


def test_members_see_each_other_and_only_owners_manage(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    colleague = member("agency", "approver", agency)
    invite(client)
    theirs = PageClient(app).sign_in(colleague)
    page = visible(theirs.get(BASE))
    assert owner.name in page
    assert owner.email not in page
    assert GUEST not in page
    invite(theirs, "more@example.org", status=403)
    for path in (
        f"members/{membership(colleague).id}/role",
        f"members/{membership(colleague).id}/removal",
        f"invitations/{invitation().id}/resend",
        f"invitations/{invitation().id}/revoke",
    ):
        theirs.post(f"{BASE}/{path}", {"role": "owner"}, status=403)
    assert members_of(agency) == {owner.email: "owner", colleague.email: "approver"}


def test_another_organisations_members_and_invitations_are_not_there(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    colleague = member("agency", "member", agency)
    invite(client)
    stranger = PageClient(app).sign_in(member("agency", "owner"))
    for path in (
        f"members/{membership(colleague).id}/role",
        f"members/{membership(colleague).id}/removal",
        f"invitations/{invitation().id}/resend",
        f"invitations/{invitation().id}/revoke",
    ):
        stranger.post(f"{BASE}/{path}", {"role": "owner"}, status=404)
    assert stranger.get(f"{BASE}/members/{membership(colleague).id}/removal", status=404)
    page = visible(stranger.get(BASE))
    assert "某区数据局" not in page
    assert colleague.name not in page
    assert members_of(agency) == {owner.email: "owner", colleague.email: "member"}
    assert invitation().revoked_at is None


# — the operator's view —


def test_what_is_wrong_with_either_form_of_an_organisation_stands_at_the_top(client: PageClient) -> None:
    nobodys = OrganisationFactory(name="无人局", verification="verified")
    client.sign_in(member("operator", "approver"))
    path = f"/desk/organisations/{nobodys.id}"
    for form, values, told in (
        ("owner", {"email": "nobody"}, "邮箱地址无法识别"),
        ("revocation", {"words": " "}, "请写明理由"),
    ):
        html = client.post(f"{path}/{form}", values, status=422).get_data(as_text=True)
        assert html.count("error-summary") == 1
        assert html.index("<h1") < html.index(told) < html.index("desk-facts"), "before anything else of the page"


def test_the_operator_invites_the_first_owner_of_an_organisation_without_members(
    app: Flask, client: PageClient
) -> None:
    nobodys = OrganisationFactory(name="无人局")
    client.sign_in(member("operator", "approver"))
    path = f"/desk/organisations/{nobodys.id}"
    client.post(f"{path}/owner", {"email": GUEST}, status=303)
    assert "已邀请 guest@example.org 为首位管理员" in visible(client.get(path))
    new = guest(app)
    assert "您已加入“无人局”" in accept(new)
    assert members_of(nobodys) == {GUEST: "owner"}
    refused = client.post(f"{path}/owner", {"email": "second@example.org"}, status=422)
    assert "这个单位已有成员，请由其管理员邀请" in visible(refused)


def test_who_belongs_to_two_organisations_acts_for_one_at_a_time(
    app: Flask, client: PageClient, owner: Person, agency: Organisation
) -> None:
    second = OrganisationFactory(name="另一个局")
    MembershipFactory(organisation=second, person=owner, role="reader")
    db.session.commit()
    client.sign_in(owner, second)
    assert "另一个局" in visible(client.get(BASE))
    invite(client, status=403)
    client.sign_in(owner, agency)
    invite(client)
    assert invitation().organisation_id == agency.id
