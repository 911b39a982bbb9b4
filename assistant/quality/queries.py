"""Every SELECT of the package."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.sql.dml import Update

from assistant.models import Conversation, Turn
from assistant.quality.models import Complaint, EvaluationCase, Rating
from assistant.quality.rules import OPEN
from core.extensions import db


def rating(turn_id: int) -> Rating | None:
    return db.session.scalar(select(Rating).where(Rating.turn_id == turn_id))


def turn_of(conversation_id: str, position: int, owner: str) -> Turn | None:
    """Return a turn if its conversation is this owner's."""
    own = select(Turn).join(Conversation).where(Conversation.id == conversation_id, Conversation.owner == owner)
    return db.session.scalar(own.where(Turn.position == position))


def turn(turn_id: int) -> Turn | None:
    return db.session.get(Turn, turn_id)


def open_questions(status: str = "") -> Select[*tuple[Any, ...]]:
    """Select question, number of times, last time, one turn and its status of what was not, or not well, answered."""
    bad = Rating.helpful.is_(False)
    columns = (Turn.question, func.count(), func.max(Turn.created_at), func.max(Turn.id), func.max(Turn.status))
    found = select(*columns, func.count(Rating.id), EvaluationCase.id).outerjoin(
        Rating, (Rating.turn_id == Turn.id) & bad
    )
    found = found.outerjoin(EvaluationCase, EvaluationCase.question == Turn.question)
    wanted = Turn.status == status if status in OPEN else bad if status == "rated" else Turn.status.in_(OPEN) | bad
    return (
        found.where(wanted)
        .group_by(Turn.question, EvaluationCase.id)
        .order_by(func.count().desc(), func.max(Turn.id).desc())
    )


def bad_ratings(turn_ids: Sequence[int]) -> Sequence[Rating]:
    """Return the ratings of questions like those of these turns that call an answer unhelpful, the newest first."""
    questions = select(Turn.question).where(Turn.id.in_(turn_ids))
    found = select(Rating).join(Turn, Turn.id == Rating.turn_id).where(Rating.helpful.is_(False))
    return db.session.scalars(found.where(Turn.question.in_(questions)).order_by(Rating.id.desc())).all()


def complaints() -> Select[Complaint]:
    """Select the complaints: those without a reply first, the soonest due before the later."""
    return select(Complaint).order_by(Complaint.replied_at.is_not(None), Complaint.due, Complaint.id)


def waiting_complaints() -> Select[Complaint]:
    return select(Complaint).where(Complaint.replied_at.is_(None)).order_by(Complaint.due, Complaint.id)


def complaint(number: str) -> Complaint | None:
    return db.session.scalar(select(Complaint).where(Complaint.number == number))


def complaint_by_token(token: str) -> Complaint | None:
    return db.session.scalar(select(Complaint).where(Complaint.token == token))


def last_number(prefix: str) -> Select[str | None]:
    """Select the highest number that begins so; four digits and more sort by length first."""
    found = select(Complaint.number).where(Complaint.number.startswith(prefix, autoescape=True))
    return found.order_by(func.length(Complaint.number).desc(), Complaint.number.desc()).limit(1)


def contacts_before(instant: datetime) -> Update:
    """Return the statement that forgets the contacts of complaints replied to before an instant."""
    return update(Complaint).where(Complaint.replied_at < instant, Complaint.contact != "").values(contact="")


def cases() -> Select[EvaluationCase]:
    return select(EvaluationCase).order_by(EvaluationCase.id)


def case(case_id: int) -> EvaluationCase | None:
    return db.session.get(EvaluationCase, case_id)


def case_of(question: str) -> EvaluationCase | None:
    return db.session.scalar(select(EvaluationCase).where(EvaluationCase.question == question))


def statuses_since(instant: datetime) -> Select[str, int]:
    """Select how many answers of each status there were since an instant."""
    return select(Turn.status, func.count()).where(Turn.created_at > instant).group_by(Turn.status)


def ratings_since(instant: datetime) -> Select[bool, int]:
    return select(Rating.helpful, func.count()).where(Rating.at > instant).group_by(Rating.helpful)
