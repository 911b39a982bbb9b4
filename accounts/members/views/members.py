"""The own organisation and its members."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask import session as browser
from flask_babel import gettext
from werkzeug.wrappers import Response

from accounts import queries as accounts
from accounts.members import inviting, operations, queries, rules
from accounts.members.forms import ClaimForm, DetailsForm, InviteForm, RegisterForm, SuccessorForm
from accounts.members.views.deeds import done, pressed, status_of
from accounts.members.views.desk import ACTING
from accounts.models import Membership, Organisation
from accounts.rules import ROLES
from core.access import access, principal
from core.errors import NotFoundError
from core.extensions import db, limiter
from core.registry import Holding, Room
from core.web import render

blueprint = Blueprint("members", __name__)


def own() -> Organisation:
    """Return the organisation that the present reader acts for."""
    return queries.organisation(principal().organisation or 0) or abort(404)


def shown_name(membership: Membership) -> str:
    """Return what a member is called; who gave no name goes by the e-mail address."""
    return membership.person.name or membership.person.email


@blueprint.route("/desk/register", methods=["GET", "POST"])
@access("organisation.register")
@limiter.limit("20 per hour", methods=["POST"])
def register() -> Response:
    form = RegisterForm()
    who = principal()

    def deed() -> None:
        founder = operations.register(db.session(), who.actor, form.kind.data, form.details, who.person or 0)
        browser[ACTING] = founder.id

    if done(form, deed):
        flash(gettext("“%(name)s”已注册，您是管理员。下一步请申请认证。", name=form.name.data))
        return redirect(url_for("verification.own"), HTTPStatus.SEE_OTHER)
    taken = db.session.scalar(accounts.named(form.name.data or "")) if form.errors else None
    free = taken if taken and db.session.scalar(queries.unclaimed(taken.id)) else None
    return render("members/register.html", status=status_of(form), form=form, taken=taken, free=free)


@blueprint.route("/desk/register/claims/<code>", methods=["GET", "POST"])
@access("organisation.register")
@limiter.limit("10 per hour", methods=["POST"])
def claim(code: str) -> Response:
    """Ask the operator for an organisation that is listed, and that nobody looks after."""
    organisation = accounts.organisation_by_code(code)
    if organisation is None:
        raise NotFoundError
    form, who = ClaimForm(), principal()
    if done(form, lambda: inviting.claim(db.session(), who.actor, organisation, who.person or 0, form.note.data or "")):
        flash(gettext("认领申请已提交，运营方核实后会向您的邮箱发出邀请。"))
        return redirect(url_for("desk.home"), HTTPStatus.SEE_OTHER)
    return render("members/claim.html", status=status_of(form), form=form, organisation=organisation)


@blueprint.get("/desk/organisation")
@access("organisation.read")
def organisation() -> Response:
    return organisation_page(InviteForm(own().kind, formdata=None))


@blueprint.route("/desk/organisation/edit", methods=["GET", "POST"])
@access("organisation.edit")
def edit() -> Response:
    found = own()
    form = DetailsForm(obj=found)
    if done(form, lambda: operations.edit(db.session(), principal().actor, found, form.details)):
        flash(gettext("单位信息已保存。"))
        return redirect(url_for("members.organisation"), HTTPStatus.SEE_OTHER)
    return render("members/edit.html", status=status_of(form), form=form, organisation=found)


@blueprint.post("/desk/organisation/members/<int:membership_id>/role")
@access("member.manage")
def role(membership_id: int) -> Response:
    member, wanted = _member(membership_id), request.form.get("role", "")
    return pressed(
        lambda: operations.change_role(db.session(), principal().actor, member, wanted),
        gettext("“%(name)s”的角色已调整。", name=shown_name(member)),
        url_for("members.organisation"),
    )


@blueprint.route("/desk/organisation/members/<int:membership_id>/removal", methods=["GET", "POST"])
@access("member.manage")
def removal(membership_id: int) -> Response:
    """Remove a member, or pass on what one who has left still holds."""
    member = _member(membership_id)
    if member.person_id == principal().person and member.ended_at is None:
        return redirect(url_for("members.leave"), HTTPStatus.SEE_OTHER)
    deed = operations.pass_on if member.ended_at else operations.end
    return _going(member, deed, "members/removal.html", url_for("members.organisation"))


@blueprint.route("/desk/organisation/leave", methods=["GET", "POST"])
@access("member.leave")
def leave() -> Response:
    member = db.session.scalar(queries.membership_in(own().id, principal().person or 0))
    if member is None:
        raise NotFoundError
    return _going(member, operations.end, "members/leave.html", url_for("desk.home"))


def organisation_page(form: InviteForm) -> Response:
    """Render the own organisation, with the form of an invitation as it was filled in."""
    found = own()
    former = [each for each in db.session.scalars(queries.former_members(found.id)) if _held(each)]
    return render(
        "members/organisation.html",
        status=status_of(form),
        form=form,
        organisation=found,
        members=db.session.scalars(accounts.members_of(found.id)).all(),
        former=former,
        invitations=db.session.scalars(queries.unused_invitations(found.id)).all(),
        roles=rules.roles_given(found.kind),
        meanings=rules.MEANINGS,
    )


def _going(member: Membership, deed: Any, template: str, address: str) -> Response:
    """Show what a member holds and ask who takes it over, then let the member go."""
    present = db.session.scalars(accounts.members_of(member.organisation_id))
    others = [each for each in present if each.id != member.id and rules.takes_over(each.role)]
    form = SuccessorForm({each.id: f"{shown_name(each)}（{ROLES[each.role]}）" for each in others})
    held = _held(member)

    def go() -> None:
        successor = next((each for each in others if each.id == form.successor.data), None)
        deed(db.session(), principal().actor, member, successor, _holdings())

    if done(form, go):
        flash(gettext("已办理，相关事项已移交。") if held else gettext("已办理。"))
        return redirect(address, HTTPStatus.SEE_OTHER)
    return render(template, status=status_of(form), form=form, member=member, held=held, name=shown_name(member))


def _member(membership_id: int) -> Membership:
    return queries.membership(membership_id) or abort(404)


def _holdings() -> Sequence[Holding]:
    rooms: Sequence[Room] = current_app.extensions["rooms"]
    return [holding for room in rooms for holding in room.holdings]


def _held(member: Membership) -> list[tuple[str, int]]:
    return operations.held(db.session(), member, _holdings())
