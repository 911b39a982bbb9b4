"""What follows a commit: marked in the session while its transaction runs, acted on once the outermost one is over."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

Act = Callable[[Any], object]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Following:
    committed: Act
    dropped: Act | None


_FOLLOWING: dict[str, _Following] = {}


def follow(mark: str, committed: Act, dropped: Act | None = None) -> None:
    """Call `committed` with what stands under `mark` in `Session.info` after the commit, else `dropped`, if there is one.

    Neither can undo what is over: what one of them raises is logged, and reaches nobody. Whoever follows has a periodic
    task that makes up for it.
    """
    _FOLLOWING[mark] = _Following(committed, dropped)


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    # Fired for savepoints too, which decide nothing yet.
    if session.in_nested_transaction():
        return
    for mark, following in _FOLLOWING.items():
        if mark in session.info:
            _act(mark, following.committed, session.info.pop(mark))


@event.listens_for(Session, "after_transaction_end")
def _after_transaction_end(session: Session, transaction: SessionTransaction) -> None:
    # A session that is closed without a commit tells of no rollback, but of this; nothing is left here after a commit.
    if transaction.parent is not None:
        return
    for mark, following in _FOLLOWING.items():
        if mark in session.info:
            value = session.info.pop(mark)
            if following.dropped:
                _act(mark, following.dropped, value)


def _act(mark: str, act: Act, value: Any) -> None:
    try:
        act(value)
    except Exception:
        log.exception("what follows a transaction failed: %s", mark)
