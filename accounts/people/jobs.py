"""What is not kept for ever: past sign-ins with their addresses, and accounts that nobody confirmed."""

from huey import crontab

from accounts.people import operations
from core.extensions import db
from core.jobs import periodic


@periodic(crontab(hour="3", minute="40"))
def tidy() -> None:
    operations.tidy(db.session())
    db.session.commit()
