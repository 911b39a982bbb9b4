"""What an enterprise does with its solutions, its profile and its notices. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from accounts.models import Organisation
from core import audit, clock, files
from core.audit import Actor
from core.errors import InvalidInputError
from marketplace.solutions import queries, rules
from marketplace.solutions.models import (
    EnterpriseProfile,
    ResearchNotice,
    Solution,
    SolutionAttachment,
    SolutionTerm,
    SolutionVersion,
)
from marketplace.solutions.rules import Facts
from retrieval.operations import Piece, compare_alike, delete_document, put_document

COLLECTION = "solutions"
# The whole texts, one passage each: what is compared first.
WHOLES = "solution-wholes"
compare_alike(COLLECTION, WHOLES)
MOST_ATTACHMENTS = 10
LONGEST_TITLE = 120
PURPOSE = "solution"


class StaleError(InvalidInputError):
    """A save that began from an older version: somebody else saved meanwhile. Nothing was written."""


@dataclass(frozen=True)
class Profile:
    """What an enterprise says of itself; all of it is public."""

    summary: str = ""
    district: str = ""
    website: str = ""
    size: str = ""
    founded: int | None = None
    qualifications: Sequence[str] = ()
    certifications: Sequence[str] = ()
    model_filing: str = ""
    algorithm_filing: str = ""
    representative: str = ""


def create(  # noqa: PLR0913 - who, for whom, what, and whether it is invented
    session: Session, actor: Actor, enterprise: Organisation, person: int | None, facts: Facts, *, demo: bool = False
) -> Solution:
    """Write a solution down as a draft. Raises InvalidInputError for a text registered before."""
    audit.take_turn(session)
    _refuse_twice(session, enterprise.id, facts, None)
    now = clock.now()
    made = Solution(organisation=enterprise, status="draft", revision=0, created_at=now, updated_at=now, demo=demo)
    _write(made, facts)
    session.add(made)
    session.flush()
    _add_version(session, made, person, facts)
    audit.record(session, actor, "create", "solution", made.id, after=audit.state(made))
    return made


def save(  # noqa: PLR0913, PLR0917 - who, what, and from where it began
    session: Session, actor: Actor, solution: Solution, person: int | None, facts: Facts, began_from: int
) -> bool:
    """Save a solution as its next version; returns False if nothing changed. A public one is public at once as saved.

    Raises StaleError if somebody saved meanwhile, InvalidInputError for one that is archived, for a text registered
    before, and for a public one that would say too little.
    """
    audit.take_turn(session)
    session.refresh(solution)
    if rules.facts_of(solution.content) == facts:
        return False
    if began_from != solution.revision:
        raise StaleError(_("您编辑期间，其他人保存过这个方案；您输入的内容仍在页面上，请对照后再保存"))
    _refuse_archived(solution)
    if solution.status == "published" and (problems := rules.missing(facts)):
        raise InvalidInputError(list(problems.values()))
    _refuse_twice(session, solution.organisation_id, facts, solution.id)
    with audit.change(session, actor, "save", "solution", solution):
        _write(solution, facts)
        _add_version(session, solution, person, facts)
        solution.updated_at = clock.now()
    if solution.status == "published":
        index(session, solution)
    return True


def move(session: Session, actor: Actor, solution: Solution, verb: str) -> None:
    """Make a move of the lifecycle. Raises LifecycleError with a readable reason, InvalidInputError for a text that stands twice."""
    audit.take_turn(session)
    session.refresh(solution)
    facts = rules.facts_of(solution.content)
    target = rules.SOLUTION.check(
        solution.status, verb, actor.role, verified=solution.organisation.verified, missing=rules.missing(facts)
    )
    if solution.status == "archived":
        _refuse_twice(session, solution.organisation_id, facts, solution.id)
    with audit.change(session, actor, verb, "solution", solution):
        solution.status, solution.updated_at = target, clock.now()
        if target == "published":
            solution.published_at = clock.now()
    if target == "published":
        index(session, solution)
    else:
        unindex(session, solution.id)


def index(session: Session, solution: Solution) -> None:
    """Make what a public solution says its passages; only those that changed are embedded again."""
    facts, document = rules.facts_of(solution.content), str(solution.id)
    put_document(session, COLLECTION, document, [Piece(text, field) for field, text in rules.passages(facts)])
    whole = rules.compared(facts.name, facts.summary, facts.capabilities).whole
    put_document(session, WHOLES, document, [Piece(whole, "whole")])


def unindex(session: Session, solution_id: int) -> None:
    for collection in (COLLECTION, WHOLES):
        delete_document(session, collection, str(solution_id))


def describe(session: Session, actor: Actor, enterprise: Organisation, profile: Profile) -> EnterpriseProfile:
    """Write down what an enterprise says of itself."""
    found = queries.profile(enterprise.id)
    if found is None:
        found = EnterpriseProfile(organisation=enterprise, updated_at=clock.now())
        session.add(found)
        session.flush()
    with audit.change(session, actor, "describe", "enterprise_profile", found):
        enterprise.summary, enterprise.district, enterprise.website = profile.summary, profile.district, profile.website
        for name in ("size", "founded", "representative", "model_filing", "algorithm_filing"):
            setattr(found, name, getattr(profile, name))
        found.qualifications, found.certifications = list(profile.qualifications), list(profile.certifications)
        found.updated_at = clock.now()
    return found


def attach(session: Session, actor: Actor, solution: Solution, upload: FileStorage, title: str) -> SolutionAttachment:
    """Add a document. Raises InvalidInputError for a file that is not taken, twice the same, or one too many."""
    _refuse_archived(solution)
    if len(title) > LONGEST_TITLE:
        raise InvalidInputError(_("附件名称最多 %(n)s 字", n=LONGEST_TITLE))
    if len(solution.attachments) >= MOST_ATTACHMENTS:
        raise InvalidInputError(_("最多 %(n)s 个附件", n=MOST_ATTACHMENTS))
    stored = files.accept(session, upload, purpose=PURPOSE, organisation_id=solution.organisation_id)
    if any(one.file.digest == stored.digest for one in solution.attachments):
        raise InvalidInputError(_("“%(name)s”已经传过了", name=stored.name))
    added = SolutionAttachment(file=stored, title=(title or stored.name)[:LONGEST_TITLE], added_at=clock.now())
    solution.attachments.append(added)
    session.flush()
    audit.record(session, actor, "attach", "solution", solution.id)
    return added


def detach(session: Session, actor: Actor, solution: Solution, attachment: SolutionAttachment) -> None:
    _refuse_archived(solution)
    files.erase(session, attachment.file, "removed by the enterprise")
    solution.attachments.remove(attachment)
    session.flush()
    audit.record(session, actor, "detach", "solution", solution.id)


def write_notice(  # noqa: PLR0913 - who, for whom, what, and whether it is invented
    session: Session, actor: Actor, enterprise: Organisation, title: str, text: str, *, demo: bool = False
) -> ResearchNotice:
    """Write a notice down as a draft."""
    made = ResearchNotice(
        organisation=enterprise, title=title, text=text, status="draft", created_at=clock.now(), demo=demo
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "create", "research_notice", made.id, after=audit.state(made))
    return made


def save_notice(session: Session, actor: Actor, notice: ResearchNotice, title: str, text: str) -> None:
    """Change a notice that is not public yet."""
    if notice.status != "draft":
        raise InvalidInputError(_("已发布的征集不能修改，可以结束后重新发布"))
    with audit.change(session, actor, "save", "research_notice", notice):
        notice.title, notice.text = title, text


def move_notice(session: Session, actor: Actor, notice: ResearchNotice, verb: str) -> None:
    """Make a move of a notice's lifecycle. Raises LifecycleError."""
    audit.take_turn(session)
    session.refresh(notice)
    verified = notice.organisation.verified
    target = rules.RESEARCH_NOTICE.check(notice.status, verb, actor.role, verified=verified, missing={})
    with audit.change(session, actor, verb, "research_notice", notice):
        notice.status = target
        if target == "open":
            notice.published_at = clock.now()
        else:
            notice.closed_at = clock.now()


def forget(session: Session, person: int) -> None:
    """Name a person no more as who saved a version: part of the account's erasure, which records the event."""
    named = update(SolutionVersion).where(SolutionVersion.person_id == person)
    session.execute(named.values(person_id=None))


def _write(solution: Solution, facts: Facts) -> None:
    solution.name, solution.summary, solution.trl = facts.name, facts.summary, facts.trl
    solution.content, solution.digest = rules.content_of(facts), rules.digest(facts)
    wanted = {("domain", code) for code in facts.domains} | {("deployment", code) for code in facts.deployment}
    kept = [term for term in solution.terms if (term.kind, term.code) in wanted]
    new = wanted - {(term.kind, term.code) for term in kept}
    solution.terms = [*kept, *(SolutionTerm(kind=kind, code=code) for kind, code in sorted(new))]


def _add_version(session: Session, solution: Solution, person: int | None, facts: Facts) -> None:
    solution.revision += 1
    version = SolutionVersion(
        solution_id=solution.id,
        number=solution.revision,
        content=rules.content_of(facts),
        person_id=person,
        saved_at=clock.now(),
    )
    session.add(version)
    session.flush()


def _refuse_archived(solution: Solution) -> None:
    if solution.status == "archived":
        raise InvalidInputError(_("已归档的方案不能修改，请先恢复为草稿"))


def _refuse_twice(session: Session, enterprise: int, facts: Facts, but: int | None) -> None:
    if facts.name and session.scalars(queries.namesakes(enterprise, facts.name, but)).unique().first():
        raise InvalidInputError(_("本企业已登记过名为“%(name)s”的方案，请修改那一个，或换个名称", name=facts.name))
    if not facts.summary:
        return
    same = session.scalars(queries.alike(rules.digest(facts), but)).unique().first()
    if same is None:
        return
    if same.organisation_id == enterprise:
        raise InvalidInputError(_("这个方案与本企业的“%(name)s”文字相同，不需要重复登记", name=same.name))
    raise InvalidInputError(_("已有企业登记过文字相同的方案；如非本企业原创，请改写，如被他人冒用，请联系运营方"))
