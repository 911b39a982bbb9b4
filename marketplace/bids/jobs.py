"""What happens by the clock: anchors at deadlines, cover for what is sealed, and clearing what is kept no longer."""

import secrets
from datetime import timedelta

from huey import crontab

from core import anchors, audit, chain, clock
from core.audit import SYSTEM, Actor
from core.extensions import db
from core.jobs import periodic
from marketplace.bids import operations, queries, vault
from marketplace.bids.operations import SUBJECT

# Of bids that were never sent the drafts are kept so long after the deadline, in days.
KEPT_DRAFTS = 90
MOST_COVER = 3


@periodic(crontab(minute="*/10"))
def anchor_deadlines() -> None:
    """Anchor the log once after deadlines have passed."""
    session, now = db.session(), clock.now()
    last = max((found.at for found in anchors.newest() if found.cause == anchors.DEADLINE), default="")
    passed = [clock.end_of_day(one.deadline) for one in session.scalars(queries.taking_bids())]
    if any(last < chain.instant(at) and at <= now for at in passed):
        anchors.anchor(anchors.DEADLINE)


@periodic(crontab(minute="*/20"))
def cover() -> None:
    """Add events of bids that do not exist while bids are sealed, so that the log's length does not tell how many do.

    They look like the others, and are never shown: no such bid is ever opened.
    """
    session = db.session()
    if session.scalars(queries.taking_bids().limit(1)).first() is None:
        return
    for _turn in range(secrets.randbelow(MOST_COVER + 1)):
        token = secrets.token_urlsafe(16)
        nobody = audit.concealed(Actor(secrets.token_hex(16), "enterprise-member", "0"), f"{SUBJECT}:{token}")
        audit.record(session, nobody, "save", SUBJECT, token, after={"cover": token})
    session.commit()


@periodic(crontab(hour="3", minute="40"))
def clear() -> None:
    """Remove drafts that were never sent, some time after the deadline, and files that belong to nothing."""
    session, oldest = db.session(), clock.today() - timedelta(days=KEPT_DRAFTS)
    for bid in session.scalars(queries.left_drafts(oldest)).all():
        operations.delete(session, SYSTEM, bid)
    session.commit()
    vault.sweep()
