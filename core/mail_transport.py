"""How an e-mail leaves the house: printed, written to a file, or handed to a mail server."""

import os
import smtplib
import ssl
import sys
from contextlib import closing, suppress
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from core.settings import settings

TIMEOUT = 30.0
PERMANENT = 500
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MailTransportError(Exception):
    """The message was not taken; its text is one line without secrets. It may be tried again later."""


class MailServerAwayError(MailTransportError):
    """The server could not be reached or does not let us in: this concerns every message."""


class MailRefusedError(MailTransportError):
    """The message will never be taken."""


def deliver(message: EmailMessage) -> None:
    """Hand over one message, as the setting `mail` says. Raises MailTransportError."""
    target = settings().mail
    if target == "console":
        _print(message)
    elif target == "file":
        _write(message)
    else:
        _send(message, urlsplit(target))


def _print(message: EmailMessage) -> None:
    rule = "─" * 60
    text = message.get_content().replace("\r\n", "\n")
    head = "\n".join(f"{name}: {message[name]}" for name in ("From", "To", "Subject"))
    sys.stderr.write(f"{rule}\n{head}\n\n{text.rstrip()}\n{rule}\n")
    sys.stderr.flush()


def _write(message: EmailMessage) -> None:
    folder = settings().instance / "mail"
    name = message["Message-ID"].strip("<>").partition("@")[0]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / f"{name}.eml", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(message))
    except OSError as error:
        raise MailServerAwayError(f"cannot write into {folder}: {error.strerror}") from error


def _send(message: EmailMessage, server: SplitResult) -> None:
    with closing(_connected(server)) as connection:
        _enter(connection, server)
        _hand_over(connection, message)
        with suppress(OSError):  # the message is taken, whatever becomes of the goodbye
            connection.quit()


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or PORTS[server.scheme]
    try:
        if server.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(host, port, timeout=TIMEOUT)
    except (OSError, UnicodeError) as error:  # smtplib's own errors are OSErrors; a host's name may be none
        raise _away(server, error) from None


def _enter(connection: smtplib.SMTP, server: SplitResult) -> None:
    """Encrypt where the server can, and log in. What goes wrong here is never the message's fault."""
    try:
        connection.ehlo_or_helo_if_needed()
        if server.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
        if server.username:
            _check_encrypted(connection, server)
            connection.login(unquote(server.username), unquote(server.password or ""))
    except OSError as error:
        raise _away(server, error) from None


def _check_encrypted(connection: smtplib.SMTP, server: SplitResult) -> None:
    if not isinstance(connection.sock, ssl.SSLSocket) and server.hostname not in LOOPBACK:
        raise MailServerAwayError(f"{server.hostname} offers no STARTTLS: the password is not sent in the clear")


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _answer(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPResponseException as error:
        raise _answer(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefusedError(_line(str(error))) from None
    except OSError as error:
        raise MailTransportError(_line(f"{type(error).__name__}: {error}")) from None


def _answer(code: int, text: bytes | str) -> MailTransportError:
    """Return the error for a server's answer: 5xx is for ever, 4xx for now."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    kind = MailRefusedError if code >= PERMANENT else MailTransportError
    return kind(_line(f"{code} {said}"))


def _away(server: SplitResult, error: Exception) -> MailServerAwayError:
    text = f"{server.hostname}: {type(error).__name__}: {error}"
    for secret in {server.password or "", unquote(server.password or "")} - {""}:
        text = text.replace(secret, "***")
    return MailServerAwayError(_line(text))


def _line(text: str) -> str:
    return " ".join(text.split())
