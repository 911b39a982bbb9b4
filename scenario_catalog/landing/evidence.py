"""The files that show whether a milestone was met. Callers own the transaction."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from core import audit, clock, files
from core.audit import Actor
from core.errors import InvalidInputError
from scenario_catalog.columns import TITLE_LENGTH
from scenario_catalog.landing import operations, rules
from scenario_catalog.landing.models import Milestone, MilestoneEvidence


@dataclass(frozen=True)
class Label:
    """What a file is: one of `rules.EVIDENCE_KINDS`, its title ("": the file's name), whether anyone may read it, whose it is."""

    kind: str
    title: str = ""
    public: bool = False
    organisation: int | None = None


def attach(
    session: Session, actor: Actor, milestone: Milestone, upload: FileStorage, label: Label
) -> MilestoneEvidence:
    """Take a file in. Raises InvalidInputError for one that cannot be taken: see `core.files.accept`."""
    operations.hold(session, milestone.landing)
    session.refresh(milestone, ["evidence"])
    if len(milestone.evidence) >= rules.MOST_EVIDENCE:
        raise InvalidInputError(_("一个节点最多 %(n)s 份材料，请合并或打包后再传", n=rules.MOST_EVIDENCE))
    stored = files.accept(session, upload, purpose="evidence", organisation_id=label.organisation)
    if any(one.file.digest == stored.digest for one in milestone.evidence):
        raise InvalidInputError(_("“%(name)s”已经传过了", name=stored.name))
    made = MilestoneEvidence(kind=label.kind, title=(label.title or stored.name)[:TITLE_LENGTH], public=label.public)
    made.file, made.added_at = stored, clock.now()
    milestone.evidence.append(made)
    session.flush()
    audit.record(session, actor, "attach", "milestone_evidence", made.id, after=audit.state(made))
    return made


def show(session: Session, actor: Actor, evidence: MilestoneEvidence, organisation: int | None) -> None:
    """Offer a file to everybody: whose file it is decides. Raises InvalidInputError for another organisation."""
    operations.hold(session, evidence.milestone.landing)
    if evidence.file.organisation_id != organisation:
        raise InvalidInputError(_("只有上传材料的单位可以决定公开"))
    with audit.change(session, actor, "show", "milestone_evidence", evidence):
        evidence.public = True


def hide(session: Session, actor: Actor, evidence: MilestoneEvidence) -> None:
    """Offer a file to the parties only, from now on."""
    operations.hold(session, evidence.milestone.landing)
    with audit.change(session, actor, "hide", "milestone_evidence", evidence):
        evidence.public = False


def remove(session: Session, actor: Actor, evidence: MilestoneEvidence, organisation: int | None) -> None:
    """Take a file out, its bytes too: by whoever handed it in or the agency, as long as nothing rests on it."""
    milestone = evidence.milestone
    operations.hold(session, milestone.landing)
    session.refresh(milestone)
    if milestone.status != rules.SCHEDULED:
        raise InvalidInputError(_("这个节点已有结论，材料要保留"))
    if organisation not in {evidence.file.organisation_id, milestone.landing.scenario.agency_id}:
        raise InvalidInputError(_("只能移除本单位上传的材料"))
    number, before = evidence.id, audit.state(evidence)
    files.erase(session, evidence.file, _("由上传单位或需求单位移除"))
    milestone.evidence.remove(evidence)
    session.flush()
    audit.record(session, actor, "remove", "milestone_evidence", number, before=before)
