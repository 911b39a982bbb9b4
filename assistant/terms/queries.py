"""Every SELECT of the package."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from assistant.terms.models import GlossaryTerm

Stamp = tuple[int, datetime | None, int | None]


def stamp(session: Session) -> Stamp:
    """Return what differs after every change of the table: number of rows, last change, highest id."""
    count, changed, highest = session.execute(
        select(func.count(), func.max(GlossaryTerm.changed_at), func.max(GlossaryTerm.id))
    ).one()
    return count, changed, highest


def terms(language: str = "") -> Select[GlossaryTerm]:
    """Select operators' words, the one changed last first."""
    found = select(GlossaryTerm).order_by(GlossaryTerm.changed_at.desc(), GlossaryTerm.id.desc())
    return found.where(GlossaryTerm.language == language) if language else found


def term(session: Session, language: str, word: str) -> GlossaryTerm | None:
    return session.scalar(select(GlossaryTerm).where(GlossaryTerm.language == language, GlossaryTerm.word == word))


def named(session: Session, language: str, words: Sequence[str]) -> dict[str, GlossaryTerm]:
    """Return operators' words of these names, by name."""
    wanted = set(words)
    return {one.word: one for one in session.scalars(terms(language)) if one.word in wanted}
