"""What happens by the clock: evidence is kept as long as the city says."""

from datetime import timedelta

from huey import crontab

from core import audit, clock, files
from core.audit import SYSTEM
from core.city import city
from core.extensions import db
from core.jobs import periodic
from scenario_catalog.landing import queries


@periodic(crontab(hour="3", minute="50"))
def clear() -> None:
    """Erase the bytes of evidence that was handed in long ago; its title and the decision it was for stay."""
    session, days = db.session(), city().retention.evidence
    for one in session.scalars(queries.evidence_before(clock.now() - timedelta(days=days))).all():
        files.erase(session, one.file, "kept as long as the city keeps evidence")
        audit.record(session, SYSTEM, "clear", "milestone_evidence", one.id)
    session.commit()
