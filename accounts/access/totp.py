"""Codes of the second factor: each is taken once."""

from typing import Any

from flask_security import Totp

from accounts.access.models import Person


class OnceOnly(Totp):
    """The library's codes, with the number of the last one that was used kept with its person."""

    def get_last_counter(self, user: Person) -> int | None:  # type: ignore[override]  # every user here is a Person
        # Visitors of a demonstration sign in with the code they see, several within half a minute.
        return None if user.demo else user.totp_counter

    def set_last_counter(self, user: Person, tmatch: Any) -> None:  # type: ignore[override]  # see above
        user.totp_counter = tmatch.counter
