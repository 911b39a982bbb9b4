"""Objections to a noticed award, and their answers. Callers own the transaction."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.formats import day
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.awards import operations, queries, rules
from marketplace.awards.models import Award, Objection
from marketplace.awards.rules import OBJECTION
from marketplace.evaluation.rules import last_day
from scenario_catalog import operations as catalog

SUBJECT = "objection"


@dataclass(frozen=True)
class Objector:
    """Who objects: row id of the person, and the organisation."""

    person: int
    organisation: Organisation


class LateError(InvalidInputError):
    """The objection came after the period: it was not taken."""


def raise_objection(session: Session, actor: Actor, award: Award, objector: Objector, text: str) -> Objection:
    """Take an objection within the period; it is public without its author's name.

    Raises LateError outside the period, InvalidInputError for a text that cannot be taken, LifecycleError for who may not.
    """
    now = clock.now()
    catalog.hold(session, award.scenario)
    session.refresh(award)
    if not rules.takes_objections(award.status, award.noticed_at, award.notice_ends, now):
        raise LateError(_late(award))
    _check(session, actor, award, objector, text)
    number = queries.highest_objection(session, award) + 1
    made = Objection(award_id=award.id, number=number, status="raised", text=text, raised_at=now)
    made.organisation_id, made.person_id = objector.organisation.id, objector.person
    session.add(made)
    session.flush()
    audit.record(session, actor, "raise", SUBJECT, made.id, after=audit.state(made))
    return made


def answer(session: Session, actor: Actor, objection: Objection, verb: str, words: str) -> None:
    """Answer in public: `reject` or `uphold`. An upheld one takes the notice back, and the finalists are weighed anew."""
    award = objection.award
    catalog.hold(session, award.scenario)
    session.refresh(objection)
    session.refresh(award)
    if len(words) > rules.LONGEST_ANSWER:
        raise InvalidInputError(_("答复最多 %(n)s 字", n=rules.LONGEST_ANSWER))
    target = OBJECTION.check(objection.status, verb, actor.role, words=words)
    before = audit.state(objection)
    change_status(session, objection, target)
    objection.answer, objection.decided_at = words.strip(), clock.now()
    session.flush()
    audit.record(session, actor, verb, SUBJECT, objection.id, before=before, after=audit.state(objection))
    if target == "upheld" and award.status == "noticed":
        operations.withdraw(session, actor, award, _("第 %(n)s 件异议成立：%(why)s", n=objection.number, why=words))


def _late(award: Award) -> str:
    if award.status != "noticed":
        return str(_("公示已经结束，没有受理。您写的内容仍在下面，可以复制"))
    return str(
        _("异议期已于 %(day)s 24 时截止，没有受理。您写的内容仍在下面，可以复制", day=day(last_day(award.notice_ends)))
    )


def _check(session: Session, actor: Actor, award: Award, objector: Objector, text: str) -> None:
    if actor.role not in rules.OBJECTORS or not objector.organisation.verified:
        raise LifecycleError(_("只有已认证的企业可以提出异议"))
    if not rules.SHORTEST_OBJECTION <= len(text) <= rules.LONGEST_OBJECTION:
        limits = {"low": rules.SHORTEST_OBJECTION, "high": rules.LONGEST_OBJECTION}
        raise InvalidInputError(_("异议请写 %(low)s–%(high)s 字，写明事实和依据", **limits))
    if queries.same_objection(session, award, objector.organisation.id, text):
        raise InvalidInputError(_("这件异议已经提出，不必重复提交"))
