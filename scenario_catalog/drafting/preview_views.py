"""A need as it would be published: for its agency, and for whoever has a link."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, me, principal
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from scenario_catalog.drafting import presenting, previewing, queries, sharing
from scenario_catalog.drafting.content import read
from scenario_catalog.drafting.guidance import LABELS
from scenario_catalog.drafting.operations import present
from scenario_catalog.drafting.routes import BELOW, blueprint, done, load, refused, to
from scenario_catalog.models import Scenario

FRESH = "fresh_preview_link"
WITHHELD = ("cancelled",)


@blueprint.get(f"{BELOW}/preview")
@access("draft.read")
def preview(scenario_id: int) -> BaseResponse:
    found = load(scenario_id)
    return _public(found) if found.published_at else _preview(found)


@blueprint.get(f"{BELOW}/links")
@access("draft.read")
def links(scenario_id: int) -> Response:
    """List the preview links of a need; a new one's address is shown this once."""
    found = load(scenario_id)
    made = session.pop(FRESH, None)
    fresh = made[1] if made and made[0] == scenario_id else ""
    shown: dict[str, Any] = {
        "links": queries.links(scenario_id),
        "fresh": fresh,
        "now": clock.now(),
        "is_live": sharing.is_live,
    }
    return render("drafting/links.html", scenario=found, days=city().rules.preview, **shown)


@blueprint.post(f"{BELOW}/links")
@access("draft.share")
def share(scenario_id: int) -> BaseResponse:
    found = load(scenario_id)
    try:
        token = sharing.share(db.session(), principal().actor, found, me(), city().rules.preview)
    except InvalidInputError as error:
        return refused(error, scenario_id)
    session[FRESH] = (scenario_id, url_for("drafting.shared", token=token, _external=True))
    db.session.commit()
    return to(scenario_id, endpoint="drafting.links")


@blueprint.post(f"{BELOW}/links/<int(max=999999999):link_id>/revoke")
@access("draft.share")
def revoke(scenario_id: int, link_id: int) -> BaseResponse:
    sharing.revoke(db.session(), principal().actor, queries.link(scenario_id, link_id) or abort(404))
    return done(_("链接已停用"), scenario_id, endpoint="drafting.links")


@blueprint.get("/previews/<token>")
@access("read")
def shared(token: str) -> BaseResponse:
    """Show a need to whoever has the link; once it is published, its page."""
    link = queries.link_by_digest(sharing.digest(token))
    found = queries.scenario(link.scenario_id) if link else None
    if link is None or found is None:
        return _gone(HTTPStatus.NOT_FOUND)
    if not sharing.is_live(link, clock.now()) or found.status in WITHHELD:
        return _gone(HTTPStatus.GONE)
    return _public(found) if found.published_at else _preview(found, until=link.expires_at)


def _public(found: Scenario) -> BaseResponse:
    return redirect(url_for("catalog.scenario", number=found.number), HTTPStatus.SEE_OTHER)


def _preview(found: Scenario, **shown: Any) -> Response:
    reading = read(present(found), presenting.terms())
    unread = [LABELS[field] for field in ("title", "deadline") if field not in reading.values]
    unread += [LABELS[field] for field in reading.problems if LABELS[field] not in unread]
    response = render("drafting/preview.html", **previewing.page(found), unread=unread, **shown)
    return _private(response)


def _gone(status: HTTPStatus) -> Response:
    return _private(render("drafting/preview_gone.html", status=status, expired=status == HTTPStatus.GONE))


def _private(response: Response) -> Response:
    """Keep a page out of search engines and shared caches, and its address out of other sites' logs."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
