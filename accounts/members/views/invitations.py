"""Invitations: sent by owners, opened by their link, answered by who got them."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, url_for
from flask import session as browser
from flask_babel import gettext
from werkzeug.wrappers import Response

from accounts.access.models import Person
from accounts.members import inviting, queries, rules
from accounts.members.forms import InviteForm
from accounts.members.views.deeds import done, pressed
from accounts.members.views.desk import ACTING
from accounts.members.views.members import organisation_page, own
from accounts.models import Invitation
from core import clock
from core.access import access, principal
from core.errors import NotFoundError
from core.extensions import db, limiter
from core.settings import settings
from core.web import render

blueprint = Blueprint("invitations", __name__)


def link(token: str) -> str:
    """Return the address of an invitation, for an e-mail."""
    return settings().public_url + url_for("invitations.opened", token=token)


@blueprint.post("/desk/organisation/invitations")
@access("invitation.send")
@limiter.limit("60 per hour")
def send() -> Response:
    organisation, who = own(), principal()
    form = InviteForm(organisation.kind)
    if done(form, lambda: inviting.invite(db.session(), who.actor, organisation, form.guest(who.person), link)):
        flash(gettext("已向 %(email)s 发出邀请，7 天内有效。", email=form.email.data))
        return redirect(url_for("members.organisation"), HTTPStatus.SEE_OTHER)
    return organisation_page(form)


@blueprint.post("/desk/organisation/invitations/<int:invitation_id>/resend")
@access("invitation.manage")
@limiter.limit("60 per hour")
def resend(invitation_id: int) -> Response:
    found = _invitation(invitation_id)
    return pressed(
        lambda: inviting.resend(db.session(), principal().actor, found, link),
        gettext("已重新发送，先前的链接作废。"),
        url_for("members.organisation"),
    )


@blueprint.post("/desk/organisation/invitations/<int:invitation_id>/revoke")
@access("invitation.manage")
def revoke(invitation_id: int) -> Response:
    found = _invitation(invitation_id)
    return pressed(
        lambda: inviting.revoke(db.session(), principal().actor, found),
        gettext("邀请已撤销，链接作废。"),
        url_for("members.organisation"),
    )


@blueprint.get("/invitations/<token>")
@access("invitation.read")
@limiter.limit("60 per hour")
def opened(token: str) -> Response:
    """Tell what an invitation is about, or why it cannot be accepted."""
    found = queries.invitation_with(inviting.digest_of(token))
    if found is None:
        return render("members/invitation_unknown.html", status=HTTPStatus.NOT_FOUND)
    state = rules.invitation_state(found, clock.now())
    person = queries.person(principal().person or 0)
    fits = person is not None and rules.same_address(person.email, found.email)
    return render("members/invitation.html", invitation=found, state=state, person=person, fits=fits)


@blueprint.get("/desk/invitations")
@access("desk.read")
def mine() -> Response:
    person = _person()
    found = db.session.scalars(queries.invitations_to(person.email, clock.now())).all()
    claims = db.session.scalars(queries.claims_by(person.id)).all()
    return render("members/invitations.html", invitations=found, claims=claims, person=person)


@blueprint.post("/desk/invitations/<int:invitation_id>/accept")
@access("invitation.answer")
def accept(invitation_id: int) -> Response:
    found, person = _mine(invitation_id), _person()

    def deed() -> None:
        browser[ACTING] = inviting.accept(db.session(), principal().actor, found, person).id

    told = gettext("您已加入“%(name)s”，现在以该单位身份办理。", name=found.organisation.name)
    return pressed(deed, told, url_for("desk.home"))


@blueprint.post("/desk/invitations/<int:invitation_id>/decline")
@access("invitation.answer")
def decline(invitation_id: int) -> Response:
    found, person = _mine(invitation_id), _person()
    return pressed(
        lambda: inviting.decline(db.session(), principal().actor, found, person),
        gettext("已谢绝邀请。"),
        url_for("invitations.mine"),
    )


def _person() -> Person:
    return queries.person(principal().person or 0) or abort(404)


def _invitation(invitation_id: int) -> Invitation:
    return queries.invitation(invitation_id) or abort(404)


def _mine(invitation_id: int) -> Invitation:
    """Return an invitation to the present reader's address; other people's are not there."""
    found = _invitation(invitation_id)
    if not rules.same_address(found.email, _person().email):
        raise NotFoundError
    return found
