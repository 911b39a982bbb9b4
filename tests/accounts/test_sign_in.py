"""Signing up, signing in, passwords, lockout, the second factor, and the list of browsers."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access import lockout
from accounts.access.models import Person, SignIn
from accounts.access.people import present_code
from core import clock
from core.audit import AuditEvent
from core.extensions import db
from tests.accounts.sign_in_pages import (
    PASSWORD,
    account,
    give_code,
    links,
    sign_in,
    subjects,
    with_second_factor,
)
from tests.conftest import make_app, opened
from tests.factories import MembershipFactory, OrganisationFactory, member
from tests.outbox import letters, text_of
from tests.pages import PageClient, visible

OTHER = "另一把很长的钥匙 2027"


def sign_up(client: PageClient, email: str, status: int = 303, **changes):
    values = {"name": "陈晨", "email": email, "password": PASSWORD, "password_confirm": PASSWORD, **changes}
    return client.post("/account/sign-up", values, status=status)


def verbs(person: Person) -> list[str]:
    found = select(AuditEvent.verb).where(AuditEvent.subject_id == person.pseudonym).order_by(AuditEvent.id)
    return list(db.session.scalars(found))


def is_signed_in(client: PageClient) -> bool:
    return client.raw.get("/account").status_code == 200


def test_a_new_account_works_once_its_address_is_confirmed(client: PageClient) -> None:
    told = visible(client.get(sign_up(client, "Chen@Example.org").location))
    assert "我们已向 chen@example.org 发出邮件" in told, "on the page that comes next, whichever that is"
    person = db.session.scalars(select(Person)).one()
    assert (person.email, person.name, person.confirmed_at) == ("chen@example.org", "陈晨", None)
    sign_in(client, "chen@example.org", status=422)
    client.get(links("chen@example.org")[0], status=302)
    assert "邮箱已验证" in visible(client.get("/account/sign-in"))
    sign_in(client, "CHEN@example.org")
    assert is_signed_in(client)
    assert verbs(person) == ["sign_up", "confirm", "sign_in"]


def test_a_confirmation_link_expires(client: PageClient, monkeypatch) -> None:
    sign_up(client, "chen@example.org")
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: clock.now().timestamp() + 3 * 24 * 3600)
    client.get(links("chen@example.org")[0], status=302)
    assert "验证链接已过期" in visible(client.get("/account/confirmation"))
    assert db.session.scalars(select(Person)).one().confirmed_at is None


def test_a_name_holds_nothing_that_cannot_be_seen(client: PageClient) -> None:
    sign_up(client, "chen@example.org", name=" 陈\u202e晨\u200b \t(演示)\x07 ")
    assert db.session.scalars(select(Person.name)).one() == "陈晨 (演示)"


def test_nobody_finds_out_which_addresses_have_accounts(client: PageClient) -> None:
    """Every page that takes an address says the same of one that has an account and of one that has none."""
    known, unknown = account().email, "nobody@example.org"
    unconfirmed = account(confirmed_at=None).email
    answers = {}
    for email in (known, unknown, unconfirmed):
        said = []
        for path, values in (
            ("/account/sign-in", {"password": "a wrong password"}),
            ("/account/password-reset", {}),
            ("/account/confirmation", {}),
            ("/account/sign-up", {"name": "某人", "password": PASSWORD, "password_confirm": PASSWORD}),
        ):
            fresh = PageClient(client.raw.application)
            response = fresh.raw.post(path, data={"email": email, **values}, follow_redirects=True)
            said.append((response.status_code, visible(response).replace(email, "?")))
        answers[email] = said
    assert answers[known] == answers[unknown] == answers[unconfirmed]
    assert subjects(known) == ["重设密码", "请验证您的邮箱"]


def test_an_address_that_has_an_account_is_told_so_by_mail_only(client: PageClient) -> None:
    person = account(name="原来的名字")
    sign_up(client, person.email)
    db.session.refresh(person)
    assert person.name == "原来的名字"
    assert links(person.email) == ["/account/password-reset"]
    assert len(db.session.scalars(select(Person)).all()) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "short", "password_confirm": "short"}, "密码至少 10 个字符"),
        ({"password": "aaaaaaaaaaaa", "password_confirm": "aaaaaaaaaaaa"}, "密码重复的字符过多"),
        ({"password": "password123456", "password_confirm": "password123456"}, "密码过于常见"),
        ({"password": "chenchen-2026", "password_confirm": "chenchen-2026"}, "不能包含您的邮箱或姓名"),
        ({"password_confirm": "something else"}, "两次输入的密码不一致"),
        ({"email": "no address"}, "电子邮箱的格式不对"),
        ({"email": ""}, "请填写电子邮箱"),
        ({"name": "  "}, "请填写姓名"),
        ({"name": "长" * 61}, "不能超过 60 个字"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_is_kept(client: PageClient, changes, message: str) -> None:
    values = {"email": "chenchen@example.org", **changes}
    page = sign_up(client, values.pop("email"), status=422, **values)
    assert message in visible(page)
    if "name" not in changes:
        assert 'value="陈晨"' in page.get_data(as_text=True)
    assert db.session.scalars(select(Person)).all() == []


def test_signing_in_leads_back_to_the_page_that_asked(client: PageClient) -> None:
    person = account()
    asked = client.get("/account", status=303).location
    assert asked == "/account/sign-in?next=/account"
    page = client.get(asked).get_data(as_text=True)
    assert 'name="next"' in page
    response = client.post(asked, {"email": person.email, "password": PASSWORD, "next": "/account"}, status=303)
    assert response.location == "/account"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "///evil.example"])
def test_signing_in_never_leads_to_another_site(client: PageClient, target: str) -> None:
    person = account()
    for values in ({"next": target}, {}):
        values.update(email=person.email, password=PASSWORD)
        response = client.raw.post("/account/sign-in", query_string={"next": target}, data=values)
        assert urlsplit(urljoin("http://localhost/account/sign-in", response.location or "")).netloc == "localhost"
        client.sign_out()


def test_two_who_take_one_address_at_the_same_moment_get_one_account(app: Flask) -> None:
    def take(_number: int) -> int:
        values = {"name": "陈晨", "email": "chen@example.org", "password": PASSWORD, "password_confirm": PASSWORD}
        return app.test_client().post("/account/sign-up", data=values).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(take, range(4))) == {303}
    assert len(db.session.scalars(select(Person)).all()) == 1


def test_a_session_starts_anew_at_sign_in(client: PageClient) -> None:
    person = account()
    with client.raw.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(client, person.email)
    with client.raw.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["sign_in"]


def test_signing_out_ends_the_browser_and_takes_a_post(client: PageClient) -> None:
    person = account()
    sign_in(client, person.email)
    with client.raw.session_transaction() as cookie:
        kept = dict(cookie)
    client.get("/account/sign-out", status=405)
    client.post("/account/sign-out", status=303)
    assert not is_signed_in(client)
    with client.raw.session_transaction() as cookie:
        cookie.update(kept)  # a copy of the cookie is worth nothing any more
    assert not is_signed_in(client)
    assert verbs(person) == ["sign_in", "sign_out"]


def test_too_many_failures_lock_the_account_for_a_while_and_the_message_is_the_same(client: PageClient) -> None:
    person = account()
    first = visible(sign_in(client, person.email, "wrong password", status=422))
    for _ in range(lockout.FAILURES - 1):
        sign_in(client, person.email, "wrong password", status=422)
    db.session.refresh(person)
    assert person.locked
    assert visible(sign_in(client, person.email, status=422)) == first
    assert subjects(person.email) == ["账号已暂时锁定"]
    assert verbs(person) == ["lock"]
    with clock.frozen(clock.now() + lockout.LOCKED_FOR):
        sign_in(client, person.email)
    db.session.refresh(person)
    assert (person.failures, person.locked_until) == (0, None)


def test_failures_are_counted_across_a_restart(tmp_path) -> None:
    with opened(make_app(tmp_path)) as app:
        email = account().email
        for _ in range(lockout.FAILURES - 1):
            sign_in(PageClient(app), email, "wrong password", status=422)
    with opened(make_app(tmp_path)) as app:
        sign_in(PageClient(app), email, "wrong password", status=422)
        assert db.session.scalars(select(Person)).one().locked


def test_a_forgotten_password_is_set_through_a_link_that_works_once(app: Flask, client: PageClient) -> None:
    person = account()
    elsewhere = PageClient(app)
    sign_in(elsewhere, person.email)
    client.post("/account/password-reset", {"email": person.email})
    link = links(person.email)[0]
    client.get(link)
    values = {"password": OTHER, "password_confirm": OTHER}
    client.post(link, values, status=303)
    assert not is_signed_in(elsewhere)
    client.get(link, status=302)
    client.post(link, values, status=303)
    sign_in(client, person.email, status=422)
    sign_in(client, person.email, OTHER)
    assert verbs(person) == ["sign_in", "reset_password", "sign_in"]


def test_links_in_mail_start_with_the_sites_own_address(app: Flask, client: PageClient) -> None:
    person = account()
    client.post("/account/password-reset", {"email": person.email}, headers={"Host": "evil.example"})
    (letter,) = letters()
    text = text_of(letter)
    assert "http://127.0.0.1:8000/account/password-reset/" in text
    assert "evil" not in text


def test_changing_the_password_ends_every_other_browser(app: Flask, client: PageClient) -> None:
    person = account()
    elsewhere = PageClient(app)
    sign_in(elsewhere, person.email)
    sign_in(client, person.email)
    values = {"password": PASSWORD, "new_password": OTHER, "new_password_confirm": OTHER}
    client.post("/account/password", {**values, "password": "wrong"}, status=422)
    assert client.post("/account/password", values, status=303).location == "/account"
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert "密码已修改" in subjects(person.email)
    assert verbs(person)[-2:] == ["sign_in", "change_password"]


def test_an_address_is_changed_through_a_link_to_the_new_one(client: PageClient) -> None:
    person = account()
    sign_in(client, person.email)
    client.post("/account/email", {"email": "new@example.org"})
    db.session.refresh(person)
    assert person.email != "new@example.org"
    client.get(links("new@example.org")[0], status=302)
    db.session.refresh(person)
    assert person.email == "new@example.org"
    assert "change_email" in verbs(person)


def test_an_address_that_was_taken_meanwhile_is_not_given_to_a_second_account(client: PageClient) -> None:
    person = account()
    sign_in(client, person.email)
    client.post("/account/email", {"email": "new@example.org"})
    account(email="new@example.org")
    assert client.get(links("new@example.org")[0], status=302).location == "/account/email"
    db.session.refresh(person)
    assert person.email != "new@example.org"


def test_the_second_factor_is_set_with_the_code_the_phone_shows(app: Flask, client: PageClient) -> None:
    person = account()
    elsewhere = PageClient(app)
    sign_in(elsewhere, person.email)
    sign_in(client, person.email)
    client.get("/account/second-factor")
    page = client.post("/account/second-factor", {"setup": "authenticator"}).get_data(as_text=True)
    assert 'src="data:image/svg+xml;base64,' in page
    action = page.split('action="/account/second-factor/')[1].split('"')[0]
    with client.raw.session_transaction() as cookie:
        secret = cookie["tf_totp_secret"]
    again = client.post(f"/account/second-factor/{action}", {"code": "000000"}, status=422).get_data(as_text=True)
    assert "验证码不正确" in again
    assert "error-summary" in again
    assert again.split("data:image")[1].split('"')[0] == page.split("data:image")[1].split('"')[0]
    code = app.extensions["security"].totp_factory.generate_totp_password(secret)
    client.post(f"/account/second-factor/{action}", {"code": code}, status=303)
    db.session.refresh(person)
    assert person.has_second_factor
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert "set_second_factor" in verbs(person)


def test_signing_in_with_a_second_factor_asks_for_its_code_and_takes_each_once(app: Flask, client: PageClient) -> None:
    person = with_second_factor(account())
    assert "/account/second-factor/code" in sign_in(client, person.email).location
    assert not is_signed_in(client)
    client.post("/account/second-factor/code", {"code": "000000"}, status=422)
    code = present_code(person)
    client.post("/account/second-factor/code", {"code": f" {code[:3]} {code[3:]} "}, status=303)
    assert is_signed_in(client)
    again = PageClient(app)
    sign_in(again, person.email)
    again.post("/account/second-factor/code", {"code": code}, status=422)
    assert not is_signed_in(again)


def test_guessing_codes_locks_the_account(client: PageClient) -> None:
    person = with_second_factor(account())
    sign_in(client, person.email)
    wrong = (code for code in (f"{n:06}" for n in itertools.count()) if code != present_code(person))
    for _ in range(lockout.FAILURES):
        client.post("/account/second-factor/code", {"code": next(wrong)}, status=422)
    assert "暂时锁定" in visible(give_code(client, person, status=422))
    assert not is_signed_in(client)


def test_a_recovery_code_stands_in_for_the_phone_once(app: Flask, client: PageClient) -> None:
    person = with_second_factor(account())
    sign_in(client, person.email)
    give_code(client, person)
    page = client.post("/account/recovery-codes", {"generate_new_codes": "1"}).get_data(as_text=True)
    code = page.split("<code>")[1].split("</code>")[0]
    db.session.refresh(person)
    assert code not in str(person.mf_recovery_codes)
    for client_, status in ((PageClient(app), 303), (PageClient(app), 422)):
        sign_in(client_, person.email)
        client_.post("/account/second-factor/recovery", {"code": code}, status=status)
        assert is_signed_in(client_) is (status == 303)


def test_taking_the_second_factor_away_is_recorded(client: PageClient) -> None:
    person = with_second_factor(account())
    sign_in(client, person.email)
    give_code(client, person)
    client.post("/account/second-factor", {"setup": "disable"}, status=303)
    db.session.refresh(person)
    assert not person.has_second_factor
    assert verbs(person)[-1] == "remove_second_factor"


def test_an_operator_signs_in_only_with_a_second_factor_and_keeps_it(app: Flask, client: PageClient) -> None:
    person = account()
    MembershipFactory(person=person, organisation=OrganisationFactory(kind="operator"), role="owner")
    db.session.commit()
    assert sign_in(client, person.email).location == "/account/second-factor"
    assert not is_signed_in(client)
    client.get("/account/second-factor")
    client.post("/account/second-factor", {"setup": "authenticator"})
    with client.raw.session_transaction() as cookie:
        secret = cookie["tf_totp_secret"]
    code = app.extensions["security"].totp_factory.generate_totp_password(secret)
    client.post("/account/second-factor/code", {"code": "000000"}, status=422)
    client.post("/account/second-factor/code", {"code": code}, status=303)
    assert is_signed_in(client)
    client.post("/account/second-factor", {"setup": "disable"}, status=422)
    db.session.refresh(person)
    assert person.has_second_factor


def test_what_is_sensitive_asks_for_the_password_again_after_half_an_hour(client: PageClient) -> None:
    client.sign_in(account())
    with client.raw.session_transaction() as cookie:
        cookie["fs_paa"] -= 3600
    location = client.get("/account/second-factor", status=302).location
    assert location == "/account/password-again?next=/account/second-factor"
    client.post(location, {"password": "wrong"}, status=422)
    assert client.post(location, {"password": PASSWORD}, status=303).location == "/account/second-factor"
    client.get("/account/second-factor")


def test_browsers_are_listed_and_ended_at_once(app: Flask, client: PageClient) -> None:
    person = account()
    others = [PageClient(app), PageClient(app)]
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    sign_in(others[0], person.email, headers={"User-Agent": agent})
    sign_in(others[1], person.email)
    sign_in(client, person.email)
    page = client.get("/account")
    assert "Chrome · Windows" in visible(page)
    first = db.session.scalars(select(SignIn).order_by(SignIn.id)).first()
    client.post(f"/account/sign-ins/{first.id}/end", status=303)
    assert [is_signed_in(each) for each in (*others, client)] == [False, True, True]
    client.post("/account/sign-ins/end-others", status=303)
    assert [is_signed_in(each) for each in (*others, client)] == [False, False, True]
    client.post(f"/account/sign-ins/{first.id}/end", status=404)


def test_nobody_ends_another_persons_browser(app: Flask, client: PageClient) -> None:
    victim = PageClient(app)
    sign_in(victim, account().email)
    row = db.session.scalars(select(SignIn)).one()
    client.sign_in(account())
    client.post(f"/account/sign-ins/{row.id}/end", status=404)
    assert is_signed_in(victim)


def test_the_library_lets_nobody_in_by_token(app: Flask, client: PageClient) -> None:
    person = account()
    with app.test_request_context():
        token = person.get_auth_token()
    assert client.raw.get("/account", headers={"Authentication-Token": token}).status_code == 303
    assert client.raw.get("/account", query_string={"auth_token": token}).status_code == 303
    answer = client.raw.post("/account/sign-in?include_auth_token", json={"email": person.email, "password": PASSWORD})
    assert (answer.status_code, answer.mimetype) == (303, "text/html")


def test_too_many_attempts_from_one_address_are_refused(tmp_path) -> None:
    with opened(make_app(tmp_path, rate_limits=True)) as app:
        client = PageClient(app)
        codes = [sign_in_raw(client).status_code for _ in range(14)]
    assert codes[:12] == [422] * 12
    assert codes[12:] == [429] * 2


def sign_in_raw(client: PageClient):
    return client.raw.post("/account/sign-in", data={"email": "nobody@example.org", "password": "x"})


def test_passwords_are_kept_with_argon2(client: PageClient) -> None:
    assert account().password.startswith("$argon2id$")


def test_a_visit_is_noted_every_few_minutes(client: PageClient) -> None:
    person = member()
    client.sign_in(person)
    later = clock.now() + timedelta(hours=1)
    with clock.frozen(later):
        client.get("/account")
    assert db.session.scalars(select(SignIn)).one().seen_at == later
