"""Every SELECT of the room, and the corpora read by them."""

from datetime import datetime

from flask import current_app
from sqlalchemy import Select, func, select

from assistant.corpus import Corpus, corpus
from assistant.models import Conversation, Turn
from core.extensions import db
from policies import queries as policies
from policies.facts.queries import facts_of
from policies.operations import passage_document

CACHE = "assistant.corpora"


def corpus_of(policy_id: str) -> Corpus | None:
    """Return the current version of a policy ready for answering; read once for each version in a process."""
    version = policies.current_version(policy_id)
    if version is None:
        return None
    kept: dict[tuple[str, int, str], Corpus] = current_app.extensions.setdefault(CACHE, {})
    key = (policy_id, version.number, version.digest)
    if key not in kept:
        for old in [old for old in kept if old[0] == policy_id]:
            kept.pop(old, None)
        kept[key] = corpus(
            policy_id,
            version.number,
            passage_document(version),
            version.articles,
            facts_of(db.session(), version),
            title=version.title,
            title_en=version.title_en,
            issuer=version.issuer,
            issued_year=version.issued.year if version.issued else None,
        )
    return kept[key]


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
