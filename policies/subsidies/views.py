"""The calculator: one address, a form, and what it comes to."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from core.access import access
from core.extensions import db
from core.web import render
from policies import queries
from policies.facts.queries import confirmed_facts
from policies.models import PolicyVersion
from policies.subsidies import presenting
from policies.subsidies.asking import MOST_ROWS, read
from policies.subsidies.folders import types_of

blueprint = Blueprint("subsidies", __name__)


@blueprint.app_template_global()
def has_supports(version: PolicyVersion) -> bool:
    """Tell whether anything can be computed from a version's confirmed facts."""
    return bool(types_of(version.document_id, confirmed_facts(db.session(), version)))


@blueprint.get("/policies/<policy_id>/calculator")
@access("read")
def calculator(policy_id: str) -> Response:
    """Compute what the address asks for: `type` and `amount` in pairs, `unit` of amounts without one."""
    version = queries.answerable_version(policy_id) or abort(404)
    types = types_of(policy_id, confirmed_facts(db.session(), version))
    asked = read(request.args, types)
    return render(
        "policies/subsidies/calculator.html",
        fragment="calculator",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if asked.wrong else HTTPStatus.OK,
        version=version,
        types=types,
        asked=asked,
        most_rows=MOST_ROWS,
        answers=[presenting.answer(row, version) for row in asked.answered],
        together=presenting.together(asked.answered, version),
    )
