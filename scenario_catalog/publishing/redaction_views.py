"""Redaction: every place is shown before anything goes."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.choices import offered
from core.errors import InvalidInputError
from core.extensions import db
from core.settings import settings
from core.web import render
from retrieval.jobs import schedule_fill
from scenario_catalog.models import Scenario
from scenario_catalog.publishing import redacting, redaction
from scenario_catalog.publishing.forms import RedactionForm
from scenario_catalog.publishing.jobs import clear_log
from scenario_catalog.publishing.redacting import Order
from scenario_catalog.publishing.routes import blueprint, done, load_public, refused

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.get("/desk/scenarios/<int:scenario_id>/redaction")
@access("redaction.make")
def redact(scenario_id: int) -> Response:
    return _page(load_public(scenario_id), RedactionForm(formdata=None))


@blueprint.post("/desk/scenarios/<int:scenario_id>/redaction")
@access("redaction.make")
def post_redaction(scenario_id: int) -> BaseResponse:
    """Show every place of what is to be removed; remove it when that was seen and confirmed."""
    form, found = RedactionForm(), load_public(scenario_id)
    form.attachments.choices = _documents(found)
    if not form.validate():
        return _page(found, form, status=UNPROCESSABLE)
    try:
        order = _order(form)
        if not form.confirmed.data:
            return _page(found, form, occurrences=redacting.find(db.session(), found, order.texts))
        redacting.redact(db.session(), principal().actor, found, order)
    except InvalidInputError as error:
        refused(error, form)
        return _page(load_public(scenario_id), form, status=UNPROCESSABLE)
    return _removed(found)


def _order(form: FlaskForm) -> Order:
    texts, data = redaction.needles(form.texts.data), form.data
    order = Order(texts, data["attachments"], data["reason"], data["note"] or "")
    redacting.check(order)
    return order


def _removed(found: Scenario) -> BaseResponse:
    message = _("已从页面、快照、检索和文件中删除；公开页面留有删除记录")
    answer = done(message, "catalog.scenario", number=found.number)
    clear_log()
    schedule_fill()
    return answer


def _page(
    found: Scenario, form: FlaskForm, *, occurrences: Sequence[Any] | None = None, status: int = HTTPStatus.OK
) -> Response:
    form.attachments.choices = _documents(found)
    chosen = [one.label for one in form.attachments.choices if one.value in (form.attachments.data or ())]
    shown = {"scenario": found, "form": form, "occurrences": occurrences, "chosen": chosen}
    return render("publishing/redaction.html", status=status, backups=_backups(), removed=redaction.REMOVED, **shown)


def _documents(found: Scenario) -> list[Any]:
    """Return the documents that can be erased: those that a corrigendum removed are still kept."""
    return offered({one.id: one.title for one in found.attachments if one.file.state != "erased"})


def _backups() -> list[str]:
    """Return the names of the copies that hold what is removed now, the newest first."""
    return sorted((path.name for path in (settings().instance / "backups").glob("*.db")), reverse=True)
