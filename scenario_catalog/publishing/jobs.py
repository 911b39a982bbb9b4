"""What happens by the clock: scheduled batches, and clearing what a redaction left in the database's log."""

from huey import crontab

from core import clock
from core.audit import SYSTEM
from core.database import checkpoint
from core.errors import InvalidInputError
from core.extensions import db
from core.jobs import job, periodic
from core.lifecycle import LifecycleError
from retrieval.jobs import schedule_fill
from scenario_catalog.models import Batch
from scenario_catalog.publishing import operations, queries


@periodic(crontab(minute="*"))
def publish_due() -> None:
    """Publish what is due, also what was due while no worker was there; each batch in a job of its own."""
    for batch_id in queries.due(clock.now()):
        publish_scheduled(batch_id)


@job()
def publish_scheduled(batch_id: int) -> None:
    """Publish a batch whose time has come, or return it to its composers with the reason."""
    session = db.session()
    batch = _due(batch_id)
    if batch is None:
        return
    try:
        operations.publish(session, SYSTEM, batch)
    except InvalidInputError as error:
        session.rollback()
        _return(batch_id, "\n".join(error.problems))
    else:
        session.commit()
        schedule_fill()


@job(retries=10, retry_delay=30)
def clear_log() -> None:
    """Bring everything into the database file and empty its log, so that nothing removed stands there; tried until it works."""
    checkpoint(db.engine)


def _return(batch_id: int, note: str) -> None:
    """Return a batch, unless somebody else published or unscheduled it meanwhile."""
    session, batch = db.session(), _due(batch_id)
    if batch is None:
        return
    try:
        operations.return_batch(session, batch, note)
    except LifecycleError:  # between the look and the change
        session.rollback()
    else:
        session.commit()


def _due(batch_id: int) -> Batch | None:
    return queries.batch(batch_id) if batch_id in queries.due(clock.now()) else None
