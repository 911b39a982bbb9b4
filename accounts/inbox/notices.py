"""What members and the operator are told of committed events about organisations: a consumer of events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.inbox import queries
from accounts.inbox.operations import notify
from accounts.models import Membership, Organisation
from accounts.rules import label_of, role_of
from core.audit import AuditEvent


@dataclass(frozen=True)
class Told:
    """What is said of an event, and to whom (row ids)."""

    people: Sequence[int]
    title: str
    text: str
    url: str


Tell = Callable[[Session, AuditEvent], Told | None]


def tell(session: Session, events: Sequence[AuditEvent]) -> None:
    """Tell those concerned who were members when it happened; not who did it."""
    for event in events:
        telling = TELLINGS.get((event.subject_type, event.verb))
        told = telling(session, event) if telling else None
        if told:
            others = [*_others(session, told.people, event.actor)]
            key = f"{event.subject_type}-{event.verb}-{event.id}"
            notify(session, others, key=key, title=told.title, text=told.text, url=told.url, urgent=True)


def _applied(session: Session, event: AuditEvent) -> Told | None:
    organisation = session.get(Organisation, int(event.subject_id))
    if organisation is None:
        return None
    people = session.scalars(queries.operators(event.at)).all()
    title = _("“%(name)s”申请单位认证", name=organisation.name)
    return Told(people, title, _("请核对统一社会信用代码与材料。"), url_for("verification.queue"))


def _decided(title: str, place: str) -> Tell:
    def telling(session: Session, event: AuditEvent) -> Told | None:
        organisation = session.get(Organisation, int(event.subject_id))
        if organisation is None:
            return None
        reason = session.scalar(queries.decision(organisation.id, event.at))
        text = f"{organisation.name}\n{_('理由：%(words)s', words=reason)}" if reason else organisation.name
        people = session.scalars(queries.owners(organisation.id, event.at)).all()
        return Told(people, title, text, url_for(place))

    return telling


def _joined(session: Session, event: AuditEvent) -> Told | None:
    organisation = session.scalar(queries.organisation_of_invitation(int(event.subject_id)))
    if organisation is None:
        return None
    people = session.scalars(queries.owners(organisation.id, event.at)).all()
    return Told(people, _("“%(name)s”有新成员加入", name=organisation.name), "", url_for("members.organisation"))


def _left(session: Session, event: AuditEvent) -> Told | None:
    found = session.get(Membership, int(event.subject_id))
    if found is None:
        return None
    people = session.scalars(queries.owners(found.organisation_id, event.at)).all()
    title = _("“%(name)s”有成员退出", name=found.organisation.name)
    return Told(people, title, "", url_for("members.organisation"))


def _removed(session: Session, event: AuditEvent) -> Told | None:
    found = session.get(Membership, int(event.subject_id))
    if found is None:
        return None
    title = _("您已不再是“%(name)s”的成员", name=found.organisation.name)
    return Told([found.person_id], title, _("由该单位管理员移除。"), url_for("desk.home"))


def _given_role(session: Session, event: AuditEvent) -> Told | None:
    found = session.get(Membership, int(event.subject_id))
    if found is None or found.ended_at is not None:
        return None
    role = label_of(role_of(found.organisation.kind, found.role))
    title = _("您在“%(name)s”的角色有变动", name=found.organisation.name)
    return Told([found.person_id], title, _("现为：%(role)s", role=role), url_for("members.organisation"))


TELLINGS: Mapping[tuple[str, str], Tell] = {
    ("verification", "apply"): _applied,
    ("verification", "verify"): _decided("单位认证已通过", "members.organisation"),
    ("verification", "reject"): _decided("单位认证未通过", "verification.own"),
    ("verification", "revoke"): _decided("单位认证已被撤销", "verification.own"),
    ("invitation", "accept"): _joined,
    ("membership", "leave"): _left,
    ("membership", "remove"): _removed,
    ("membership", "change_role"): _given_role,
}


def _others(session: Session, people: Sequence[int], actor: str) -> Sequence[int]:
    """Leave out who did it."""
    doer = session.scalar(queries.by_pseudonym(actor))
    return [person for person in people if doer is None or person != doer.id]
