"""Conversations are not kept longer than promised."""

from huey import crontab

from assistant import operations
from assistant.llm import operations as llm
from core.extensions import db
from core.jobs import periodic
from core.settings import settings


@periodic(crontab(hour="3", minute="20"))
def purge() -> int:
    removed = operations.purge(db.session(), settings().conversation_days)
    llm.forget(db.session())
    db.session.commit()
    return removed
