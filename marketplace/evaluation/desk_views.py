"""The agency's desk of an evaluation, and what the operator and auditors read of it."""

from collections.abc import Callable, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, cast

from flask import Response, abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts.models import Membership
from accounts.rules import AGENCY
from core.access import access, may, principal
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from core.web import render
from marketplace.bids.models import Bid
from marketplace.bids.queries import opened, shared_representatives
from marketplace.bids.rules import BID, DISQUALIFICATIONS
from marketplace.calls.queries import terms_of
from marketplace.evaluation import agreeing, operations, presenting, queries, releasing, rules, scoring
from marketplace.evaluation.agreeing import Cause
from marketplace.evaluation.forms import DisqualificationForm, DueForm, WordsForm
from marketplace.evaluation.models import Evaluation, PanelMember
from marketplace.evaluation.reading import proposal
from marketplace.evaluation.routes import BELOW, NUMBER, blueprint, done, load, load_bid, refused, send_file_of
from marketplace.evaluation.rules import EVALUATION, PANEL_MEMBER
from scenario_catalog import listing
from scenario_catalog.models import Scenario

STEPS: dict[str, Callable[..., None]] = {
    "begin": operations.begin,
    "close_scores": scoring.close_scores,
    "agree": agreeing.agree,
    "rank": agreeing.rank,
}


@blueprint.get("/desk/evaluations")
@access("evaluation.list")
def index() -> Response:
    who = principal()
    own = who.organisation if who.role.startswith(f"{AGENCY}-") else None
    page = listing.rows_page(queries.scenarios(own))
    return render("evaluation/index.html", fragment="results", page=page, states=EVALUATION.states, agency=own)


@blueprint.get(BELOW)
@access("evaluation.read")
def scenario(scenario_id: int) -> Response:
    return _page(load(scenario_id))


@blueprint.post(f"{BELOW}/panel")
@access("evaluation.manage")
def appoint(scenario_id: int) -> BaseResponse:
    found = load(scenario_id)
    chosen = request.form.getlist("membership", type=int)
    people = [one for id_ in chosen if (one := queries.candidate(db.session(), id_))]
    try:
        _appoint(found, people, request.form.get("head", type=int))
    except InvalidInputError as error:
        return refused(error, "evaluation.scenario", scenario_id=scenario_id)
    return done(_("已指定 %(n)s 人，等待本人申报", n=len(people)), "evaluation.scenario", scenario_id=scenario_id)


@blueprint.post(f"{BELOW}/due")
@access("evaluation.manage")
def due(scenario_id: int) -> BaseResponse:
    form, found = DueForm(), load(scenario_id)
    if not form.validate():
        return _page(found, HTTPStatus.UNPROCESSABLE_ENTITY, due_form=form)
    day = cast("date", form.due.data)
    try:
        operations.set_due(db.session(), principal().actor, _evaluation(found), day)
    except InvalidInputError as error:
        return _again(scenario_id, error, due_form=form)
    return done(_("评分截止日已设为当天 24 时"), "evaluation.scenario", scenario_id=scenario_id)


@blueprint.post(f"{BELOW}/panel/<{NUMBER}:member_id>/remove")
@access("evaluation.manage")
def remove(scenario_id: int, member_id: int) -> BaseResponse:
    return _let_go(scenario_id, member_id, operations.remove, lambda _evaluation: str(_("已移出评审组")))


@blueprint.post(f"{BELOW}/panel/<{NUMBER}:member_id>/release")
@access("evaluation.manage")
def release(scenario_id: int, member_id: int) -> BaseResponse:
    return _let_go(scenario_id, member_id, releasing.release, _released)


@blueprint.post(f"{BELOW}/panel/<{NUMBER}:member_id>/chair")
@access("evaluation.manage")
def chair(scenario_id: int, member_id: int) -> BaseResponse:
    member = _member(load(scenario_id), member_id)
    try:
        operations.chair(db.session(), principal().actor, member)
    except LifecycleError as error:
        return refused(error, "evaluation.scenario", scenario_id=scenario_id)
    return done(_("已指定组长"), "evaluation.scenario", scenario_id=scenario_id)


@blueprint.post(f"{BELOW}/<any({', '.join(STEPS)}):verb>")
@access("evaluation.manage")
def step(scenario_id: int, verb: str) -> BaseResponse:
    """Take the next step; who is found tied to a bidder stays recused, whatever becomes of the step."""
    evaluation = _evaluation(load(scenario_id))
    try:
        STEPS[verb](db.session(), principal().actor, evaluation)
    except LifecycleError as error:
        _recused_all_the_same(evaluation, verb)
        return refused(error, "evaluation.scenario", scenario_id=scenario_id)
    return done(_("已%(label)s", label=EVALUATION.label(verb)), "evaluation.scenario", scenario_id=scenario_id)


@blueprint.get(f"{BELOW}/bids/<token>")
@access("evaluation.bid")
def bid(scenario_id: int, token: str) -> Response:
    found = load(scenario_id)
    return _bid_page(found, load_bid(found, token))


@blueprint.post(f"{BELOW}/bids/<token>/disqualify")
@access("evaluation.manage")
def disqualify(scenario_id: int, token: str) -> BaseResponse:
    form, found = DisqualificationForm(), load(scenario_id)
    struck = load_bid(found, token)
    if not form.validate():
        return _bid_page(found, struck, HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    cause = Cause(form.code.data or "", form.article.data or "", form.words.data or "")
    try:
        agreeing.disqualify(db.session(), principal().actor, struck, cause)
    except InvalidInputError as error:
        db.session.rollback()
        return _bid_page(load(scenario_id), struck, HTTPStatus.CONFLICT, form=form, problems=error.problems)
    return done(_struck(found, struck), "evaluation.scenario", scenario_id=scenario_id)


@blueprint.get(f"{BELOW}/bids/<token>/files/<{NUMBER}:place>")
@access("evaluation.bid")
def file(scenario_id: int, token: str, place: int) -> Response:
    return send_file_of(load_bid(load(scenario_id), token), place)


def _let_go(
    scenario_id: int, member_id: int, act: Callable[..., None], said: Callable[[Evaluation], str]
) -> BaseResponse:
    """Take a member off the panel by `act`, with the words that are asked for; `said` is what the next page tells."""
    form, found = WordsForm(), load(scenario_id)
    member = _member(found, member_id)
    if not form.validate():
        return _page(found, HTTPStatus.UNPROCESSABLE_ENTITY, removing=(member_id, form))
    try:
        act(db.session(), principal().actor, member, form.words.data or "")
    except InvalidInputError as error:
        return _again(scenario_id, error, removing=(member_id, form))
    return done(said(member.evaluation), "evaluation.scenario", scenario_id=scenario_id)


def _appoint(found: Scenario, people: Sequence[Membership], head: int | None) -> None:
    """Name people to the panel and, where one of them (a membership's row id) is to be its head, that one as such."""
    if not people:
        raise InvalidInputError(_("请选择要指定的评审专家"))
    if head and head not in {person.id for person in people}:
        raise InvalidInputError(_("组长须在这次指定的专家之中；已在评审组的，请在名单中设为组长"))
    for person in people:
        made = operations.appoint(db.session(), principal().actor, found, person)
        if person.id == head:
            operations.chair(db.session(), principal().actor, made)


def _released(evaluation: Evaluation) -> str:
    """Return what is said of a release: also that somebody else is to be named, where too few are left."""
    if len(queries.active(db.session(), evaluation)) < city().judging.smallest_panel:
        return str(_("已解除。评审组人数不足，请指定其他专家，申报并提交评分后再合议"))
    return str(_("已解除，其余评审继续"))


def _struck(found: Scenario, struck: Bid) -> str:
    """Return what is said of a disqualification: also that the others were counted anew, where they were."""
    if struck in queries.recounted(db.session(), found):
        return str(_("已取消%(alias)s的资格，其余方案的价格分、总分和名次已重新计算", alias=struck.alias))
    return str(_("已取消%(alias)s的资格", alias=struck.alias))


def _recused_all_the_same(evaluation: Evaluation, verb: str) -> None:
    db.session.rollback()
    manned = evaluation.status in rules.MANNING and operations.is_opened(evaluation.scenario)
    if verb in {"begin", "close_scores"} and manned and operations.recuse_tied(db.session(), evaluation):
        db.session.commit()


def _page(found: Scenario, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    evaluation = queries.evaluation_of(db.session(), found)
    sight = presenting.sight(principal(), found, evaluation)
    context: dict[str, Any] = {"scenario": found, "evaluation": evaluation, "sight": sight}
    context |= {"states": EVALUATION.states, "member_states": PANEL_MEMBER.states, "bid_states": BID.states}
    context |= {"due_form": DueForm(formdata=None), "removing": None, "judging": city().judging}
    context["last_day"] = rules.last_day
    if evaluation:
        context |= {"panel": presenting.panel(evaluation), "step": presenting.next_step(evaluation)}
        context["chairing"] = presenting.is_chairable(evaluation)
    if sight.names:
        context["bids"] = opened(db.session(), found.id)
        context["shared"] = shared_representatives(db.session(), found.id)
    if sight.scores and evaluation:
        context |= {"scores": presenting.scores(evaluation), "ranked": queries.ranked(db.session(), found)}
        context["recounted"] = queries.recounted(db.session(), found)
    if may("evaluation.manage", scenario_id=found.id):
        context["candidates"] = _candidates(evaluation)
    return render("evaluation/scenario.html", status=status, **{**context, **shown})


def _candidates(evaluation: Evaluation | None) -> list[Any]:
    """Return who may still be named, while the panel may change."""
    if evaluation and evaluation.status not in rules.MANNING:
        return []
    seated = {one.person_id for one in evaluation.panel if one.status != "removed"} if evaluation else set()
    return [one for one in db.session.scalars(queries.candidates()) if one.person_id not in seated]


def _bid_page(found: Scenario, shown_bid: Bid, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    said = proposal(shown_bid.content or {}, terms_of(db.session(), found))
    context = {"scenario": found, "bid": shown_bid, "proposal": said, "bid_states": BID.states, "problems": ()}
    context |= {"form": DisqualificationForm(formdata=None), "price": rules.read_price(shown_bid.price)}
    context["disqualifications"] = DISQUALIFICATIONS
    context["strikable"] = found.status in {"evaluating", "finalists"} and shown_bid.status in {"unsealed", "finalist"}
    return render("evaluation/bid.html", status=status, **{**context, **shown})


def _again(scenario_id: int, error: InvalidInputError, **forms: Any) -> Response:
    """Show the page again with what is wrong, and what was typed."""
    db.session.rollback()
    return _page(load(scenario_id), HTTPStatus.UNPROCESSABLE_ENTITY, problems=error.problems, **forms)


def _member(found: Scenario, member_id: int) -> PanelMember:
    return next((one for one in _evaluation(found).panel if one.id == member_id), None) or abort(HTTPStatus.NOT_FOUND)


def _evaluation(found: Scenario) -> Evaluation:
    return queries.evaluation_of(db.session(), found) or abort(HTTPStatus.NOT_FOUND)
