"""What follows a commit: marked in the session while its transaction runs, acted on once the outermost one is over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

Act = Callable[[Any], object]


@dataclass(frozen=True)
class _Following:
    committed: Act
    dropped: Act | None


_FOLLOWING: dict[str, _Following] = {}


def follow(mark: str, committed: Act, dropped: Act | None = None) -> None:
    """Call `committed` with what stands under `mark` in `Session.info` after the commit, else `dropped`, if there is one."""
    _FOLLOWING[mark] = _Following(committed, dropped)


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    # Fired for savepoints too, which decide nothing yet.
    if session.in_nested_transaction():
        return
    for mark, following in _FOLLOWING.items():
        if mark in session.info:
            following.committed(session.info.pop(mark))


@event.listens_for(Session, "after_transaction_end")
def _after_transaction_end(session: Session, transaction: SessionTransaction) -> None:
    # A session that is closed without a commit tells of no rollback, but of this; nothing is left here after a commit.
    if transaction.parent is not None:
        return
    for mark, following in _FOLLOWING.items():
        if mark in session.info:
            value = session.info.pop(mark)
            if following.dropped:
                following.dropped(value)
