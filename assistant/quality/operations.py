"""Rating, complaining, replying, keeping a question for the evaluation. Callers own the transaction."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from assistant import operations as assistant
from assistant.models import Turn
from assistant.quality import queries, rules
from assistant.quality.models import Complaint, EvaluationCase, Rating, WrongSentence
from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.settings import settings


@dataclass(frozen=True)
class Opinion:
    """What somebody says of an answer; `wrong` are places among the sentences shown."""

    helpful: bool
    reason: str = ""
    wrong: tuple[int, ...] = ()
    comment: str = ""


def sentences(turn: Turn) -> list[str]:
    """Return the sentences shown in an answer, a model's claims first."""
    if not turn.answer:
        return []
    written = assistant.stored_wording(turn)
    claims = [one.text for one in written.claims] if written else []
    excerpts = assistant.stored_answer(turn).citations if written is None or written.fell_back else ()
    return [*claims, *(one.quote for one in excerpts)]


def rate(session: Session, actor: Actor, turn: Turn, opinion: Opinion) -> Rating:
    """Keep what the asker says of an answer, in place of what was said before."""
    shown = sentences(turn)
    made = queries.rating(turn.id) or Rating(turn_id=turn.id)
    made.helpful, made.at = opinion.helpful, clock.now()
    made.reason = "" if opinion.helpful else opinion.reason
    made.comment = "" if opinion.helpful else rules.masked(opinion.comment)
    made.wrong.clear()
    session.add(made)
    session.flush()
    places = [] if opinion.helpful else sorted({place for place in opinion.wrong if place < len(shown)})
    made.wrong.extend(WrongSentence(place=place, text=shown[place]) for place in places)
    audit.record(session, actor, "rate", "conversation", turn.conversation_id)
    return made


def complain(session: Session, actor: Actor, text: str, contact: str, turn: Turn | None = None) -> Complaint:
    """Take a complaint under the next number of the year. The event is written first: one complaint is numbered at a time."""
    token = secrets.token_urlsafe(32)
    audit.record(session, actor, "complain", "assistant", "answers")
    today, now = clock.today(), clock.now()
    last = session.scalar(queries.last_number(f"{rules.PREFIX}-{today.year}-"))
    number = rules.complaint_number(today.year, int(last.rsplit("-", 1)[1]) + 1 if last else 1)
    made = Complaint(number=number, token=token, text=rules.masked(text), contact=contact, made_at=now)
    made.due = rules.due(today, settings().complaint_days)
    if turn:
        made.question, made.answer = turn.question, "\n".join(sentences(turn))
    session.add(made)
    session.flush()
    return made


def reply(session: Session, actor: Actor, complaint: Complaint, text: str) -> None:
    """Reply to a complaint, once. Raises InvalidInputError where somebody has."""
    session.refresh(complaint, with_for_update=True)
    if complaint.replied_at:
        raise InvalidInputError(_("这件投诉已经答复过了"))
    complaint.reply, complaint.replied_at = text, clock.now()
    audit.record(session, actor, "reply", "complaint", complaint.number, after={"reply": text})


def keep(session: Session, actor: Actor, turn: Turn, kind: str) -> EvaluationCase:
    """Make a question an evaluation case; one that is already is returned as it is.

    Where the text can answer, the articles the answer cited are proposed as those that do.
    """
    question = rules.masked(turn.question)
    known = queries.case_of(question)
    if known:
        return known
    cited = assistant.cited(assistant.stored_answer(turn), assistant.stored_wording(turn)) if turn.answer else []
    gold = list(dict.fromkeys(one.article for one in cited)) if kind == "single" else []
    made = EvaluationCase(question=question, kind=kind, gold=gold, made_at=clock.now())
    session.add(made)
    session.flush()
    audit.record(session, actor, "keep", "evaluation_case", made.id, after={"question": question, "kind": kind})
    return made


def correct(session: Session, actor: Actor, case: EvaluationCase, kind: str, gold: Sequence[int]) -> None:
    """Say what a right answer to a case is."""
    before = {"kind": case.kind, "gold": case.gold}
    case.kind, case.gold = kind, list(gold) if kind == "single" else []
    after = {"kind": case.kind, "gold": case.gold}
    audit.record(session, actor, "correct", "evaluation_case", case.id, before=before, after=after)


def drop(session: Session, actor: Actor, case: EvaluationCase) -> None:
    audit.record(session, actor, "remove", "evaluation_case", case.id)
    session.delete(case)


def exported(session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the cases as evaluation files have them: an object a line."""
    for case in session.scalars(queries.cases()):
        yield {
            "id": f"real-{case.id:04d}",
            "q": case.question,
            "kind": case.kind,
            "gold": case.gold,
            "must": [],
            "never": [],
        }


def forget(session: Session, days: int) -> None:
    """Forget whom to tell of complaints that were replied to more than `days` ago."""
    session.execute(queries.contacts_before(clock.now() - timedelta(days=days)))
