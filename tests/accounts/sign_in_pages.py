"""Going through the sign-in pages as a person does: what is typed, what comes by e-mail, what the phone shows."""

import re

from werkzeug.test import TestResponse

from accounts.access.models import Person
from accounts.access.people import hashed, new_second_factor, present_code
from core.extensions import db
from tests.factories import PersonFactory
from tests.outbox import letters, text_of
from tests.pages import PageClient

PASSWORD = "一把很长的钥匙 2026"


def account(**changes) -> Person:
    """Someone with a password, and a confirmed address."""
    person = PersonFactory(password=hashed(PASSWORD), **changes)
    db.session.commit()
    return person


def with_second_factor(person: Person) -> Person:
    new_second_factor(person)
    db.session.commit()
    return person


def sign_in(client: PageClient, email: str, password: str = PASSWORD, status: int = 303, **options) -> TestResponse:
    return client.post("/account/sign-in", {"email": email, "password": password}, status=status, **options)


def give_code(client: PageClient, person: Person, status: int = 303) -> TestResponse:
    return client.post("/account/second-factor/code", {"code": present_code(person)}, status=status)


def links(address: str) -> list[str]:
    """Return the paths of the links that were sent to an address, the last first."""
    texts = (text_of(letter) for letter in reversed(letters(address)))
    return [path for text in texts for path in re.findall(r"http://[^/\s]+(/account/\S+)", text)]


def subjects(address: str) -> list[str]:
    return [letter["Subject"] for letter in letters(address)]
