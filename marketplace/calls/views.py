"""The agency's page of a call, and the public one."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, may, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render, wants_fragment
from marketplace.calls import operations, queries, rules
from marketplace.calls.forms import CallForm, call_form, form_of, rearranged
from marketplace.calls.operations import StaleError, UnsoundError
from scenario_catalog import queries as catalog
from scenario_catalog.models import Scenario
from scenario_catalog.operations import EDITABLE

blueprint = Blueprint("calls", __name__)

BELOW = "/desk/scenarios/<int(max=999999999):scenario_id>/call"
MOST_FORM_BYTES = 4 * 1024 * 1024


@blueprint.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before every before_request: the CSRF check reads the form.
    request.max_form_memory_size = MOST_FORM_BYTES


@blueprint.get(BELOW)
@access("call.read")
def edit(scenario_id: int) -> Response:
    """Show the form to those who may change the call now, else what it says."""
    found = _load(scenario_id)
    if not _is_open(found):
        return render("calls/overview.html", scenario=found, terms=queries.terms_of(db.session(), found))
    call = queries.call_of(db.session(), found)
    return _form_page(found, call_form(queries.terms_of(db.session(), found), call.revision if call else 0))


@blueprint.post(BELOW)
@access("call.edit")
def save(scenario_id: int) -> BaseResponse:
    """Store what was typed, all of it or nothing; the buttons of rows only change the form."""
    found, form, wanted = _load(scenario_id), CallForm(), request.form.get("do", "save")
    if wanted != "save":
        changed = rearranged(form.data, wanted)
        return _form_page(found, form_of(form.data if changed is None else changed))
    return _saved(found, form)


@blueprint.get("/scenarios/<number>/call")
@access("read")
def call(number: str) -> Response:
    """Show what a public scenario asks of a bid, and how bids are judged."""
    found = catalog.scenario(number) or abort(404)
    if not rules.takes_bids(found.mode):
        abort(404)
    shown: dict[str, Any] = {
        "terms": queries.terms_of(db.session(), found),
        "call": queries.call_of(db.session(), found),
    }
    return render("calls/public.html", fragment="terms", scenario=found, level=3 if wants_fragment() else 2, **shown)


def _saved(found: Scenario, form: CallForm) -> BaseResponse:
    terms = form.terms
    said = (terms.sections, terms.criteria, terms.most_finalists, terms.standstill_days)
    try:
        operations.save_call(db.session(), principal().actor, found, *said, form.began_from)
    except StaleError as error:
        db.session.rollback()
        return _stale(_load(found.id), form, error)
    except InvalidInputError as error:
        db.session.rollback()
        shown = form_of(form.data)
        wrong = shown.tell(error.by_field) if isinstance(error, UnsoundError) else [("", "", str(error))]
        return _form_page(_load(found.id), shown, wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    db.session.commit()
    flash(_("揭榜要求与评分标准已保存"), "success")
    return redirect(url_for("calls.edit", scenario_id=found.id), HTTPStatus.SEE_OTHER)


def _stale(found: Scenario, form: CallForm, error: StaleError) -> Response:
    """Show what was typed, ready to be saved over the newer version, which stands below."""
    newer = queries.call_of(db.session(), found)
    typed = {**form.data, "revision": str(newer.revision if newer else 0)}
    shown = {"newer": queries.terms_of(db.session(), found)}
    return _form_page(found, form_of(typed), [("", "", str(error))], status=HTTPStatus.CONFLICT, **shown)


def _form_page(
    found: Scenario, form: CallForm, wrong: Any = (), *, status: int = HTTPStatus.OK, **more: Any
) -> Response:
    shown: dict[str, Any] = {"scenario": found, "form": form, "wrong": wrong, "sum": form.terms.weights}
    return render("calls/edit.html", fragment="call_form", status=status, full=rules.FULL, **shown, **more)


def _load(scenario_id: int) -> Scenario:
    """Return a need of the reader's agency, or one that was submitted, which takes bids."""
    found = queries.scenario(scenario_id) or abort(404)
    own = found.agency_id == principal().organisation
    if not rules.takes_bids(found.mode) or not (own or any(move.verb == "submit" for move in found.moves)):
        abort(404)
    return found


def _is_open(found: Scenario) -> bool:
    return found.status in EDITABLE and may("call.edit", scenario_id=found.id)
