"""Every SELECT of the agency desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from accounts import queries as accounts
from accounts.models import Membership, Organisation
from core.extensions import db
from core.files import StoredFile
from scenario_catalog.models import Attachment, PreviewLink, ReviewComment, Scenario, ScenarioMove, ScenarioVersion
from scenario_catalog.queries import public

Rows = Select[*tuple[Any, ...]]

# Groups of the list, in its order: what was returned comes first, what ended last.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "returned": ("returned",),
    "draft": ("draft",),
    "in_review": ("in_review",),
    "approved": ("approved",),
    "published": ("open", "evaluating", "finalists", "noticed", "awarded", "piloting", "landed"),
    "ended": ("failed", "cancelled"),
}
ENDED = ("landed", "failed", "cancelled")


def scenario(scenario_id: int) -> Scenario | None:
    """Return a need by row id, with its moves."""
    found = select(Scenario).where(Scenario.id == scenario_id)
    return db.session.scalar(found.options(selectinload(Scenario.moves), joinedload(Scenario.responsible)))


def organisation(organisation_id: int) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def needs(agency: int, group: str = "") -> Select[Scenario]:
    """Select an agency's needs, of one group if named: by group, then what was touched last."""
    order = case(
        {status: place for place, found in enumerate(GROUPS.values()) for status in found}, value=Scenario.status
    )
    found = select(Scenario).where(Scenario.agency_id == agency).options(joinedload(Scenario.responsible))
    if group in GROUPS:
        found = found.where(Scenario.status.in_(GROUPS[group]))
    return found.order_by(order, Scenario.updated_at.desc(), Scenario.id.desc())


def sizes(agency: int) -> dict[str, int]:
    """Return how many needs an agency has in each group."""
    rows = select(Scenario.status, func.count()).where(Scenario.agency_id == agency).group_by(Scenario.status)
    counts: dict[str, int] = {status: count for status, count in db.session.execute(rows)}  # noqa: C416 - dict() does not know the types of a Row
    return {group: sum(counts.get(status, 0) for status in found) for group, found in GROUPS.items()}


def untouched(agency: int, person: int) -> Scenario | None:
    """Return a need that the person opened and has not written anything in."""
    own = (Scenario.agency_id == agency, Scenario.responsible_id == person, Scenario.status == "draft")
    empty = (Scenario.revision == 0, Scenario.title == "", Scenario.scope == "")
    return db.session.scalar(select(Scenario).where(*own, *empty).order_by(Scenario.id.desc()).limit(1))


def head(scenario_id: int) -> ScenarioVersion | None:
    """Return the version that is the need's present text; none for a need that was not typed here."""
    found = select(ScenarioVersion).where(ScenarioVersion.scenario_id == scenario_id, ScenarioVersion.aside.is_(False))
    newest = found.order_by(ScenarioVersion.number.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def heads(scenario_ids: Sequence[int]) -> dict[int, ScenarioVersion]:
    """Return the present texts of several needs, by the need's id."""
    other = aliased(ScenarioVersion)
    newest = select(func.max(other.number)).where(
        other.scenario_id == ScenarioVersion.scenario_id, other.aside.is_(False)
    )
    found = select(ScenarioVersion).where(
        ScenarioVersion.scenario_id.in_(scenario_ids),
        ScenarioVersion.aside.is_(False),
        ScenarioVersion.number == newest.scalar_subquery(),
    )
    return {version.scenario_id: version for version in db.session.scalars(found)}


def versions(scenario_id: int) -> Sequence[ScenarioVersion]:
    """Return all versions, those set aside too, the newest first."""
    found = select(ScenarioVersion).where(ScenarioVersion.scenario_id == scenario_id)
    return db.session.scalars(
        found.order_by(ScenarioVersion.number.desc()).options(joinedload(ScenarioVersion.person))
    ).all()


def last_number(scenario_id: int) -> int:
    found = select(func.max(ScenarioVersion.number)).where(ScenarioVersion.scenario_id == scenario_id)
    return db.session.scalar(found) or 0


def submitted(scenario_id: int) -> ScenarioVersion | None:
    """Return the version that was submitted last."""
    found = select(ScenarioVersion).where(ScenarioVersion.scenario_id == scenario_id, ScenarioVersion.sealed.is_(True))
    return db.session.scalar(found.order_by(ScenarioVersion.number.desc()).limit(1))


def set_aside(scenario_id: int, person: int) -> ScenarioVersion | None:
    """Return what a person typed from an older revision and has not merged: nothing was saved by the person since."""
    mine = select(ScenarioVersion).where(
        ScenarioVersion.scenario_id == scenario_id, ScenarioVersion.person_id == person
    )
    newest = mine.order_by(ScenarioVersion.saved_at.desc(), ScenarioVersion.number.desc()).limit(1)
    found = db.session.scalar(newest.execution_options(populate_existing=True))
    return found if found and found.aside else None


def comments(scenario_id: int) -> Sequence[ReviewComment]:
    """Return the operator's comments that came with a return, the oldest first: others are not sent yet."""
    returned = select(func.max(ScenarioMove.at)).where(
        ScenarioMove.scenario_id == scenario_id, ScenarioMove.verb == "return"
    )
    found = select(ReviewComment).where(
        ReviewComment.scenario_id == scenario_id, ReviewComment.written_at <= returned.scalar_subquery()
    )
    return db.session.scalars(found.order_by(ReviewComment.written_at, ReviewComment.id)).all()


def comment(scenario_id: int, comment_id: int) -> ReviewComment | None:
    return next((found for found in comments(scenario_id) if found.id == comment_id), None)


def attachment(scenario_id: int, attachment_id: int) -> Attachment | None:
    """Return a document of a need that was not removed."""
    found = select(Attachment).where(Attachment.id == attachment_id, Attachment.scenario_id == scenario_id)
    return db.session.scalar(found.where(Attachment.removed_at.is_(None)))


def public_attachment(number: str, token: str) -> Attachment | None:
    """Return a document of a public scenario by the token of its file."""
    found = select(Attachment).join(Scenario, Scenario.id == Attachment.scenario_id)
    found = found.join(StoredFile, StoredFile.id == Attachment.file_id).where(Scenario.number == number, public())
    return db.session.scalar(found.where(StoredFile.token == token, Attachment.removed_at.is_(None)))


def members(agency: int) -> Sequence[Membership]:
    """Return the present members of an agency."""
    return db.session.scalars(accounts.members_of(agency)).all()


def links(scenario_id: int) -> Sequence[PreviewLink]:
    """Return the preview links of a need, the newest first."""
    found = select(PreviewLink).where(PreviewLink.scenario_id == scenario_id)
    return db.session.scalars(found.order_by(PreviewLink.created_at.desc(), PreviewLink.id.desc())).all()


def link(scenario_id: int, link_id: int) -> PreviewLink | None:
    found = select(PreviewLink).where(PreviewLink.id == link_id, PreviewLink.scenario_id == scenario_id)
    return db.session.scalar(found)


def link_by_digest(digest: str) -> PreviewLink | None:
    return db.session.scalar(select(PreviewLink).where(PreviewLink.digest == digest))


def requested(agency: int) -> Select[Scenario]:
    """Select the needs of an agency that an approver is asked to submit, the longest asked first."""
    found = select(Scenario).where(Scenario.agency_id == agency, Scenario.approval_requested_at.is_not(None))
    editable = found.where(Scenario.status.in_(("draft", "returned")))
    return editable.order_by(Scenario.approval_requested_at, Scenario.id)


def held(organisation: int, person: int) -> Select[Scenario]:
    """Select the needs of an organisation that a person looks after and that have not ended."""
    found = select(Scenario).where(Scenario.agency_id == organisation, Scenario.responsible_id == person)
    return found.where(Scenario.status.not_in(ENDED)).order_by(Scenario.id)


def count_held(organisation: int, person: int) -> Select[int]:
    return select(func.count()).select_from(held(organisation, person).order_by(None).subquery())


def typed_by(person: int) -> Rows:
    """Select (version, need) of what a person typed, the oldest first."""
    found = select(ScenarioVersion, Scenario).join(Scenario, Scenario.id == ScenarioVersion.scenario_id)
    return found.where(ScenarioVersion.person_id == person).order_by(ScenarioVersion.saved_at, ScenarioVersion.id)


def looked_after_by(person: int) -> Select[Scenario]:
    return select(Scenario).where(Scenario.responsible_id == person).order_by(Scenario.id)
