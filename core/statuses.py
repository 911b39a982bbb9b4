"""Changing the status of a row that follows a lifecycle."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.lifecycle import LifecycleError
from core.orm import Base


def change_status(session: Session, row: Base, target: str) -> None:
    """Change `row.status` in the database only if it is still the one that was checked. Raises LifecycleError."""
    session.flush()
    kind: Any = type(row)
    found: Any = row
    change = update(kind).where(kind.id == found.id, kind.status == found.status).values(status=target)
    done: Any = session.execute(change.execution_options(synchronize_session=False))
    if done.rowcount != 1:
        raise LifecycleError(_("状态刚刚被他人改变，请刷新后再试"))
    session.refresh(row, ["status"])
