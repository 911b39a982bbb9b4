"""Changing the glossary. Callers own the transaction; the next question of every process uses what is committed."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from assistant.glossary import shipped
from assistant.terms import queries, rules
from assistant.terms.models import GlossaryTerm
from assistant.terms.rules import Word
from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError

SUBJECT = "glossary_term"
ADDED, CHANGED, OFF, BACK, SAME = "added", "changed", "off", "back", "same"


def put(session: Session, actor: Actor, word: Word) -> str:
    """Add a word, change it, or switch it off when it has no forms; return which of it was done.

    One that is as the software has it needs no row. Raises InvalidInputError for what no word may be.
    """
    if problems := [str(one) for one in rules.problems(word)]:
        raise InvalidInputError(problems)
    return _put(session, actor, word, queries.term(session, word.language, word.word))


def switch_off(session: Session, actor: Actor, language: str, word: str) -> None:
    """Have a word mean nothing but itself. Raises InvalidInputError where the software has no such word."""
    if word not in rules.of(shipped(), language).forms:
        raise InvalidInputError(_("“%(word)s”不是自带的词，可以删除", word=word))
    put(session, actor, Word(language, word))


def restore(session: Session, actor: Actor, language: str, word: str) -> None:
    """Go back to what the software has: an operator's own word goes. Raises InvalidInputError where there is no change."""
    term = queries.term(session, language, word)
    if term is None:
        raise InvalidInputError(_("“%(word)s”没有改动", word=word))
    _remove(session, actor, term)


def load(session: Session, actor: Actor, language: str, text: str) -> Mapping[str, int]:
    """Put every word of a file; return how many were added, changed, switched off, put back, or as they are already.

    Words that the file does not name stay. Raises InvalidInputError with every line that is wrong; then nothing changes.
    """
    try:
        found = rules.parsed(language, text)
    except ValueError as error:
        raise InvalidInputError(str(error).split("\n")) from error
    known = queries.named(session, language, [word.word for _number, word in found])
    return Counter(_put(session, actor, word, known.get(word.word)) for _number, word in found)


def _put(session: Session, actor: Actor, word: Word, term: GlossaryTerm | None) -> str:
    is_shipped = rules.of(shipped(), word.language).forms.get(word.word, ()) == word.forms and not word.note
    if is_shipped:
        return _remove(session, actor, term) if term else SAME
    if term is None:
        return _add(session, actor, word)
    return _change(session, actor, term, word)


def _add(session: Session, actor: Actor, word: Word) -> str:
    made = GlossaryTerm(language=word.language, word=word.word, changed_at=_moment(session))
    made.forms, made.note = list(word.forms), word.note
    session.add(made)
    session.flush()
    _record(session, actor, "add" if word.forms else "switch_off", made, after=_state(made))
    return ADDED if word.forms else OFF


def _change(session: Session, actor: Actor, term: GlossaryTerm, word: Word) -> str:
    if (tuple(term.forms), term.note) == (word.forms, word.note):
        return SAME
    before = _state(term)
    term.forms, term.note, term.changed_at = list(word.forms), word.note, _moment(session)
    session.flush()
    _record(session, actor, "change" if word.forms else "switch_off", term, before=before, after=_state(term))
    return CHANGED if word.forms else OFF


def _remove(session: Session, actor: Actor, term: GlossaryTerm) -> str:
    _record(session, actor, "put_back", term, before=_state(term))
    session.delete(term)
    session.flush()
    return BACK


def _record(session: Session, actor: Actor, verb: str, term: GlossaryTerm, **states: Mapping[str, Any]) -> None:
    audit.record(session, actor, verb, SUBJECT, f"{term.language}:{term.word}", **states)


def _state(term: GlossaryTerm) -> dict[str, Any]:
    return {"forms": list(term.forms), "note": term.note}


def _moment(session: Session) -> datetime:
    """Return now, but later than any change before: processes tell by the last change whether there is a new one."""
    last = queries.stamp(session)[1]
    now = clock.now()
    return now if last is None or now > last else last + timedelta(microseconds=1)
