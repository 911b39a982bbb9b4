"""What the operator records of a procurement, which is decided elsewhere."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from scenario_catalog.landing import operations, queries
from scenario_catalog.landing.forms import NoticeForm
from scenario_catalog.landing.models import Landing
from scenario_catalog.landing.pages import UNREADABLE
from scenario_catalog.landing.routes import DESK, blueprint
from scenario_catalog.models import Scenario
from scenario_catalog.rules import is_open


@blueprint.get(f"{DESK}/procurement")
@access("landing.record")
def procurement(number: str) -> Response:
    return _page(_load(number), NoticeForm(formdata=None))


@blueprint.post(f"{DESK}/procurement")
@access("landing.record")
def record_procurement(number: str) -> BaseResponse:
    form, found = NoticeForm(), _load(number)
    if not form.validate():
        return _page(found, form, UNREADABLE)
    try:
        made = operations.record_procurement(db.session(), principal().actor, found, form.notice)
    except InvalidInputError as error:
        db.session.rollback()
        return _page(_load(number), form, HTTPStatus.CONFLICT, problems=error.problems)
    db.session.commit()
    flash(_told(made), "success")
    return redirect(url_for("landing.one", number=number), HTTPStatus.SEE_OTHER)


def _told(made: Landing) -> str:
    """Say whether the winner is known here: a slip in its name would keep the landing from it."""
    if any(party.organisation_id for party in made.parties):
        return str(_("已登记采购结果，落地跟踪开始；中标单位在本站注册过，能看到它"))
    return str(_("已登记采购结果，落地跟踪开始；本站没有同名的企业，只显示名称"))


def _page(found: Scenario, form: NoticeForm, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    possible = found.mode == "procurement" and found.status == "open" and not is_open(found, clock.now())
    return render("landing/procurement.html", status=status, scenario=found, form=form, possible=possible, **shown)


def _load(number: str) -> Scenario:
    return queries.scenario(number) or abort(404)
