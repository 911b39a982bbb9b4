"""Individual scores: saved as a draft, submitted once, closed when all are in. Callers own the transaction."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.bids.models import Bid
from marketplace.calls.queries import terms_of
from marketplace.calls.rules import Terms
from marketplace.evaluation import operations, queries, rules
from marketplace.evaluation.models import Evaluation, PanelMember, ScoreSheet
from marketplace.evaluation.operations import ConflictOfInterestError
from marketplace.evaluation.rules import SCORE_SHEET

SUBJECT = "score_sheet"
# What a member gives: points (None: not yet) and comment, by the criterion's key.
Scores = Mapping[str, Mapping[str, Any]]


def save_sheet(session: Session, actor: Actor, member: PanelMember, bid: Bid, scores: Scores) -> ScoreSheet:
    """Keep what a member gives a bid so far; what did not change is not recorded.

    Raises InvalidInputError for what are no scores, LifecycleError where the member does not score or has submitted.
    """
    audit.take_turn(session)
    refuse_unless_scoring(session, member, bid)
    check_scores(scores, terms_of(session, bid.scenario))
    found = queries.sheet(session, member, bid) or _begun(session, member, bid)
    session.refresh(found, ["status", "scores"])
    if found.status != "draft":
        raise LifecycleError(_("这份评分表已经提交，不能再改"))
    kept = {key: dict(one) for key, one in scores.items()}
    if found.scores != kept:
        with audit.change(session, actor, "save", SUBJECT, found):
            found.scores, found.saved_at = kept, clock.now()
    return found


def submit_sheet(session: Session, actor: Actor, member: PanelMember, bid: Bid) -> None:
    """Hand in a complete sheet: it is not changed after. Raises ConflictOfInterestError for a member of a bidder."""
    audit.take_turn(session)
    refuse_unless_scoring(session, member, bid)
    if operations.has_ties(session, bid.scenario, member.person_id):
        raise ConflictOfInterestError(_("系统核验到您与揭榜方存在任职关系，依规须回避，评分不能提交"))
    found = queries.sheet(session, member, bid)
    absent = rules.missing(found.scores if found else {}, terms_of(session, bid.scenario).technical)
    if found is None or absent:
        raise InvalidInputError(_("还没有打分：%(titles)s", titles="、".join(absent)))
    target = SCORE_SHEET.check(found.status, "submit", actor.role)
    before = audit.state(found)
    change_status(session, found, target)
    found.submitted_at = clock.now()
    session.flush()
    audit.record(session, actor, "submit", SUBJECT, found.id, before=before, after=audit.state(found))


def close_scores(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """End the scoring once every active member has submitted every sheet: from now on all scores are shown.

    Who became a member of a bidder meanwhile is recused first.
    """
    audit.take_turn(session)
    session.refresh(evaluation)
    if evaluation.status == "scoring":
        operations.recuse_tied(session, evaluation)
    operations.move(session, actor, evaluation, "close_scores", **facts_to_close(session, evaluation))


def facts_to_close(session: Session, evaluation: Evaluation) -> dict[str, int]:
    """Return what the lifecycle asks before the scoring ends."""
    found = owed(session, evaluation)
    return {"owed": sum(found.values()), "members": len(found), "smallest": city().judging.smallest_panel}


def owed(session: Session, evaluation: Evaluation) -> dict[int, int]:
    """Return how many sheets each active member still owes, by the member's row id."""
    number = len(queries.bids(session, evaluation.scenario))
    done = queries.submitted_counts(session, evaluation)
    return {one.id: number - done.get(one.id, 0) for one in queries.active(session, evaluation)}


def refuse_unless_scoring(session: Session, member: PanelMember, bid: Bid) -> None:
    """Raise LifecycleError unless this member scores this bid now."""
    session.refresh(member, ["status"])
    session.refresh(member.evaluation, ["status"])
    session.refresh(bid, ["status"])
    if member.evaluation.status != "scoring" or member.evaluation.scenario.status != "evaluating":
        raise LifecycleError(_("现在不是评分阶段，不能打分"))
    if member.status != "declared":
        raise LifecycleError(_("您不在评审组中或已回避，不能打分"))
    if bid.scenario_id != member.evaluation.scenario_id or bid.status == queries.STRUCK:
        raise LifecycleError(_("这份方案已不在评审之列"))


def check_scores(scores: Scores, terms: Terms) -> None:
    """Raise InvalidInputError for points outside 0–100, too long a comment, or a criterion that is none."""
    known = {one.key: one.title for one in terms.technical}
    problems = [_("没有这项评分标准") for key in scores if key not in known]
    for key, title in known.items():
        points, comment = scores.get(key, {}).get("points"), str(scores.get(key, {}).get("comment", ""))
        if points is not None and rules.read_points(f"{points:g}") is None:
            problems.append(_("“%(title)s”：请填写 0–100 之间的分数，最多一位小数", title=title))
        if len(comment) > rules.LONGEST_COMMENT:
            problems.append(_("“%(title)s”：评语最多 %(n)s 字", title=title, n=rules.LONGEST_COMMENT))
    if problems:
        raise InvalidInputError(problems)


def _begun(session: Session, member: PanelMember, bid: Bid) -> ScoreSheet:
    made = ScoreSheet(member_id=member.id, bid_id=bid.id, scores={}, status="draft", saved_at=clock.now())
    session.add(made)
    session.flush()
    return made
