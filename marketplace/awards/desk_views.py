"""The agency's desk from the ranking to the award, and what others read of it."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, abort
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from core import clock, files
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from marketplace.awards import operations, presenting, queries, rules
from marketplace.awards.forms import AnswerForm, FailureForm, ReasonForm, ShortlistForm, TrialForm
from marketplace.awards.models import Award
from marketplace.awards.operations import Trial
from marketplace.awards.routes import BELOW, NUMBER, blueprint, chosen, done, load
from marketplace.awards.rules import AWARD, OBJECTION
from marketplace.bids.models import Bid
from marketplace.bids.queries import opened
from marketplace.bids.rules import BID
from marketplace.calls.queries import terms_of
from marketplace.evaluation import queries as evaluations
from marketplace.evaluation.presenting import sight
from marketplace.evaluation.rules import last_day
from scenario_catalog.models import Scenario
from scenario_catalog.rules import Ground

Work = Callable[[Scenario], object]


@blueprint.get(BELOW)
@access("award.read")
def scenario(scenario_id: int) -> Response:
    return page(load(scenario_id))


@blueprint.post(f"{BELOW}/shortlist")
@access("award.manage")
def shortlist(scenario_id: int) -> BaseResponse:
    form, picked = ShortlistForm(prefix="shortlist"), chosen(_bids(scenario_id))
    words = form.words.data or ""
    return _do(
        scenario_id,
        form,
        "shortlisting",
        lambda found: operations.shortlist(db.session(), principal().actor, found, picked, words),
        _("已确定入围方案"),
        picked=picked,
    )


@blueprint.post(f"{BELOW}/trials")
@access("award.trial")
@files.allow_upload
def trial(scenario_id: int) -> BaseResponse:
    form = TrialForm(prefix="trial")
    bid = next((one for one in _bids(scenario_id) if one.token == form.bid.data), None)
    if bid is None:
        form.bid.errors = [_("请选择方案")]
        return page(load(scenario_id), HTTPStatus.UNPROCESSABLE_ENTITY, trying=form)
    said = Trial(form.kind.data or "", form.tester.data or "", form.result.data or "", form.passed.data == "yes")
    return _do(
        scenario_id,
        form,
        "trying",
        lambda _found: operations.record_trial(db.session(), principal().actor, bid, said, form.file.data or None),
        _("已登记"),
    )


@blueprint.post(f"{BELOW}/notice")
@access("award.manage")
def notice(scenario_id: int) -> BaseResponse:
    form, picked = ReasonForm(prefix="notice"), chosen(_bids(scenario_id))
    words = form.words.data or ""
    return _do(
        scenario_id,
        form,
        "noticing",
        lambda found: operations.notice(db.session(), principal().actor, found, picked, words),
        _("已公示，异议期从现在开始"),
        picked=picked,
    )


@blueprint.post(f"{BELOW}/withdraw")
@access("award.manage")
def withdraw(scenario_id: int) -> BaseResponse:
    form = ReasonForm(prefix="withdraw")
    words = form.words.data or ""
    return _do(
        scenario_id,
        form,
        "withdrawing",
        lambda found: operations.withdraw(db.session(), principal().actor, _current(found), words),
        _("已撤回公示"),
    )


@blueprint.post(f"{BELOW}/award")
@access("award.manage")
def make_award(scenario_id: int) -> BaseResponse:
    return _do(
        scenario_id,
        None,
        "",
        lambda found: operations.award(db.session(), principal().actor, _current(found)),
        _("已授标，落地跟踪已经开始"),
    )


@blueprint.post(f"{BELOW}/unaward")
@access("award.manage")
def unaward(scenario_id: int) -> BaseResponse:
    form, picked = ReasonForm(prefix="unaward"), chosen(_bids(scenario_id))
    words = form.words.data or ""
    return _do(
        scenario_id,
        form,
        "unawarding",
        lambda found: operations.unaward(db.session(), principal().actor, _current(found), picked, words),
        _("已撤销授标，其余入围方案恢复入围"),
        picked=picked,
    )


@blueprint.post(f"{BELOW}/fail")
@access("award.manage")
def fail(scenario_id: int) -> BaseResponse:
    form = FailureForm(prefix="fail")
    ground = Ground(form.code.data or "", form.words.data or "")
    return _do(
        scenario_id,
        form,
        "failing",
        lambda found: operations.fail(db.session(), principal().actor, found, ground),
        _("已宣告未成功"),
    )


@blueprint.get(f"{BELOW}/trials/<{NUMBER}:trial_id>")
@access("award.read")
def trial_file(scenario_id: int, trial_id: int) -> Response:
    """Send the report of a trial to who may read the names of the bidders."""
    found = load(scenario_id)
    evaluation = evaluations.evaluation_of(db.session(), found)
    report = queries.trial(scenario_id, trial_id)
    if not report or not report.file or not sight(principal(), found, evaluation).names:
        abort(HTTPStatus.NOT_FOUND)
    return files.send(report.file)


def page(found: Scenario, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    """Return the desk's page of a scenario's award, with forms as they were typed."""
    evaluation = evaluations.evaluation_of(db.session(), found)
    seen = sight(principal(), found, evaluation)
    context: dict[str, Any] = {"scenario": found, "evaluation": evaluation, "sight": seen, "problems": ()}
    context |= {"standing": presenting.standing(found), "terms": terms_of(db.session(), found), "picked": set()}
    context |= {"award_states": AWARD.states, "objection_states": OBJECTION.states, "bid_states": BID.states}
    context |= {
        "kinds": rules.TRIALS,
        "unchosen": rules.UNCHOSEN,
        "over": _is_over(found),
        "answering": None,
        "last_day": last_day,
    }
    if seen.names:
        session = db.session()
        context |= {
            "ranked": evaluations.ranked(session, found) if seen.scores else [],
            "recounted": evaluations.recounted(session, found) if seen.scores else [],
            "trials": queries.trials(session, found),
        }
        context["finalists"] = queries.bids_in(session, found, "finalist")
    return render("awards/scenario.html", status=status, **{**context, **_forms(), **shown})


def _do(scenario_id: int, form: FlaskForm | None, name: str, work: Work, message: str, **shown: Any) -> BaseResponse:
    """Do it and go back to the page; what cannot be done is told there, with what was typed."""
    found, forms = load(scenario_id), {name: form, **shown} if form else shown
    if form is not None and not form.validate():
        return page(found, HTTPStatus.UNPROCESSABLE_ENTITY, **forms)
    try:
        work(found)
    except InvalidInputError as error:
        db.session.rollback()
        return page(load(scenario_id), HTTPStatus.CONFLICT, problems=error.problems, **forms)
    return done(message, "awards.scenario", scenario_id=scenario_id)


def _forms() -> dict[str, FlaskForm]:
    reasons = {"noticing": "notice", "withdrawing": "withdraw", "unawarding": "unaward"}
    found: dict[str, FlaskForm] = {name: ReasonForm(formdata=None, prefix=prefix) for name, prefix in reasons.items()}
    found["shortlisting"] = ShortlistForm(formdata=None, prefix="shortlist")
    found["trying"] = TrialForm(formdata=None, prefix="trial")
    found["failing"] = FailureForm(formdata=None, prefix="fail")
    found["blank_answer"] = AnswerForm(formdata=None)
    return found


def _bids(scenario_id: int) -> Sequence[Bid]:
    return opened(db.session(), load(scenario_id).id)


def _current(found: Scenario) -> Award:
    return queries.current(db.session(), found) or abort(HTTPStatus.NOT_FOUND)


def _is_over(found: Scenario) -> bool:
    """Tell whether the notice of a scenario has ended."""
    award = queries.current(db.session(), found)
    return award is not None and clock.now() >= award.notice_ends
