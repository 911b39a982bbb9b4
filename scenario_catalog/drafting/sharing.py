"""Preview links: whoever has one sees a need as it would be published, until it expires. Callers own the transaction."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from scenario_catalog.drafting import queries
from scenario_catalog.models import PreviewLink, Scenario

# Of one need at the same time.
MOST_LIVE = 10


def share(session: Session, actor: Actor, scenario: Scenario, person: int, days: int) -> str:
    """Make a link; returns its token, of which only the digest is kept."""
    now = clock.now()
    if scenario.published_at is not None or scenario.status == "cancelled":
        raise InvalidInputError(_("场景已经发布或取消，不再需要预览链接"))
    if sum(is_live(link, now) for link in queries.links(scenario.id)) >= MOST_LIVE:
        raise InvalidInputError(_("有效的预览链接最多 %(n)s 个，请先停用不用的", n=MOST_LIVE))
    token = secrets.token_urlsafe(24)
    made = PreviewLink(scenario_id=scenario.id, digest=digest(token), person_id=person, created_at=now)
    made.expires_at = now + timedelta(days=days)
    session.add(made)
    session.flush()
    audit.record(session, actor, "share", "preview_link", made.id)
    return token


def revoke(session: Session, actor: Actor, link: PreviewLink) -> None:
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        session.flush()
        audit.record(session, actor, "revoke", "preview_link", link.id)


def is_live(link: PreviewLink, now: datetime) -> bool:
    return link.revoked_at is None and now < link.expires_at


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
