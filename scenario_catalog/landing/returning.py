"""A landing that the operator cannot verify yet goes back to its agency with words, and comes again. Callers own the transaction."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.statuses import change_status
from scenario_catalog.landing import operations, rules
from scenario_catalog.landing.models import Landing


def send_back(session: Session, actor: Actor, landing: Landing, words: str) -> None:
    """Say what is missing before the landing can be verified; the agency and the enterprise can hand in more.

    Raises LifecycleError for one that does not wait for its verification and without words, InvalidInputError for too many.
    """
    operations.hold(session, landing, verified=False)
    if len(words) > rules.LONGEST_NOTE:
        raise InvalidInputError(_("说明最多 %(n)s 字", n=rules.LONGEST_NOTE))
    target = rules.LANDING.check(landing.status, "send_back", actor.role, ready=is_ready(landing), words=words.strip())
    with audit.change(session, actor, "send_back", "landing", landing):
        change_status(session, landing, target)
        landing.wanted, landing.returned_at = words.strip(), clock.now()


def resubmit(session: Session, actor: Actor, landing: Landing) -> None:
    """Hand a returned landing in again: it waits for the operator anew. Raises LifecycleError."""
    operations.hold(session, landing, verified=False)
    target = rules.LANDING.check(landing.status, "resubmit", actor.role, ready=is_ready(landing))
    with audit.change(session, actor, "resubmit", "landing", landing):
        change_status(session, landing, target)
        landing.resubmitted_at = clock.now()


def is_ready(landing: Landing) -> bool:
    """Tell whether nothing that a rule knows of stands against the verification."""
    missing = rules.lacking_for_landing(landing.milestones, landing.results)
    return landing.scenario.status == "piloting" and not missing
