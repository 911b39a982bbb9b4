"""The outbox: each key once, delivered after the commit, tried again where that helps, and never a secret in the log."""

import asyncio
import email
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from stat import S_IMODE

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import clock, mail
from core.errors import InvalidInputError
from core.extensions import db
from core.mail import MailMessage, deliver_due, queue
from core.settings import Settings, SettingsError, load_settings
from tests.conftest import make_app, opened
from tests.core.clamd import free_port

SUBJECT = "您的需求“AI辅助阅片”已退回修改——请在三个工作日内处理，以免影响第七批清单的发布"
TEXT = "陈工：\n\n您的需求已退回。\n.\n链接：https://example.com/x?token=" + "a" * 300 + "\n"
PASSWORD = "p@ss/word:%41"
PASSWORD_IN_URL = "p%40ss%2Fword%3A%2541"


class Mailbox:
    """An aiosmtpd handler that keeps what it takes, and answers RCPT as `answers` says of an address."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.encrypted: list[bool] = []
        self.authenticated: list[bool] = []
        self.asked, self.slow = threading.Event(), threading.Event()
        self.slow.set()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        self.asked.set()
        await asyncio.to_thread(self.slow.wait)
        self.taken.append(envelope)
        self.encrypted.append(session.ssl is not None)
        self.authenticated.append(bool(session.authenticated))
        return "250 taken"

    def messages(self) -> list[EmailMessage]:
        return [email.message_from_bytes(one.content, policy=default) for one in self.taken]  # type: ignore[arg-type]


@contextmanager
def server(mailbox: Mailbox, **options: object) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def posting(tmp_path: Path, mailbox: Mailbox) -> Iterator[Flask]:
    """An application that sends to `mailbox`."""
    changes = {"mail_from": "场景市场 <no-reply@city.example>"}
    with server(mailbox) as port, opened(make_app(tmp_path, mail=f"smtp://127.0.0.1:{port}", **changes)) as app:
        yield app


def put(key: str = "notice:1", recipient: str = "chen@agency.example") -> MailMessage:
    assert queue(db.session(), key, recipient, SUBJECT, TEXT)
    db.session.commit()
    return db.session.execute(select(MailMessage).where(MailMessage.key == key)).scalar_one()


def again(message: MailMessage, after: timedelta) -> MailMessage:
    """Let the periodic job run `after` the last attempt."""
    with clock.frozen(clock.now() + after):
        deliver_due(db.session())
    db.session.refresh(message)
    return message


def test_chinese_subject_and_text_arrive_as_written(posting: Flask, mailbox: Mailbox) -> None:
    message = put()
    (received,) = mailbox.messages()
    assert received["Subject"] == SUBJECT
    assert received.get_content().replace("\r\n", "\n") == TEXT
    assert received["To"] == "chen@agency.example"
    assert str(received["From"].addresses[0].display_name) == "场景市场"
    assert received["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<\d{4}-\d\d-\d\d-\d+@city\.example>", received["Message-ID"])
    assert received["Date"].datetime.tzinfo is not None
    assert mailbox.taken[0].mail_from == "no-reply@city.example"
    assert all(len(line) <= 998 for line in (mailbox.taken[0].content or b"").split(b"\r\n"))  # type: ignore[union-attr]
    assert (message.state, message.attempts, message.text, message.error) == ("sent", 1, "", "")
    assert message.sent_at is not None


def test_a_key_is_queued_once_even_after_it_was_sent(posting: Flask, mailbox: Mailbox) -> None:
    put()
    assert not queue(db.session(), "notice:1", "other@agency.example", "x", "y")
    db.session.commit()
    assert len(mailbox.taken) == 1


def test_nothing_leaves_before_the_commit_or_without_one(posting: Flask, mailbox: Mailbox) -> None:
    queue(db.session(), "notice:1", "a@agency.example", SUBJECT, TEXT)
    assert mailbox.taken == []
    db.session.rollback()
    db.session.commit()
    assert mailbox.taken == []
    assert put().state == "sent"  # the key is free: the first was never queued


def test_a_savepoint_does_not_post(posting: Flask, mailbox: Mailbox) -> None:
    with db.session.begin_nested():
        queue(db.session(), "notice:1", "a@agency.example", SUBJECT, TEXT)
    assert mailbox.taken == []
    db.session.commit()
    assert len(mailbox.taken) == 1


def test_what_the_server_puts_off_is_tried_again(posting: Flask, mailbox: Mailbox) -> None:
    mailbox.answers["chen@agency.example"] = "451 4.7.1 greylisted, come back"
    message = put()
    assert (message.state, message.attempts) == ("queued", 1)
    assert message.error == "451 4.7.1 greylisted, come back"
    assert message.text == TEXT
    assert again(message, timedelta(seconds=30)).attempts == 1  # not yet
    mailbox.answers.clear()
    assert again(message, timedelta(seconds=61)).state == "sent"
    assert (message.attempts, message.text, message.error, len(mailbox.taken)) == (2, "", "", 1)


def test_what_is_put_off_for_ever_is_given_up(posting: Flask, mailbox: Mailbox) -> None:
    mailbox.answers["chen@agency.example"] = "451 later"
    message = put()
    waited = timedelta()
    for _ in range(50):
        waited += timedelta(days=1)
        again(message, waited)
    assert (message.state, message.attempts, message.text) == ("failed", mail.MOST_ATTEMPTS, "")


def test_what_the_server_refuses_fails_at_once(posting: Flask, mailbox: Mailbox) -> None:
    mailbox.answers["chen@agency.example"] = "550 5.1.1 no such mailbox"
    message = put()
    assert (message.state, message.attempts, message.text) == ("failed", 1, "")
    assert message.error == "550 5.1.1 no such mailbox"
    mailbox.answers.clear()
    assert again(message, timedelta(days=9)).state == "failed"


def test_a_refused_message_does_not_hold_up_the_next(posting: Flask, mailbox: Mailbox) -> None:
    mailbox.answers = {"a@agency.example": "550 no", "b@agency.example": "451 later"}
    for name in ("a", "b", "c"):
        queue(db.session(), name, f"{name}@agency.example", SUBJECT, TEXT)
    db.session.commit()
    assert [one.rcpt_tos for one in mailbox.taken] == [["c@agency.example"]]


def test_an_address_that_no_server_here_takes_fails(posting: Flask, mailbox: Mailbox) -> None:
    assert put(recipient="陈工@agency.example").state in {"sent", "failed"}


def test_while_the_server_is_away_only_one_message_tries(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, mail=f"smtp://127.0.0.1:{free_port()}")):
        for name in ("a", "b", "c"):
            queue(db.session(), name, f"{name}@agency.example", SUBJECT, TEXT)
        db.session.commit()
        assert db.session.scalar(select(func.sum(MailMessage.attempts))) == 1
        assert db.session.scalar(select(MailMessage.error).where(MailMessage.attempts == 1)).startswith("127.0.0.1: ")


def test_two_consumers_send_each_message_once(posting: Flask, mailbox: Mailbox) -> None:
    total = 12
    for number in range(total):
        queue(db.session(), f"k{number}", f"p{number}@agency.example", SUBJECT, TEXT)
    db.session.info.pop(mail.QUEUED)  # the jobs below find them
    db.session.commit()
    assert mailbox.taken == []
    start, sent = threading.Barrier(4), []

    def consume() -> None:
        with posting.app_context():
            start.wait()
            sent.append(deliver_due(db.session()))

    threads = [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == total
    assert sorted(one.rcpt_tos[0] for one in mailbox.taken) == sorted(f"p{n}@agency.example" for n in range(total))
    assert max(sent) < total, "one consumer did it all: nothing was tried"


def test_a_slow_server_keeps_one_thread_and_what_came_meanwhile_goes_with_the_same_delivery(
    posting: Flask, mailbox: Mailbox
) -> None:
    queue(db.session(), "slow", "slow@agency.example", SUBJECT, TEXT)
    db.session.info.pop(mail.QUEUED)
    db.session.commit()
    mailbox.slow.clear()
    first = threading.Thread(target=mail.deliver_what_waits.call_local)
    first.start()
    assert mailbox.asked.wait(10)
    put("meanwhile")
    assert mailbox.taken == [], "a second delivery waits for the server too"
    mailbox.slow.set()
    first.join(10)
    assert [one.rcpt_tos for one in mailbox.taken] == [["slow@agency.example"], ["chen@agency.example"]]


def test_a_claim_whose_consumer_died_is_open_again_later(posting: Flask, mailbox: Mailbox) -> None:
    queue(db.session(), "k", "a@agency.example", SUBJECT, TEXT)
    db.session.info.pop(mail.QUEUED)
    db.session.commit()
    message = db.session.execute(select(MailMessage)).scalar_one()
    assert mail._claim(db.session(), message.id) is not None
    assert mail._claim(db.session(), message.id) is None
    assert again(message, timedelta(minutes=1)).state == "queued"
    assert again(message, mail.LEASE + timedelta(minutes=1)).state == "sent"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "chen",
        "a@b\nBcc: c@d",
        "a@b\r\n.",
        "a@b, c@d",
        "<a@b>",
        "a b@c",
        "a@b@c",
        "a@",
        "@b",
        "a@b ",
        "x" * 250 + "@b.cn",
    ],
)
def test_an_address_that_is_none_is_refused(app: Flask, recipient: str) -> None:
    with pytest.raises(InvalidInputError):
        queue(db.session(), "k", recipient, "题", "文")


@pytest.mark.parametrize("subject", ["", "  ", "a\nBcc: x@y.cn", "a\rb", "a\u2028b", "a\0b", "a\x1b[31m"])
def test_a_line_break_in_a_subject_is_refused(app: Flask, subject: str) -> None:
    with pytest.raises(InvalidInputError):
        queue(db.session(), "k", "a@b.cn", subject, "文")


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_makes_a_header(subject: str, recipient: str) -> None:
    try:
        mail._checked_subject(subject)
        mail._checked_address(recipient)
    except InvalidInputError:
        return
    message = EmailMessage()
    message["Subject"], message["To"] = mail._checked_subject(subject), recipient
    assert len(mail._checked_subject(subject)) <= mail.LONGEST_SUBJECT
    assert message.keys() == ["Subject", "To"]
    assert len(message["To"].addresses) == 1


def test_a_long_subject_is_cut_and_a_long_key_is_the_callers_mistake(posting: Flask, mailbox: Mailbox) -> None:
    queue(db.session(), "k", "a@b.cn", "很长" * 300, "文")
    db.session.commit()
    assert len(mailbox.messages()[0]["Subject"]) == mail.LONGEST_SUBJECT
    with pytest.raises(ValueError, match="120"):
        queue(db.session(), "k" * 121, "a@b.cn", "题", "文")


def test_the_console_shows_what_would_be_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(make_app(tmp_path, mail="console")):
        assert put().state == "sent"
    shown = capsys.readouterr().err
    assert f"Subject: {SUBJECT}" in shown
    assert "您的需求已退回" in shown


def test_the_file_transport_writes_private_messages(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, mail="file")), clock.frozen(datetime(2026, 3, 17, 18, tzinfo=UTC)):
        message = put()
        path = tmp_path / "mail" / f"2026-03-18-{message.id}.eml"
        assert S_IMODE(path.stat().st_mode) == 0o600
        written = email.message_from_bytes(path.read_bytes(), policy=default)
        assert written.get_content().replace("\r\n", "\n") == TEXT


def test_the_outbox_forgets_recipients_and_keeps_keys(posting: Flask, mailbox: Mailbox) -> None:
    mailbox.answers["b@agency.example"] = "451 later"
    sent, waiting = put("a"), put("b", "b@agency.example")
    assert mail.forget(db.session(), 90) == 0
    db.session.commit()
    with clock.frozen(clock.now() + timedelta(days=91)):
        mail.forget_old_mail()
        assert not queue(db.session(), "a", "a@agency.example", SUBJECT, TEXT)
    db.session.rollback()
    assert (sent.recipient, sent.subject, sent.state) == ("", "", "sent")
    assert (waiting.recipient, waiting.text) == ("b@agency.example", TEXT)


# — encryption and passwords —


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    usage = {"digital_signature": True, "key_cert_sign": True, "crl_sign": True}
    unused = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage, **unused), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "cert.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


def _authenticate(_server: object, _session: object, _envelope: object, _mechanism: str, given_: object) -> AuthResult:
    known = (given_.login, given_.password) == (b"robot", PASSWORD.encode())  # type: ignore[attr-defined]
    return AuthResult(success=known, handled=False)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], ssl.SSLContext]:
    """Make a certificate that this process trusts; returns what gives a server's context."""
    chain, private = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))

    def context() -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(chain, private)
        return made

    return context


def _post_to(folder: Path, url: str) -> tuple[str, str]:
    """Queue a message in a site with that transport; returns its state and error."""
    with opened(make_app(folder / "instance", mail=url)):
        message = put()
        return message.state, message.error


def test_a_password_goes_over_starttls(tmp_path: Path, mailbox: Mailbox, tls: Callable[[], ssl.SSLContext]) -> None:
    options = {"tls_context": tls(), "authenticator": _authenticate, "auth_required": True}
    with server(mailbox, **options) as port:
        assert _post_to(tmp_path, f"smtp://robot:{PASSWORD_IN_URL}@127.0.0.1:{port}") == ("sent", "")
    assert (mailbox.encrypted, mailbox.authenticated) == ([True], [True])


def test_smtps_is_encrypted_from_the_start(tmp_path: Path, mailbox: Mailbox, tls: Callable[[], ssl.SSLContext]) -> None:
    options = {"ssl_context": tls(), "authenticator": _authenticate, "auth_require_tls": False}
    with server(mailbox, **options) as port:
        assert _post_to(tmp_path, f"smtps://robot:{PASSWORD_IN_URL}@127.0.0.1:{port}") == ("sent", "")
    assert mailbox.authenticated == [True]


def test_a_wrong_password_keeps_the_message_and_is_not_told(
    tmp_path: Path, mailbox: Mailbox, tls: Callable[[], ssl.SSLContext], caplog: pytest.LogCaptureFixture
) -> None:
    options = {"tls_context": tls(), "authenticator": _authenticate, "auth_required": True}
    with server(mailbox, **options) as port:
        state, error = _post_to(tmp_path, f"smtp://robot:wrong-secret@127.0.0.1:{port}")
    assert state == "queued"
    assert "535" in error
    assert "wrong-secret" not in error + caplog.text
    assert mailbox.taken == []


def test_a_certificate_nobody_vouches_for_is_not_trusted(
    tmp_path: Path, mailbox: Mailbox, tls: Callable[[], ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(mailbox, tls_context=tls()) as port:
        monkeypatch.delenv("SSL_CERT_FILE")
        state, error = _post_to(tmp_path, f"smtp://127.0.0.1:{port}")
    assert state == "queued"
    assert "CERTIFICATE_VERIFY_FAILED" in error
    assert mailbox.taken == []


def test_a_wrong_setting_does_not_show_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL", "smtp+what://robot:hush@mail.example")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "setting MAIL: " in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "hush" not in repr(Settings(mail="smtp://robot:hush@mail.example"))


@pytest.mark.parametrize(
    "value",
    ["smtp://", "smtp://host:0", "smtp://host:99999", "mailto:a@b", "CONSOLE", "smtp://a:密@host", "smtp://[::1"],
)
def test_a_transport_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MAIL", value)
    with pytest.raises(SettingsError, match="setting MAIL: "):
        load_settings()


@pytest.mark.parametrize("value", ["nobody", "a@b\nBcc: c@d", "a@", "Name <a b@c>"])
def test_a_sender_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MAIL_FROM", value)
    with pytest.raises(SettingsError, match="setting MAIL_FROM: "):
        load_settings()
