"""The operator's view of all organisations: who is there, who looks after whom, and those that nobody looks after."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from accounts.members import inviting, operations, queries, verifying
from accounts.members.forms import AddressForm, ClaimDecisionForm, FoundForm, WordsForm
from accounts.members.inviting import Guest
from accounts.members.models import Claim
from accounts.members.views.deeds import done, pressed, status_of
from accounts.members.views.invitations import link
from accounts.models import Organisation
from accounts.rules import KINDS, OWNER, VERIFICATION
from core.access import access, principal
from core.errors import NotFoundError
from core.extensions import db, limiter
from core.web import paginate, render

blueprint = Blueprint("oversight", __name__)
LONGEST_SEARCH = 120


@blueprint.get("/desk/organisations")
@access("organisation.oversee")
def organisations() -> Response:
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    chosen = (kind if kind in KINDS else "", state if state in VERIFICATION.states else "")
    page = paginate(queries.organisations(words, *chosen))
    sizes = queries.sizes([each.id for each in page.items])
    return render(
        "members/organisations.html",
        fragment="results",
        page=page,
        sizes=sizes,
        q=words,
        kind=chosen[0],
        state=chosen[1],
    )


@blueprint.route("/desk/organisations/new", methods=["GET", "POST"])
@access("organisation.appoint")
def new() -> Response:
    form = FoundForm()
    made: list[Organisation] = []
    if done(
        form,
        lambda: made.append(operations.found(db.session(), principal().actor, form.kind.data, form.details)),
    ):
        flash(gettext("“%(name)s”已建立，请邀请首位管理员。", name=form.name.data))
        return redirect(url_for("oversight.organisation", organisation_id=made[0].id), HTTPStatus.SEE_OTHER)
    return render("members/found.html", status=status_of(form), form=form)


@blueprint.get("/desk/organisations/<int:organisation_id>")
@access("organisation.oversee")
def organisation(organisation_id: int) -> Response:
    return _page(_organisation(organisation_id), AddressForm(formdata=None), WordsForm(formdata=None))


@blueprint.post("/desk/organisations/<int:organisation_id>/owner")
@access("organisation.appoint")
@limiter.limit("60 per hour")
def appoint(organisation_id: int) -> Response:
    found, form, who = _organisation(organisation_id), AddressForm(), principal()

    def deed() -> None:
        inviting.appoint(db.session(), who.actor, found, Guest(form.email.data or "", OWNER, who.person), link)

    if done(form, deed):
        flash(gettext("已向 %(email)s 发出管理员邀请，7 天内有效。", email=form.email.data))
        return redirect(url_for("oversight.organisation", organisation_id=found.id), HTTPStatus.SEE_OTHER)
    return _page(found, form, WordsForm(formdata=None))


@blueprint.post("/desk/organisations/<int:organisation_id>/invitations/<int:invitation_id>/revoke")
@access("organisation.appoint")
def withdraw(organisation_id: int, invitation_id: int) -> Response:
    """Take back an invitation to an organisation that nobody belongs to yet."""
    found = queries.invitation(invitation_id)
    nobody = db.session.scalar(queries.unclaimed(organisation_id))
    if found is None or nobody is None or found.organisation_id != organisation_id:
        raise NotFoundError
    return pressed(
        lambda: inviting.revoke(db.session(), principal().actor, found),
        gettext("邀请已撤销，链接作废。"),
        url_for("oversight.organisation", organisation_id=organisation_id),
    )


@blueprint.post("/desk/organisations/<int:organisation_id>/revocation")
@access("verification.decide")
def revoke(organisation_id: int) -> Response:
    found, form = _organisation(organisation_id), WordsForm()
    if done(form, lambda: verifying.revoke(db.session(), principal().actor, found, form.words.data or "")):
        flash(gettext("“%(name)s”的认证已撤销。", name=found.name))
        return redirect(url_for("oversight.organisation", organisation_id=found.id), HTTPStatus.SEE_OTHER)
    return _page(found, AddressForm(formdata=None), form)


@blueprint.get("/desk/claims/<int:claim_id>")
@access("organisation.appoint")
def claim(claim_id: int) -> Response:
    return render("members/claim_review.html", asked=_claim(claim_id), form=ClaimDecisionForm(formdata=None))


@blueprint.post("/desk/claims/<int:claim_id>")
@access("organisation.appoint")
def decide_claim(claim_id: int) -> Response:
    asked, form, who = _claim(claim_id), ClaimDecisionForm(), principal()

    def deed() -> None:
        if form.decision.data == "grant":
            inviting.grant(db.session(), who.actor, asked, link, who.person or 0)
        else:
            inviting.refuse(db.session(), who.actor, asked, form.words.data or "")

    if done(form, deed):
        flash(gettext("认领申请已处理。"))
        return redirect(url_for("desk.home"), HTTPStatus.SEE_OTHER)
    return render("members/claim_review.html", status=status_of(form), asked=asked, form=form)


def _page(found: Organisation, appoint_form: AddressForm, revoke_form: WordsForm) -> Response:
    status = status_of(appoint_form) if appoint_form.errors else status_of(revoke_form)
    counted = queries.roles_counted(found.id)
    return render(
        "members/overseen.html",
        status=status,
        organisation=found,
        counted=counted,
        appoint_form=appoint_form,
        revoke_form=revoke_form,
        applications=db.session.scalars(queries.applications_of(found.id)).all(),
        invitations=[] if counted else db.session.scalars(queries.unused_invitations(found.id)).all(),
    )


def _organisation(organisation_id: int) -> Organisation:
    return queries.organisation(organisation_id) or abort(404)


def _claim(claim_id: int) -> Claim:
    return queries.claim(claim_id) or abort(404)
