"""Whom to tell of a complaint is not kept longer than needed."""

from huey import crontab

from assistant.quality import operations
from core.extensions import db
from core.jobs import periodic
from core.settings import settings


@periodic(crontab(hour="3", minute="25"))
def forget_contacts() -> None:
    operations.forget(db.session(), settings().conversation_days)
    db.session.commit()
