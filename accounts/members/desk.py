"""What the desk shows: its menu as the authorisation table allows it, and what waits in any room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request, url_for
from flask_babel import gettext

from accounts import queries
from accounts.members import queries as members
from accounts.members.models import Claim
from accounts.models import Invitation, Membership, Verification
from accounts.rules import REJECTED, UNVERIFIED, label_of, role_of
from core import clock
from core.access import Principal, may, principal
from core.extensions import db
from core.registry import DeskItem, Room, Waiting

# What waits longer than this is marked.
LATE_DAYS = 5
# The oldest of a queue: the queue's own page has them all.
AT_MOST = 50


@dataclass(frozen=True)
class Entry:
    """An entry of the menu; `current` is "page" on the page itself, "true" on one below it, else ""."""

    label: str
    url: str
    icon: str
    current: str


def menu() -> list[Entry]:
    """Return what the present reader may open, in order."""
    rooms: Sequence[Room] = current_app.extensions["rooms"]
    items = sorted((item for room in rooms for item in room.desk), key=lambda item: item.order)
    found = {url_for(item.endpoint): item for item in items if may(item.verb)}
    nearest = _nearest(found)
    return [_entry(item, url, nearest) for url, item in found.items()]


def memberships() -> Sequence[Membership]:
    """Return the present reader's memberships, the first first."""
    person = principal().person
    return db.session.scalars(queries.memberships_of(person)).all() if person else []


def waiting() -> list[Waiting]:
    """Return what waits for the present reader in all rooms, the oldest first."""
    rooms: Sequence[Room] = current_app.extensions["rooms"]
    who = principal()
    found = [item for room in rooms if room.waiting for item in room.waiting(who)]
    return sorted(found, key=lambda item: item.since)


def age(since: datetime) -> int:
    """Return how many calendar days of the city have passed."""
    return (clock.today() - clock.local_date(since)).days


def waits_here(who: Principal) -> list[Waiting]:
    """Return what of this room waits for a person: invitations, the own verification, and the operator's queues."""
    return [*_invitations(who), *_own_verification(who), *_queue()]


def _nearest(urls: Iterable[str]) -> str:
    """Return the address of the entry that the present page is, or else lies below: of several, the nearest."""
    home = url_for("desk.home")
    above = (url for url in urls if request.path == url or (url != home and request.path.startswith(f"{url}/")))
    return max(above, key=len, default="")


def _entry(item: DeskItem, url: str, nearest: str) -> Entry:
    current = "" if url != nearest else "page" if request.path == url else "true"
    return Entry(item.label, url, item.icon, current)


def _invitations(who: Principal) -> list[Waiting]:
    person = members.person(who.person) if who.person else None
    if person is None:
        return []
    found = db.session.scalars(members.invitations_to(person.email, clock.now()))
    return [_invitation(each) for each in found]


def _invitation(found: Invitation) -> Waiting:
    title = f"{found.organisation.name}：{label_of(role_of(found.organisation.kind, found.role))}"
    return Waiting(gettext("邀请您加入"), title, url_for("invitations.mine"), found.created_at)


def _own_verification(who: Principal) -> list[Waiting]:
    organisation = members.organisation(who.organisation) if who.organisation else None
    if organisation is None or not may("verification.apply"):
        return []
    if organisation.verification not in {UNVERIFIED, REJECTED}:
        return []
    rejected = organisation.verification == REJECTED
    title = gettext("认证未通过，请补正后再次申请") if rejected else gettext("尚未认证，认证后才能发布或揭榜")
    since = members.since_of(organisation.id)
    return [Waiting(gettext("单位认证"), title, url_for("verification.own"), since or clock.now())]


def _queue() -> list[Waiting]:
    found: list[Waiting] = []
    if may("verification.decide"):
        found += [_verification(asked) for asked in db.session.scalars(members.queue().limit(AT_MOST))]
    if may("organisation.appoint"):
        found += [_claim(asked) for asked in db.session.scalars(members.pending_claims().limit(AT_MOST))]
    return found


def _verification(asked: Verification) -> Waiting:
    url = url_for("verification.review", verification_id=asked.id)
    return Waiting(gettext("认证待审核"), asked.organisation.name, url, asked.applied_at)


def _claim(asked: Claim) -> Waiting:
    url = url_for("oversight.claim", claim_id=asked.id)
    return Waiting(gettext("认领待处理"), asked.organisation.name, url, asked.created_at)
