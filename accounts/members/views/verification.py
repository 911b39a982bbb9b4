"""Verification: applied for by owners, decided by the operator."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from accounts.members import codes, queries, verifying
from accounts.members.forms import DecisionForm, VerificationForm
from accounts.members.views.deeds import done, pressed, status_of
from accounts.members.views.members import own
from accounts.models import Verification
from accounts.rules import VERIFICATION, VERIFIED
from core import files
from core.access import access, may, principal
from core.errors import NotFoundError
from core.extensions import db, limiter
from core.web import paginate, render

blueprint = Blueprint("verification", __name__)


@blueprint.route("/desk/organisation/verification", endpoint="own", methods=["GET", "POST"])
@access("verification.apply")
@files.allow_upload
@limiter.limit("20 per hour", methods=["POST"])
def own_page() -> Response:
    """Show where the own organisation stands, and take an application."""
    organisation, who = own(), principal()
    form = VerificationForm()
    if done(form, lambda: verifying.apply(db.session(), who.actor, organisation, form.application, who.person or 0)):
        flash(gettext("认证申请已提交，运营方审核后会通知您。"))
        return redirect(url_for("verification.own"), HTTPStatus.SEE_OTHER)
    applications = db.session.scalars(queries.applications_of(organisation.id)).all()
    return render(
        "members/verification.html",
        status=status_of(form),
        form=form,
        organisation=organisation,
        applications=applications,
        moves=[move.verb for move in VERIFICATION.moves_from(organisation.verification, who.role)],
        files=queries.files,
    )


@blueprint.post("/desk/organisation/verification/withdraw")
@access("verification.apply")
def withdraw() -> Response:
    organisation = own()
    return pressed(
        lambda: verifying.withdraw(db.session(), principal().actor, organisation),
        gettext("认证申请已撤回。"),
        url_for("verification.own"),
    )


@blueprint.post("/desk/organisation/verification/renew")
@access("verification.apply")
def renew() -> Response:
    organisation = own()
    return pressed(
        lambda: verifying.renew(db.session(), principal().actor, organisation),
        gettext("原认证已失效，请用新代码重新申请。"),
        url_for("verification.own"),
    )


@blueprint.get("/desk/evidence/<int:verification_id>/<int:file_id>")
@access("evidence.read")
def evidence(verification_id: int, file_id: int) -> Response:
    found = _verification(verification_id)
    stored = next((file for file in queries.files(found.evidence) if file.id == file_id), None)
    if stored is None:
        raise NotFoundError
    return files.send(stored)


@blueprint.get("/desk/verifications")
@access("verification.review")
def queue() -> Response:
    done_already = request.args.get("decided") == "1"
    page = paginate(queries.decided() if done_already else queries.queue())
    return render("members/verifications.html", page=page, decided=done_already)


@blueprint.get("/desk/verifications/<int:verification_id>")
@access("verification.review")
def review(verification_id: int) -> Response:
    return _review_page(_verification(verification_id), DecisionForm(formdata=None))


@blueprint.post("/desk/verifications/<int:verification_id>")
@access("verification.decide")
def decide(verification_id: int) -> Response:
    asked, form, who = _verification(verification_id), DecisionForm(), principal()

    def deed() -> None:
        verb = verifying.verify if form.decision.data == VERIFIED else verifying.reject
        verb(db.session(), who.actor, asked, form.words.data or "", who.person or 0)

    if done(form, deed):
        flash(gettext("“%(name)s”的认证申请已处理。", name=asked.organisation.name))
        return redirect(url_for("verification.queue"), HTTPStatus.SEE_OTHER)
    return _review_page(asked, form)


def _review_page(asked: Verification, form: DecisionForm) -> Response:
    organisation = asked.organisation
    return render(
        "members/review.html",
        status=status_of(form),
        form=form,
        asked=asked,
        organisation=organisation,
        evidence=queries.files(asked.evidence),
        authority=codes.authority(asked.credit_code),
        holder=db.session.scalar(queries.holder_of(asked.credit_code, organisation.id)),
        rivals=db.session.scalars(queries.rivals(asked.credit_code, organisation.id)).all(),
        earlier=[each for each in db.session.scalars(queries.applications_of(organisation.id)) if each is not asked],
        deciding=may("verification.decide"),
    )


def _verification(verification_id: int) -> Verification:
    return queries.verification(verification_id) or abort(404)
