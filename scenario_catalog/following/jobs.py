"""Reminders of closing days: tried each hour, each told once."""

from huey import crontab

from core.extensions import db
from core.jobs import periodic
from scenario_catalog.following import operations


@periodic(crontab(minute="10"))
def remind() -> None:
    operations.remind(db.session())
    db.session.commit()
