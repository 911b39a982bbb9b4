"""The public pages: the directory, a solution, enterprises, and who looks for partners."""

from typing import Any

from flask import Blueprint, Response, abort, request

from core import files
from core.access import access
from core.extensions import db
from core.web import page_number, paginate, render, wants_fragment
from marketplace.solutions import directory, presenting, queries
from marketplace.solutions.directory import Filters
from marketplace.solutions.routes import NUMBER
from scenario_catalog.listing import rows_page

blueprint = Blueprint("solutions", __name__)


@blueprint.get("/solutions")
@access("read")
def index() -> Response:
    filters = Filters.parse(request.args.to_dict(flat=False), directory.vocabulary())
    response = render("solutions/directory.html", fragment="listing", listing=directory.directory(filters))
    if wants_fragment():
        number = page_number()
        response.headers["HX-Push-Url"] = request.path + filters.query_string(page=number if number > 1 else "")
    return response


@blueprint.get(f"/solutions/<{NUMBER}:solution_id>")
@access("read")
def solution(solution_id: int) -> Response:
    found = queries.public_solution(solution_id) or abort(404)
    return render("solutions/solution.html", **presenting.page(found))


@blueprint.get(f"/solutions/<{NUMBER}:solution_id>/attachments/<token>")
@access("read")
def download(solution_id: int, token: str) -> Response:
    return files.send((queries.public_attachment(solution_id, token) or abort(404)).file)


@blueprint.get("/enterprises")
@access("read")
def enterprises() -> Response:
    return render("solutions/enterprises.html", fragment="results", page=rows_page(queries.enterprises(), size=60))


@blueprint.get("/enterprises/<code>")
@access("read")
def enterprise(code: str) -> Response:
    found = queries.enterprise(code) or abort(404)
    shown: dict[str, Any] = {
        "profile": queries.profile(found.id),
        "page": paginate(queries.public_of(found.id)),
        "notices": db.session.scalars(queries.public_notices_of(found.id)).unique().all(),
    }
    return render("solutions/enterprise.html", fragment="results", enterprise=found, **shown)


@blueprint.get("/notices")
@access("read")
def notices() -> Response:
    return render("solutions/notices.html", fragment="results", page=paginate(queries.public_notices()))
