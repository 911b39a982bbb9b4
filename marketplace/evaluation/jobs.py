"""What happens by the clock: score sheets are kept as long as the city says."""

from datetime import timedelta

from huey import crontab
from sqlalchemy import delete

from core import audit, clock
from core.audit import SYSTEM
from core.city import city
from core.extensions import db
from core.jobs import periodic
from marketplace.evaluation import queries
from marketplace.evaluation.models import ScoreSheet


@periodic(crontab(hour="3", minute="45"))
def clear() -> None:
    """Remove the individual sheets of scenarios that closed long ago; what was agreed on stays."""
    session = db.session()
    oldest = clock.today() - timedelta(days=city().retention.score_sheets)
    for evaluation in session.scalars(queries.with_sheets(oldest)).unique().all():
        members = [one.id for one in evaluation.panel]
        session.execute(delete(ScoreSheet).where(ScoreSheet.member_id.in_(members)))
        audit.record(session, SYSTEM, "clear", "evaluation", evaluation.id)
    session.commit()
