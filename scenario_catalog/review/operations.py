"""What an operator does with a submitted need. Callers own the transaction."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import ForbiddenError, InvalidInputError
from core.formats import moment
from scenario_catalog import operations as catalog
from scenario_catalog.models import Review, ReviewComment, Scenario
from scenario_catalog.review import queries, rules
from scenario_catalog.rules import NO_GROUND, Ground


class StaleError(InvalidInputError):
    """The need is no longer what the reviewer looked at."""


@dataclass(frozen=True)
class Seen:
    """Who decides, by row id, and the revision of the need that was looked at."""

    person: int
    revision: int


@dataclass(frozen=True)
class Remark:
    """What is said about a field."""

    field: str
    text: str


def take(session: Session, actor: Actor, scenario: Scenario, person: int) -> None:
    """Say that one looks at a need now; someone else's hold passes over."""
    if scenario.status not in {"in_review", "approved"}:
        raise StaleError(said_of(session, scenario))
    review = _review(session, scenario)
    review.reviewer_id, review.taken_at = person, clock.now()
    session.flush()
    audit.record(session, actor, "take", "review", scenario.id)


def release(session: Session, actor: Actor, scenario: Scenario, person: int) -> None:
    """Give a need back to whoever takes it next."""
    review = _review(session, scenario)
    if review.reviewer_id != person:
        raise StaleError(_("这件需求不在您手上"))
    review.reviewer_id = review.taken_at = None
    session.flush()
    audit.record(session, actor, "release", "review", scenario.id)


def approve(session: Session, actor: Actor, scenario: Scenario, seen: Seen, *, unverified_ok: bool = False) -> None:
    """Let a need into a batch. The need of an agency that is not verified takes a word of its own."""
    if not (scenario.agency.verified or unverified_ok):
        raise InvalidInputError(_("该单位尚未认证，认证前不能发布。仍要通过，请勾选确认"))
    _decide(session, actor, scenario, seen)


def send_back(session: Session, actor: Actor, scenario: Scenario, seen: Seen, words: str) -> None:
    """Return a need with reasons; the comments go with it."""
    _decide(session, actor, scenario, seen, Ground(words=words))


def comment(session: Session, actor: Actor, scenario: Scenario, person: int, remark: Remark) -> ReviewComment:
    """Say something about a field of the submitted version; the agency gets it with the return."""
    if scenario.status not in {"in_review", "approved"}:
        raise StaleError(said_of(session, scenario))
    versions = queries.submitted_versions(scenario.id)
    made = ReviewComment(scenario_id=scenario.id, version=versions[0].number if versions else 0)
    made.field, made.text, made.person_id, made.written_at = remark.field, remark.text, person, clock.now()
    session.add(made)
    session.flush()
    audit.record(session, actor, "comment", "review_comment", made.id, after=audit.state(made))
    return made


def edit_comment(session: Session, actor: Actor, found: ReviewComment, person: int, text: str) -> None:
    _own_unsent(session, found, person)
    with audit.change(session, actor, "edit", "review_comment", found):
        found.text = text


def delete_comment(session: Session, actor: Actor, found: ReviewComment, person: int) -> None:
    _own_unsent(session, found, person)
    before = audit.state(found)
    session.delete(found)
    session.flush()
    audit.record(session, actor, "delete", "review_comment", before["id"], before=before)


def resolve_comment(session: Session, actor: Actor, found: ReviewComment) -> None:
    """Say that what a comment asked for was done; saying it twice changes nothing."""
    if found.resolved_at is None:
        with audit.change(session, actor, "resolve", "review_comment", found):
            found.resolved_at = clock.now()


def said_of(session: Session, scenario: Scenario) -> str:
    """Return what has become of a need that can no longer be decided on, and by whom."""
    session.expire_all()
    review = session.get(Review, scenario.id)
    if scenario.status == "draft":
        return str(_("单位已撤回修改，待再次提交后审核"))
    if review and review.decided_at and review.verb == _DECIDED.get(scenario.status):
        name = review.decided_by.name if review.decided_by else _("其他同事")
        return str(_("已由%(name)s于 %(at)s 处理，请看处理结果", name=name, at=moment(review.decided_at)))
    return str(_("状态刚刚被他人改变，请看最新情况"))


_DECIDED = {"approved": "approve", "returned": "return"}


def _decide(session: Session, actor: Actor, scenario: Scenario, seen: Seen, ground: Ground | None = None) -> None:
    """Return the need where there is a ground to, else approve it."""
    _hold(session, scenario, seen.revision)
    review, now, verb = _review(session, scenario), clock.now(), "return" if ground else "approve"
    if scenario.status != "in_review" and not (scenario.status == "approved" and verb == "return"):
        raise StaleError(said_of(session, scenario))
    other = rules.holder(review, now)
    if other not in {None, seen.person}:
        name = review.reviewer.name if review.reviewer else ""
        raise StaleError(_("%(name)s正在审核这件需求。确要由您处理，请先接手", name=name))
    review.decided_by_id, review.decided_at, review.verb = seen.person, now, verb
    review.reviewer_id = review.taken_at = None
    catalog.move(session, actor, scenario, verb, ground or NO_GROUND)


def _hold(session: Session, scenario: Scenario, revision: int) -> None:
    """Keep every other writer out, if the need is still the one that was looked at."""
    session.flush()
    same = update(Scenario).where(Scenario.id == scenario.id, Scenario.revision == revision)
    done = session.execute(same.values(revision=revision).execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE has it
        raise StaleError(_("单位已撤回并重新提交，下面是新的一版，请重新审核"))
    session.refresh(scenario, ["status"])


def _review(session: Session, scenario: Scenario) -> Review:
    found = session.get(Review, scenario.id)
    if found is None:
        found = Review(scenario_id=scenario.id)
        session.add(found)
        session.flush()
    return found


def _own_unsent(session: Session, found: ReviewComment, person: int) -> None:
    if found.person_id != person:
        raise ForbiddenError
    scenario = session.get_one(Scenario, found.scenario_id)
    if rules.is_sent(found, scenario.moves):
        raise StaleError(_("这条意见已随退回发给单位，不能再改"))
