"""The glossaries in use: the words of the software with those of operators, merged once after every change."""

from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from assistant.glossary import Glossaries, shipped
from assistant.terms import queries, rules
from assistant.terms.models import GlossaryTerm
from assistant.terms.queries import Stamp
from assistant.terms.rules import Word

CACHE = "assistant.glossaries"


def glossaries(session: Session) -> Glossaries:
    """Return what the next question is read with: one small query, unless somebody has changed a word."""
    stamp = queries.stamp(session)
    if not stamp[0]:
        return shipped()
    kept = cast("tuple[Stamp, Glossaries] | None", current_app.extensions.get(CACHE))
    if kept is None or kept[0] != stamp:
        kept = (stamp, rules.merged(shipped(), words(session)))
        current_app.extensions[CACHE] = kept
    return kept[1]


def words(session: Session, language: str = "") -> list[Word]:
    """Return operators' words, the one changed last first."""
    return [word_of(one) for one in session.scalars(queries.terms(language))]


def word_of(term: GlossaryTerm) -> Word:
    return Word(term.language, term.word, tuple(term.forms), term.note)
