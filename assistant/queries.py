"""Every SELECT of the room, and the corpora read by them."""

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from assistant.corpus import Corpus, corpus
from assistant.documents import Standing
from assistant.models import Conversation, Turn
from core.extensions import db
from policies import queries as policies
from policies.facts.queries import facts_of, stamps
from policies.models import PolicyVersion
from policies.operations import passage_document
from policies.rules import validity

CACHE = "assistant.corpora"


class Kept(NamedTuple):
    """A corpus with the text and the facts that it was made of."""

    text: tuple[int, str]
    facts: str
    corpus: Corpus


def corpus_of(policy_id: str) -> Corpus | None:
    """Return the current version of a policy ready for answering; read once for each text in a process."""
    version = policies.current_version(policy_id)
    return None if version is None else _corpus(version, stamps(db.session(), [version.id])[version.id])


def library(today: date) -> list[tuple[Standing, Corpus]]:
    """Return every document that may answer, how it stands on a day, and its text ready for answering."""
    versions = _answerable()
    known = stamps(db.session(), [version.id for version in versions])
    return [(standing(version, today), _corpus(version, known[version.id])) for version in versions]


def in_force(today: date) -> list[Standing]:
    """Return the documents that are answered from first; all that may answer where none is in force."""
    found = [standing(version, today) for version in _answerable()]
    return [one for one in found if one.in_force] or found


def standing(version: PolicyVersion, today: date) -> Standing:
    """Return how the document of a version stands on a day."""
    document = version.document
    found = validity(document.status, version.effective, version.expires, document.ended_on, today)
    since = {"superseded": document.ended_on, "expired": version.expires, "not_yet": version.effective}
    return Standing(
        document.id,
        version.title,
        version.title_en,
        version.issuer,
        found,
        since.get(found),
        document.successor.current.title if found == "superseded" and document.successor else "",
    )


def _answerable() -> list[PolicyVersion]:
    return list(db.session.scalars(policies.answerable().options(joinedload(PolicyVersion.document))))


def _corpus(version: PolicyVersion, facts: str) -> Corpus:
    kept: dict[str, Kept] = current_app.extensions.setdefault(CACHE, {})
    text = (version.number, version.digest)
    found = kept.get(version.document_id)
    if found is None or found.text != text:
        made = _read(version)
    elif found.facts != facts:
        # Only its figures have changed: what was cut stays cut.
        made = replace(found.corpus, facts=tuple(facts_of(db.session(), version)))
    else:
        return found.corpus
    kept[version.document_id] = Kept(text, facts, made)
    return made


def _read(version: PolicyVersion) -> Corpus:
    return corpus(
        version.document_id,
        version.number,
        passage_document(version),
        version.articles,
        facts_of(db.session(), version),
        title=version.title,
        title_en=version.title_en,
        issuer=version.issuer,
        issued_year=version.issued.year if version.issued else None,
    )


def conversation(conversation_id: str, owner: str) -> Conversation | None:
    """Return a conversation if it is this owner's."""
    return db.session.scalar(
        select(Conversation).where(Conversation.id == conversation_id, Conversation.owner == owner)
    )


def turn(found: Conversation, position: int) -> Turn | None:
    return db.session.scalar(select(Turn).where(Turn.conversation_id == found.id, Turn.position == position))


def turns_before(found: Turn, count: int) -> list[Turn]:
    """Return the answered turns before a turn, oldest first."""
    earlier = select(Turn).where(Turn.conversation_id == found.conversation_id, Turn.position < found.position)
    newest = db.session.scalars(earlier.where(Turn.status != "pending").order_by(Turn.position.desc()).limit(count))
    return list(reversed(newest.all()))


def last_position(found: Conversation) -> int:
    return db.session.scalar(select(func.max(Turn.position)).where(Turn.conversation_id == found.id)) or 0


def conversations_before(instant: datetime) -> Select[Conversation]:
    """Select the conversations that nobody went on with since `instant`."""
    return select(Conversation).where(Conversation.updated_at < instant)
