"""The list of an enterprise's bids, starting one, and answering who asks to bid together."""

from flask import Response, abort, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from marketplace.bids import operations, presenting, queries
from marketplace.bids.routes import HOME, NEW, blueprint, done, keep_code, load, to, told
from marketplace.solutions import queries as solutions
from scenario_catalog import queries as catalog

ANSWERED = {
    "accept": "已同意联合揭榜",
    "decline": "已谢绝",
    "leave": "已退出联合体",
}


@blueprint.get(HOME)
@access("bid.list")
def index() -> Response:
    mine, role = principal().organisation or 0, principal().role
    own = db.session.scalars(queries.own(mine)).unique().all()
    partnered = db.session.scalars(queries.partnered(mine)).unique().all()
    return render(
        "bids/index.html",
        rows=[presenting.row(bid) for bid in own],
        now=clock.now(),
        joinings=[presenting.joining(one, role) for one in partnered],
    )


@blueprint.post(HOME)
@access("bid.start")
def start() -> BaseResponse:
    """Begin a bid of the scenario that the form names, or go on with the one there is; its code is shown next."""
    scenario = catalog.scenario(request.form.get("scenario", "")) or abort(404)
    lead = solutions.organisation(principal().organisation or 0) or abort(404)
    there = queries.engaged(db.session(), scenario.id, lead.id)
    if there is not None and there.organisation_id == lead.id:
        return to("bids_desk.edit", token=there.token)
    try:
        made, code = operations.start(db.session(), principal().actor, scenario, lead, demo=scenario.demo)
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.index")
    db.session.commit()
    return keep_code(to("bids_desk.code", token=made.token), made.token, NEW + code)


@blueprint.post(f"{HOME}/partners/<int(max=999999999):partner_id>/<any(accept, decline, leave):verb>")
@access("bid_partner.decide")
def decide(partner_id: int, verb: str) -> BaseResponse:
    found = queries.partner(partner_id) or abort(404)
    try:
        operations.decide_partner(db.session(), principal().actor, found, verb)
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.index", "partnered")
    return done(ANSWERED[verb], "bids_desk.index", "partnered")


@blueprint.post(f"{HOME}/<token>/delete")
@access("bid.write")
def delete(token: str) -> BaseResponse:
    """Remove a bid that is not submitted; the code is not needed for it."""
    try:
        operations.delete(db.session(), principal().actor, load(token))
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.edit", token=token)
    db.session.commit()
    flash(_("方案已删除，草稿与附件不再保留；已有的回执仍可核验"), "success")
    return to("bids_desk.index")
