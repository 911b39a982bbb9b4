"""What anyone may see: which scenarios landed, one of them, and the dashboard."""

from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _

from core import files
from core.access import access
from core.city import city
from core.web import paginate, render
from scenario_catalog import queries as catalog
from scenario_catalog.landing import presenting, queries
from scenario_catalog.landing.models import Landing
from scenario_catalog.landing.routes import blueprint
from scenario_catalog.landing.rules import money

SHOWN = ("landed", "under-way")


@blueprint.get("/landings")
@access("read")
def public_index() -> Response:
    asked = request.args.get("state", "")
    state = asked if asked in SHOWN else SHOWN[0]
    page = paginate(queries.public_landings(state))
    lines = [presenting.line(found) for found in page.items]
    shown: dict[str, Any] = {"chosen": state, "choices": {code: queries.STATES[code] for code in SHOWN}, "money": money}
    return render("landing/public_index.html", fragment="results", page=page, lines=lines, **shown)


@blueprint.get("/landings/<number>")
@access("read")
def public_one(number: str) -> Response:
    found = _load(number)
    shown: dict[str, Any] = {"evidence": queries.public_evidence(found), "line": presenting.line(found)}
    return render("landing/public_one.html", **presenting.shown(found), **shown)


@blueprint.get("/landings/<number>/evidence/<token>")
@access("read")
def public_evidence(number: str, token: str) -> Response:
    known = {one.file.token: one.file for one in queries.public_evidence(_load(number))}
    return files.send(known.get(token) or abort(404))


@blueprint.get("/dashboard")
@access("read")
def dashboard() -> Response:
    landed, landed_demo = catalog.landed()
    board = presenting.board(presenting.choice())
    shown: dict[str, Any] = {"landed": landed, "landed_demo": landed_demo, "target": city().landing_target}
    tables = (("domain", _("按领域")), ("district", _("按区域")), ("agency", _("按单位")), ("batch", _("按批次")))
    words: dict[str, Any] = {"stage_names": presenting.STAGES, "month_label": presenting.months_label, "tables": tables}
    return render("landing/dashboard.html", fragment="results", board=board, **shown, **words)


def _load(number: str) -> Landing:
    """Return a landing that has not ended: of one that has, the scenario's page says enough."""
    found = queries.landing(number)
    return found if found is not None and found.ended_at is None else abort(404)
