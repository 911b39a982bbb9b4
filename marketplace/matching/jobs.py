"""Snapshots of the field in the background."""

from huey import crontab

from core.extensions import db
from core.jobs import periodic
from marketplace.matching import statistics
from retrieval.embedder import ready


# What was published or changed moves the middle little: every ten minutes is soon enough.
@periodic(crontab(minute="*/10"))
def take_snapshot() -> None:
    if ready() and statistics.snapshot(db.session()):
        db.session.commit()
