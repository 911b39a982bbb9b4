"""Every SELECT of the landing tracker. What is public of a landing is what its scenario's being public allows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from accounts import queries as accounts
from accounts.models import Organisation
from accounts.rules import ENTERPRISE
from core.audit import AuditEvent
from core.extensions import db
from core.files import StoredFile
from scenario_catalog.landing.models import Landing, LandingParty, Milestone, MilestoneEvidence, Replication
from scenario_catalog.landing.rules import RETURNED, SCHEDULED, UNDER_WAY
from scenario_catalog.models import Batch, Scenario, ScenarioMove
from scenario_catalog.queries import PRIVATE, public

Rows = Select[*tuple[Any, ...]]

# States a list may be narrowed to, in its order; what has ended comes last.
STATES: Mapping[str, str] = {"under-way": "实施中", "landed": "已落地", "ended": "已终止"}
REACHED_FINALISTS = ("finalists", "noticed", "awarded", "piloting", "landed")


def landing_of(scenario: Scenario) -> Landing | None:
    """Return the landing of a scenario that has not ended, with its parties."""
    found = select(Landing).where(Landing.scenario_id == scenario.id, Landing.ended_at.is_(None))
    return db.session.scalar(found)


def landing(number: str) -> Landing | None:
    """Return the newest landing of a public scenario, with all that its pages show."""
    found = _whole().where(Scenario.number == number, public())
    return db.session.scalar(found.order_by(Landing.ended_at.is_not(None), Landing.id.desc()).limit(1))


def earlier(found: Landing) -> Sequence[Landing]:
    """Return the landings of the same scenario that ended before, the newest first."""
    others = (Landing.scenario_id == found.scenario_id, Landing.id != found.id)
    return db.session.scalars(select(Landing).where(*others).order_by(Landing.id.desc())).all()


def landings() -> Select[Landing]:
    """Select the landings of public scenarios: those under way first, then the newest."""
    order = case((_is_in("under-way"), 0), (_is_in("landed"), 1), else_=2)
    return _whole().where(public()).order_by(order, Landing.created_at.desc(), Landing.id.desc())


def of_agency(found: Select[Landing], agency: int) -> Select[Landing]:
    return found.where(Scenario.agency_id == agency)


def of_party(found: Select[Landing], organisation: int) -> Select[Landing]:
    return found.where(_has_party(organisation))


def in_state(found: Select[Landing], state: str) -> Select[Landing]:
    """Narrow to one of STATES."""
    return found.where(_is_in(state))


def public_landings(state: str) -> Select[Landing]:
    """Select what the public list shows: landed ones by the day they were verified, else by the day they began."""
    newest = Landing.verified_at.desc() if state == "landed" else Landing.created_at.desc()
    return in_state(_whole().where(public()), state).order_by(newest, Landing.id.desc())


def milestone(landing_id: int, milestone_id: int) -> Milestone | None:
    found = select(Milestone).where(Milestone.landing_id == landing_id, Milestone.id == milestone_id)
    return db.session.scalar(found)


def evidence(landing_id: int, evidence_id: int) -> MilestoneEvidence | None:
    found = select(MilestoneEvidence).join(Milestone, Milestone.id == MilestoneEvidence.milestone_id)
    return db.session.scalar(found.where(Milestone.landing_id == landing_id, MilestoneEvidence.id == evidence_id))


def public_evidence(found: Landing) -> list[MilestoneEvidence]:
    """Return the files of a landing that anyone may read, in the order of the milestones."""
    return [one for step in found.milestones for one in step.proofs if one.public]


def replication(landing_id: int, replication_id: int) -> Replication | None:
    found = select(Replication).where(Replication.landing_id == landing_id, Replication.id == replication_id)
    return db.session.scalar(found)


def scenario(number: str) -> Scenario | None:
    return db.session.scalar(select(Scenario).where(Scenario.number == number, public()))


def enterprise_named(name: str) -> int | None:
    """Return the row id of the enterprise of that exact name."""
    found = db.session.scalar(accounts.named(name))
    return found.id if found is not None and found.kind == ENTERPRISE else None


def unrecorded_procurements(today: Any) -> Select[Scenario]:
    """Select the procurements whose closing day is past and whose official result is not recorded, the oldest first."""
    closed = (Scenario.mode == "procurement", Scenario.status == "open", Scenario.deadline < today)
    return select(Scenario).where(public(), *closed).order_by(Scenario.deadline, Scenario.number)


def due_by(today: Any, agency: int) -> Rows:
    """Select (milestone, scenario) of an agency's milestones that should have been decided, the longest due first."""
    found = select(Milestone, Scenario).join(Landing, Landing.id == Milestone.landing_id)
    found = found.join(Scenario, Scenario.id == Landing.scenario_id)
    late = (Milestone.status == SCHEDULED, Milestone.due < today, Landing.ended_at.is_(None))
    return found.where(public(), Scenario.agency_id == agency, *late).order_by(Milestone.due, Milestone.id)


def to_verify() -> Select[Landing]:
    """Select the landings in pilot that nobody has verified or sent back, the oldest first."""
    return _unverified().where(Landing.status != RETURNED)


def sent_back(agency: int) -> Select[Landing]:
    """Select an agency's landings that the operator sent back, the oldest first."""
    return _unverified().where(Landing.status == RETURNED, Scenario.agency_id == agency)


def events(found: Landing) -> Select[AuditEvent]:
    """Select what the log says of a landing and of its scenario since that was public, the oldest first."""
    steps = [step.id for step in found.milestones]
    files = [one.id for step in found.milestones for one in step.evidence]
    subjects = [
        _about("landing", [found.id]),
        _about("milestone", steps),
        _about("milestone_evidence", files),
        _about("replication", [one.id for one in found.replications]),
        _about("scenario", [found.scenario_id]) & AuditEvent.verb.not_in(PRIVATE),
    ]
    return select(AuditEvent).where(or_(*subjects)).order_by(AuditEvent.id)


def has_real() -> bool:
    """Tell whether anything that is public was not invented."""
    found = select(Scenario.id).where(public(), Scenario.demo.is_(False)).limit(1)
    return db.session.scalar(found) is not None


def dashboard_rows(*, demo: bool) -> Rows:
    """Select what the dashboard counts, a row for each scenario, real or invented: columns named as `counting.Row` has them."""
    reached = exists().where(ScenarioMove.scenario_id == Scenario.id, ScenarioMove.status.in_(REACHED_FINALISTS))
    landed_at = select(func.max(ScenarioMove.at)).where(
        ScenarioMove.scenario_id == Scenario.id, ScenarioMove.status == "landed"
    )
    found = select(
        Scenario.id,
        Scenario.domain,
        Scenario.district,
        Organisation.name.label("agency"),
        Batch.number.label("batch"),
        Scenario.status,
        reached.label("finalists"),
        landed_at.scalar_subquery().label("landed_at"),
    )
    found = found.join(Organisation, Scenario.agency_id == Organisation.id).join(Batch, Scenario.batch_id == Batch.id)
    return found.where(public(), Scenario.demo.is_(demo)).order_by(Batch.number, Scenario.number)


def batches(*, demo: bool) -> Rows:
    """Select (number, title) of the published batches, the newest first."""
    found = select(Batch.number, Batch.title).where(Batch.published_at.is_not(None), Batch.demo.is_(demo))
    return found.order_by(Batch.number.desc())


def demo_scenario(title: str) -> Scenario | None:
    """Return the invented scenario of that title, public or not."""
    return db.session.scalar(select(Scenario).where(Scenario.title == title, Scenario.demo.is_(True)).limit(1))


def evidence_before(oldest: datetime) -> Select[MilestoneEvidence]:
    """Select the evidence that was handed in before `oldest` and still has its file."""
    found = select(MilestoneEvidence).join(StoredFile, StoredFile.id == MilestoneEvidence.file_id)
    return found.where(MilestoneEvidence.added_at < oldest, StoredFile.state != "erased")


def has_landing(scenario_id: int) -> bool:
    return db.session.scalar(select(Landing.id).where(Landing.scenario_id == scenario_id).limit(1)) is not None


def demo_landings() -> Select[Landing]:
    return select(Landing).where(Landing.demo.is_(True)).options(selectinload(Landing.milestones))


def _unverified() -> Select[Landing]:
    waiting = (Scenario.status == "piloting", Landing.verified_at.is_(None), Landing.ended_at.is_(None))
    return _whole().where(public(), *waiting).order_by(Landing.created_at)


def _whole() -> Select[Landing]:
    found = select(Landing).join(Scenario, Scenario.id == Landing.scenario_id)
    return found.options(*_PARTS)


_PARTS: tuple[ExecutableOption, ...] = (
    joinedload(Landing.scenario),
    selectinload(Landing.milestones),
    selectinload(Landing.replications),
)


def _is_in(state: str) -> ColumnElement[bool]:
    present = Landing.ended_at.is_(None)
    return {
        "under-way": present & Scenario.status.in_(UNDER_WAY),
        "landed": present & Landing.verified_at.is_not(None),
        "ended": Landing.ended_at.is_not(None),
    }[state]


def _has_party(organisation: int) -> ColumnElement[bool]:
    return exists().where(LandingParty.landing_id == Landing.id, LandingParty.organisation_id == organisation)


def _about(kind: str, ids: Sequence[int]) -> ColumnElement[bool]:
    return (AuditEvent.subject_type == kind) & AuditEvent.subject_id.in_([str(one) for one in ids])
