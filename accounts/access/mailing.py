"""The library's messages, sent through the site's own way for e-mail."""

from typing import Any
from uuid import uuid4

from flask import has_request_context, request
from flask_security import MailUtil

from core import mail
from core.extensions import db
from core.settings import settings


class QueuedMail(MailUtil):
    """Queues what the library rendered, in the transaction of the request; addresses are kept in lower case."""

    def send_mail(  # noqa: PLR0913, PLR0917 - the signature is the library's
        self,
        template: str,  # noqa: ARG002 - see above
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002 - the site has one sender, by setting
        body: str | None,
        html: str | None,  # noqa: ARG002 - plain text only
        **kwargs: Any,  # noqa: ARG002 - what the text was rendered with
    ) -> None:
        address = recipient if isinstance(recipient, str) else recipient[1]
        send(address, str(subject), public(body or ""))

    def validate(self, email: str) -> str:
        return super().validate(email).lower()

    def normalize(self, email: str) -> str:
        return super().normalize(email).lower()


def send(address: str, subject: str, text: str) -> None:
    """Queue one message about an account; each is a message of its own."""
    mail.queue(db.session(), f"account-{uuid4().hex}", address, subject, text.strip() + "\n")


def public(text: str) -> str:
    """Return the text with links that start with the site's own address: who asks could have named another in the request."""
    return text.replace(request.url_root, settings().public_url + "/") if has_request_context() else text
