"""Events as the pages show them: words for codes, names for those ids whose names the reader may know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _

from accounts.auditing import queries, words
from accounts.rules import ALL_ROLES, label_of
from core.access import Access, principal
from core.audit import CONCEALED, SYSTEM, AuditEvent
from core.chain import Anchor
from core.extensions import db
from core.formats import moment
from core.lifecycle import Lifecycle
from core.registry import Room

SHORT = 8


@dataclass(frozen=True)
class Shown:
    """An event in words."""

    event: AuditEvent
    what: str
    subject: str
    actor: str
    role: str
    organisation: str


def shown(events: Iterable[AuditEvent], *, own: bool = False) -> Sequence[Shown]:
    """Put events in words.

    Names of people are told only to members of the same organisation; with `own`, the reader is called 本人.
    """
    found = list(events)
    who = principal()
    organisations = queries.organisation_names(db.session(), (event.organisation for event in found))
    people: dict[str, str] = {}
    if who.organisation and not own:
        people |= queries.member_names(db.session(), who.organisation, (event.actor for event in found))
    if own:
        people[who.id] = _("本人")
    return [_shown(event, organisations, people, own=own) for event in found]


def anchor_time(anchor: Anchor) -> str:
    """Return when an anchor was made, in the city's time; what is no instant as it stands in the file."""
    try:
        return moment(datetime.fromisoformat(anchor.at))
    except ValueError:
        return anchor.at


def verbs() -> Mapping[str, str]:
    """Return the verbs that can be asked for, each with its label."""
    moves = {move.verb: move.label for lifecycle in reversed(_lifecycles()) for move in reversed(lifecycle.moves)}
    return dict(sorted({**words.VERBS, **moves}.items()))


def _shown(event: AuditEvent, organisations: Mapping[str, str], people: Mapping[str, str], *, own: bool) -> Shown:
    return Shown(
        event,
        words.verb_label(event.subject_type, event.verb, _lifecycles(), _declared()),
        words.subject_label(event.subject_type),
        _actor(event, people, own=own),
        label_of(event.role) if event.role in ALL_ROLES else "",
        organisations.get(event.organisation, ""),
    )


def _actor(event: AuditEvent, people: Mapping[str, str], *, own: bool) -> str:
    if event.actor == SYSTEM.id:
        return str(_("系统"))
    if event.actor.startswith(CONCEALED):
        return str(_("本人（对他人匿名）") if own else _("匿名"))
    return people.get(event.actor) or event.actor[:SHORT]


def _lifecycles() -> Sequence[Lifecycle]:
    rooms: Sequence[Room] = current_app.extensions["rooms"]
    return [lifecycle for room in rooms for lifecycle in room.lifecycles]


def _declared() -> Mapping[str, str]:
    table: Mapping[str, Sequence[Access]] = current_app.extensions["access"]
    return {verb: rows[0].label for verb, rows in table.items() if rows}
