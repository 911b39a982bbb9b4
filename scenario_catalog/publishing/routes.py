"""The blueprint of the pages, and what they share."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from core.errors import InvalidInputError
from core.extensions import db
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.publishing import queries

blueprint = Blueprint("publishing", __name__)


def load_batch(batch_id: int) -> Batch:
    return queries.batch(batch_id) or abort(404)


def load_public(scenario_id: int) -> Scenario:
    return queries.public_scenario(scenario_id) or abort(404)


def done(message: str, endpoint: str, **values: Any) -> BaseResponse:
    """Commit, and go on to a page that tells what was done."""
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def refused(error: InvalidInputError, form: FlaskForm, by_field: Mapping[str, str] | None = None) -> None:
    """Take back what was begun, and put what is wrong into the form: beside its field, or above all."""
    db.session.rollback()
    for field, reason in (by_field or {}).items():
        form[field].errors = [*form[field].errors, reason]
    if not by_field:
        form.form_errors.extend(error.problems)
