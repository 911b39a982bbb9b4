"""Asking and answering. Callers own the transaction."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError
from core.formats import day
from core.lifecycle import LifecycleError
from core.statuses import change_status
from scenario_catalog.models import Question, QuestionSupplement, Scenario
from scenario_catalog.questions import queries, rules
from scenario_catalog.rules import QUESTION

SUBJECT = "question"


@dataclass(frozen=True)
class Asker:
    """Who asks: row ids of person and organisation, and the organisation's name."""

    person: int
    organisation: int
    name: str


@dataclass(frozen=True)
class Wording:
    """What is asked; `sure` where the asker has seen the doubts."""

    text: str
    sure: bool = False


class DoubtError(InvalidInputError):
    """The question can be asked, if the asker says so again: `problems` are the doubts."""


def ask(session: Session, actor: Actor, scenario: Scenario, asker: Asker, asked: Wording) -> Question:
    """Ask in public, without a name. Raises DoubtError where a second word is needed."""
    _check(scenario, asker, asked.text)
    _keep_others_out(session, scenario)
    _check_repeated(scenario, asked)
    number = (session.scalar(queries.highest_number(scenario.id)) or 0) + 1
    made = Question(scenario_id=scenario.id, number=number, status="asked", text=asked.text, asked_at=clock.now())
    made.organisation_id, made.person_id = asker.organisation, asker.person
    session.add(made)
    session.flush()
    audit.record(session, _hidden(actor, made), "ask", SUBJECT, made.id, after=_state(made))
    return made


def answer(session: Session, actor: Actor, question: Question, text: str) -> None:
    """Answer in public."""
    _decide(session, actor, question, "answer", text)


def decline(session: Session, actor: Actor, question: Question, reason: str) -> None:
    """Say in public why there is no answer."""
    _decide(session, actor, question, "decline", reason)


def amend(session: Session, actor: Actor, question: Question, text: str) -> None:
    """Add to an answer: what was answered first stays visible."""
    _before_opening(question)
    target = QUESTION.check(question.status, "amend", actor.role)
    before = _state(question)
    change_status(session, question, target)
    _refuse_said(session, question, text)
    question.supplements.append(QuestionSupplement(at=clock.now(), text=text))
    session.flush()
    audit.record(session, actor, "amend", SUBJECT, question.id, before=before, after={**before, "supplement": text})


def _decide(session: Session, actor: Actor, question: Question, verb: str, text: str) -> None:
    _before_opening(question)
    target = QUESTION.check(question.status, verb, actor.role, words=text)
    before = _state(question)
    change_status(session, question, target)
    question.answer, question.decided_at = text, clock.now()
    session.flush()
    audit.record(session, actor, verb, SUBJECT, question.id, before=before, after=_state(question))


def _refuse_said(session: Session, question: Question, text: str) -> None:
    """Let the same words not be made public twice: a form was sent again."""
    session.refresh(question, ["answer", "supplements"])
    if text in {question.answer, *(one.text for one in question.supplements)}:
        raise InvalidInputError(_("这段文字已经公开，不必重复提交"))


def _before_opening(question: Question) -> None:
    if question.scenario.status != "open":
        raise LifecycleError(_("评审已经开始或场景已经结束，不能再答复"))


def _check(scenario: Scenario, asker: Asker, text: str) -> None:
    days = city().rules.questions_close
    if not rules.questions_open(scenario, clock.now(), days):
        last = day(rules.closing_day(scenario.deadline, days))
        raise InvalidInputError(_("提问已于 %(day)s 截止，您写的内容仍在下面，可以复制", day=last))
    if rules.names_asker(text, [asker.name]):
        raise InvalidInputError(_("问题中写有本单位名称。提问不公开提问单位，请改写后再提交"))


def _check_repeated(scenario: Scenario, asked: Wording) -> None:
    text, texts = asked.text, queries.texts(scenario.id)
    same = next((number for number, other in texts.items() if other == text), None)
    if same is not None:
        raise InvalidInputError(_("第 %(n)s 问与它完全相同，不必重复提交", n=same))
    near = rules.alike(text, texts)
    doubts = [_("与第 %(n)s 问相近，请先看看那里的答复", n=near)] if near else []
    doubts += rules.warnings(text)
    if doubts and not asked.sure:
        raise DoubtError(doubts)


def _keep_others_out(session: Session, scenario: Scenario) -> None:
    """Let one asker at a time count the questions of a scenario."""
    same = update(Scenario).where(Scenario.id == scenario.id).values(revision=Scenario.revision)
    session.execute(same.execution_options(synchronize_session=False))


def _state(question: Question) -> dict[str, Any]:
    """Return the state that is digested, without who asked: ids are few, and a digest of one could be guessed."""
    asker = {"organisation_id", "person_id"}
    return {name: value for name, value in audit.state(question).items() if name not in asker}


def _hidden(actor: Actor, question: Question) -> Actor:
    """Return the asker as the audit log may know it: nobody learns who asks until the bids are opened."""
    return audit.concealed(actor, f"{SUBJECT}:{question.id}")
