"""Writing a bid."""

from http import HTTPStatus
from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, may, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render, wants_fragment
from marketplace.bids import operations, presenting
from marketplace.bids.content import Draft
from marketplace.bids.forms import BidForm, CodeForm, PartnerForm, UploadForm, bid_form
from marketplace.bids.models import Bid
from marketplace.bids.operations import EDITABLE, StaleError
from marketplace.bids.routes import BELOW, LockedError, blueprint, keep_code, load, to, told, unlocked

SAVED, CONFLICT, LOCKED, GONE = "saved", "conflict", "locked", "gone"


@blueprint.get(BELOW)
@access("bid.read")
def edit(token: str) -> Response:
    """Show the form while the bid can be written, else how it stands."""
    found = load(token)
    times = presenting.times(found.scenario)
    if found.status not in EDITABLE or not times["is_open"]:
        return _overview(found)
    _code, draft = unlocked(found)
    if not may("bid.write", token=token):
        return _preview(found, draft)
    form = bid_form(presenting.terms(found), presenting.own_solutions(found), draft, found.revision)
    return form_page(found, form, draft)


@blueprint.get(f"{BELOW}/preview")
@access("bid.read")
def preview(token: str) -> Response:
    found = load(token)
    return _preview(found, unlocked(found)[1])


@blueprint.post(BELOW)
@access("bid.write")
def save(token: str) -> BaseResponse:
    """Store what was typed: as a whole page, or for htmx while one types. Without the code it is kept until it is given."""
    found, given = load(token), request.form.get("code", "").strip()
    form = bid_form(presenting.terms(found), presenting.own_solutions(found))
    try:
        code, old = unlocked(found, given)
        if _bare(old) != form.draft:
            operations.save(db.session(), principal().actor, found, code, form.draft, form.began_from)
    except LockedError:
        return _without_code(found, form, given)
    except StaleError as error:
        return _stale(load(token), form, code, error)
    except InvalidInputError as error:
        return _refused(form, token, error)
    db.session.commit()
    if wants_fragment():
        return _told(found, form, SAVED, unlocked(found, code)[1])
    flash(_("已保存 %(time)s", time=f"{clock.local(clock.now()):%H:%M}"), "success")
    went_on = to("bids_desk.submit_page" if "send" in request.form else "bids_desk.edit", token=token)
    return keep_code(went_on, token, code) if given else went_on


def form_page(found: Bid, form: BidForm, draft: Draft, status: int = HTTPStatus.OK, **more: Any) -> Response:
    """Return the page of a bid that is being written; `draft` is what is stored of it."""
    terms = presenting.terms(found)
    return render(
        "bids/edit.html",
        status=status,
        bid=found,
        form=form,
        terms=terms,
        files=draft.files,
        partners=presenting.partners(found),
        progress=presenting.progress(found, form.draft),
        lengths=presenting.lengths(found, form.draft),
        upload_form=UploadForm(formdata=None),
        partner_form=more.pop("partner_form", None) or PartnerForm(formdata=None),
        keyed=presenting.is_keyed(found),
        saved_at=clock.local(found.saved_at),
        **presenting.times(found.scenario),
        **more,
    )


def _bare(draft: Draft) -> Draft:
    """Return what of a draft is typed into the form."""
    return Draft(**{**vars(draft), "files": (), "copy": {}})


def _without_code(found: Bid, form: BidForm, given: str) -> Response:
    """Ask for the code, and keep what was typed meanwhile; while one types, say where it can be given."""
    if wants_fragment():
        return _told(found, form, LOCKED)
    asked = CodeForm(formdata=None)
    asked.code.errors = [_("口令不对，请逐组核对")] if given else []
    return render("bids/kept.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, bid=found, form=asked, typed=form.typed)


def _refused(form: BidForm, token: str, error: InvalidInputError) -> BaseResponse:
    """Say that the bid cannot be written any more."""
    if wants_fragment():
        db.session.rollback()
        return _told(load(token), form, GONE)
    told(error)
    return to("bids_desk.edit", token=token)


def _stale(found: Bid, form: BidForm, code: str, error: StaleError) -> Response:
    """Show what was typed beside what was saved meanwhile; saved again, it takes the other's place."""
    db.session.rollback()
    if wants_fragment():
        return _told(found, form, CONFLICT)
    newer = unlocked(found, code)[1]
    form.revision.data = str(found.revision)
    flash(str(error), "error")
    shown = presenting.summary(found, newer)
    return form_page(found, form, newer, HTTPStatus.CONFLICT, newer=shown)


def _told(found: Bid, form: BidForm, outcome: str, draft: Draft | None = None) -> Response:
    """Answer a save that htmx sent: what became of it and, if it was stored, how far the bid is."""
    shown: dict[str, Any] = {}
    if draft:
        shown = {"progress": presenting.progress(found, draft), "lengths": presenting.lengths(found, draft)}
    revision = found.revision if draft else form.began_from
    now = clock.local(clock.now())
    return render("bids/saved.html", bid=found, outcome=outcome, revision=revision, saved_at=now, **shown)


def _preview(found: Bid, draft: Draft) -> Response:
    shown = presenting.summary(found, draft)
    return render("bids/preview.html", bid=found, summary=shown, **presenting.times(found.scenario))


def _overview(found: Bid) -> Response:
    return render(
        "bids/bid.html",
        bid=found,
        row=presenting.row(found),
        receipts=presenting.receipts(found),
        stale=presenting.needs_confirming(found),
        partners=presenting.partners(found),
        result_url=presenting.result_url(found),
        editable=found.status in EDITABLE,
        **presenting.times(found.scenario),
    )
