"""What happens by the clock: anchors at deadlines, cover for what is sealed, and clearing what is kept no longer."""

import secrets
from datetime import timedelta

from huey import crontab

from core import anchors, audit, chain, clock
from core.audit import SYSTEM, Actor
from core.city import city
from core.extensions import db
from core.jobs import periodic
from marketplace.bids import operations, queries, vault
from marketplace.bids.operations import SUBJECT
from marketplace.bids.rules import LOST, UNOPENED

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
    """Remove what is kept no longer by the city's rule, counted from the deadline, and files that belong to nothing."""
    session, today, kept = db.session(), clock.today(), city().retention
    for bid in session.scalars(queries.left_drafts(today - timedelta(days=kept.bid_drafts))).all():
        operations.delete(session, SYSTEM, bid)
    for states, days in ((UNOPENED, kept.unopened_bids), (LOST, kept.losing_bids)):
        for bid in session.scalars(queries.with_texts(states, today - timedelta(days=days))).all():
            operations.clear(session, SYSTEM, bid)
    session.commit()
    vault.sweep()
