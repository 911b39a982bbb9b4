"""Applications of organisations to be verified, and the operator's decisions. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from accounts.access.models import Person
from accounts.members import codes, queries
from accounts.members.operations import hold, lapse
from accounts.models import Organisation, Verification
from accounts.rules import PENDING, REJECTED, VERIFICATION, VERIFIED
from core import audit, clock, files
from core.audit import Actor
from core.errors import InvalidInputError

PURPOSE = "evidence"
SUBJECT = "verification"


@dataclass(frozen=True)
class Application:
    """A credit code, what proves it, and what the applicant adds."""

    credit_code: str
    evidence: Sequence[FileStorage]
    note: str = ""


def apply(
    session: Session, actor: Actor, organisation: Organisation, application: Application, person: int
) -> Verification:
    """Ask to be verified. Raises InvalidInputError for an unsound code, one that is another's, or a second application."""
    hold(session, organisation)
    target = VERIFICATION.check(organisation.verification, "apply", actor.role)
    code = _sound(application.credit_code)
    _refuse_held(session, organisation, code)
    asked = Verification(organisation=organisation, credit_code=code, note=application.note, applied_by=person)
    asked.applied_at, asked.status = clock.now(), PENDING
    asked.evidence = [
        files.accept(session, upload, purpose=PURPOSE, organisation_id=organisation.id).id
        for upload in application.evidence
    ]
    if not asked.evidence:
        raise InvalidInputError(_("请上传能证明统一社会信用代码的材料"))
    session.add(asked)
    with audit.change(session, actor, "apply", SUBJECT, organisation):
        organisation.verification = target
    return asked


def withdraw(session: Session, actor: Actor, organisation: Organisation) -> None:
    """Take an undecided application back."""
    hold(session, organisation)
    target = VERIFICATION.check(organisation.verification, "withdraw", actor.role)
    asked = session.scalar(queries.pending_of(organisation.id))
    if asked is not None:
        _close(session, asked, "withdrawn", "", None)
    with audit.change(session, actor, "withdraw", SUBJECT, organisation):
        organisation.verification = target


def verify(session: Session, actor: Actor, asked: Verification, words: str, person: int) -> None:
    """Find an application true: the organisation is verified under that code."""
    organisation = asked.organisation
    hold(session, organisation)
    _close(session, asked, VERIFIED, words, person)
    target = VERIFICATION.check(organisation.verification, "verify", actor.role)
    _refuse_held(session, organisation, asked.credit_code)
    with audit.change(session, actor, "verify", SUBJECT, organisation):
        organisation.verification, organisation.credit_code = target, asked.credit_code


def reject(session: Session, actor: Actor, asked: Verification, words: str, person: int) -> None:
    """Turn an application down, with the reason."""
    organisation = asked.organisation
    hold(session, organisation)
    _close(session, asked, REJECTED, words, person)
    target = VERIFICATION.check(organisation.verification, "reject", actor.role, words=words)
    with audit.change(session, actor, "reject", SUBJECT, organisation):
        organisation.verification = target


def revoke(session: Session, actor: Actor, organisation: Organisation, words: str) -> None:
    """Take a verification back, with the reason."""
    hold(session, organisation)
    VERIFICATION.check(organisation.verification, "revoke", actor.role, words=words)
    with audit.change(session, actor, "revoke", SUBJECT, organisation):
        lapse(session, organisation, words)


def renew(session: Session, actor: Actor, organisation: Organisation) -> None:
    """Give the verification up because the code has changed; a new application is due."""
    hold(session, organisation)
    with audit.change(session, actor, "renew", SUBJECT, organisation):
        lapse(session, organisation, _("统一社会信用代码变更"))


def forget(session: Session, person: Person) -> None:
    """Name a person no more as who applied or decided: part of the account's erasure, which records the event."""
    for column in (Verification.applied_by, Verification.decided_by):
        session.execute(update(Verification).where(column == person.id).values({column: None}))


def _sound(text: str) -> str:
    code = codes.compact(text)
    wrong = codes.problem(code)
    if wrong:
        raise InvalidInputError(wrong)
    return code


def _refuse_held(session: Session, organisation: Organisation, code: str) -> None:
    holder = session.scalar(queries.holder_of(code, organisation.id))
    if holder is not None:
        raise InvalidInputError(
            _(
                "代码 %(code)s 已属于“%(name)s”，一个代码只能对应一个单位；如有疑问请联系运营方",
                code=code,
                name=holder.name,
            )
        )


def _close(session: Session, asked: Verification, status: str, words: str, person: int | None) -> None:
    """Decide an application only if nobody has."""
    change = update(Verification).where(Verification.id == asked.id, Verification.status == PENDING)
    decided = change.values(status=status, reason=words, decided_by=person, decided_at=clock.now())
    done = session.execute(decided.returning(Verification.id).execution_options(synchronize_session=False)).first()
    if done is None:
        raise InvalidInputError(_("这份申请已有处理结果，请刷新后查看"))
    session.refresh(asked)
