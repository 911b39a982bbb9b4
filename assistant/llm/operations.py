"""Asking a model within the limits. Callers own the transaction."""

import hashlib
import hmac
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.orm import Session

from assistant.llm import queries
from assistant.llm.failures import Limit
from assistant.llm.models import ModelCall
from assistant.llm.prompting import CURRENT
from assistant.llm.streaming import endpoint
from assistant.llm.writing import Writing, suits
from core import clock
from core.settings import settings

if TYPE_CHECKING:
    from assistant.answering import Case, Spoken

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CROWD = "assistant.llm.crowd"


def writing(case: "Case", spoken: Sequence["Spoken"]) -> Writing | None:
    """Return what would have a model word this answer; None where none is configured, or the answer is none for it."""
    found, known = endpoint(settings()), settings()
    if found is None or not suits(case):
        return None
    return Writing(found, case, spoken, known.llm_model_name, known.llm_filing_number)


def admit(session: Session, asker: str) -> ModelCall | Limit:
    """Count a call, or return why there may be none now. The row is written first, so that nobody else counts between."""
    call = ModelCall(at=clock.now(), asker=_digest(asker), prompt=CURRENT)
    session.add(call)
    session.flush()
    known = settings()
    own = session.scalar(queries.calls_since(call.at - HOUR, call.asker)) or 0
    all_ = session.scalar(queries.calls_since(call.at - DAY)) or 0
    if own > known.llm_per_hour or all_ > known.llm_per_day:
        session.delete(call)
        return "limit"
    if not crowd().acquire(blocking=False):
        session.delete(call)
        return "crowded"
    return call


def settle(call: ModelCall, made: Writing) -> None:
    """Keep what became of a call, and let the next one in."""
    written = made.written
    call.outcome, call.shown, call.dropped, call.ms = made.reason, len(written.claims), written.dropped, made.ms
    crowd().release()


def forget(session: Session) -> None:
    """Forget who asked, once no limit counts it any more."""
    session.execute(queries.askers_before(clock.now() - DAY))


def crowd() -> threading.BoundedSemaphore:
    """Return what counts the calls of this worker that are under way."""
    made = threading.BoundedSemaphore(settings().llm_at_once)
    found: threading.BoundedSemaphore = current_app.extensions.setdefault(CROWD, made)
    return found


def _digest(asker: str) -> str:
    """Return a name for an asker that nobody without the site's key can guess; askers without one count together."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, asker.encode(), hashlib.sha256).hexdigest()
