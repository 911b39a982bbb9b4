"""Two people at one need: both texts field by field, and the versions that were kept."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, me, principal
from core.extensions import db
from core.web import render
from scenario_catalog.drafting import conflicts, operations, presenting, queries
from scenario_catalog.drafting.content import whole
from scenario_catalog.drafting.forms import DraftForm
from scenario_catalog.drafting.operations import Entry, Outcome, present
from scenario_catalog.drafting.routes import BELOW, blueprint, done, load, to
from scenario_catalog.models import Scenario, ScenarioVersion
from scenario_catalog.operations import EDITABLE

NOT_RESTORED: Mapping[Outcome, Any] = {
    Outcome.UNCHANGED: _l("这一稿与现在的文字完全一样，没有改动"),
    Outcome.CONFLICT: _l("别人刚刚改了这份需求，没有恢复。请核对下面的改动，再决定是否恢复"),
    Outcome.MOVED_ON: _l("这份需求已经提交或状态已变，现在不能恢复"),
}


@blueprint.get(f"{BELOW}/conflict")
@access("draft.edit")
def conflict(scenario_id: int) -> BaseResponse:
    """Show the present text beside what the reader typed from an older one."""
    found = load(scenario_id)
    mine = queries.set_aside(scenario_id, me())
    return _page(found, mine) if mine else to(scenario_id)


@blueprint.post(f"{BELOW}/conflict")
@access("draft.edit")
def merge(scenario_id: int) -> BaseResponse:
    """Save the text that comes of the picks; if somebody saved again meanwhile, both are shown again."""
    found = load(scenario_id)
    mine = queries.set_aside(scenario_id, me())
    if mine is None:
        return to(scenario_id)
    picks = {name: request.form.get(f"pick-{name}", "") for name in whole({})}
    texts = {name: request.form[f"text-{name}"] for name in whole({}) if f"text-{name}" in request.form}
    chosen = conflicts.merged(present(found), mine.content, picks, texts)
    entry = Entry(me(), DraftForm(()).began_from, chosen)
    outcome = operations.save(db.session(), principal().actor, found, entry, presenting.terms())
    if outcome is Outcome.UNCHANGED:
        operations.settle(db.session(), principal().actor, found, me())
    if outcome in {Outcome.SAVED, Outcome.UNCHANGED}:
        return done(_("已合并并保存；两份原文都留在“历次版本”里"), scenario_id)
    db.session.commit()
    return _page(found, mine, HTTPStatus.CONFLICT)


@blueprint.get(f"{BELOW}/versions")
@access("draft.read")
def versions(scenario_id: int) -> Response:
    """Show the versions of a need, and what was changed since one of them."""
    found, kept = load(scenario_id), queries.versions(scenario_id)
    asked = request.args.get("since", "")
    chosen = next((one for one in kept if str(one.number) == asked), None) if asked else _older(kept)
    if asked and chosen is None:
        abort(404)
    diff = presenting.changes(chosen.content, present(found)) if chosen else []
    shown: dict[str, Any] = {"versions": kept, "chosen": chosen, "diff": diff, "name": presenting.version_name}
    return render("drafting/versions.html", scenario=found, editable=found.status in EDITABLE, **shown)


@blueprint.post(f"{BELOW}/versions/<int(max=999999999):number>/restore")
@access("draft.edit")
def restore(scenario_id: int, number: int) -> BaseResponse:
    """Take a version's text as the present one, unless somebody saved since the page was opened."""
    found = load(scenario_id)
    chosen = next((one for one in queries.versions(scenario_id) if one.number == number), None) or abort(404)
    entry = Entry(me(), DraftForm(()).began_from, chosen.content)
    outcome = operations.restore(db.session(), principal().actor, found, entry, presenting.terms())
    if outcome is Outcome.SAVED:
        return done(_("已恢复第 %(n)s 稿；恢复前的文字留在“历次版本”里", n=number), scenario_id)
    db.session.rollback()
    flash(NOT_RESTORED[outcome], "error")
    return to(scenario_id, endpoint="drafting.versions", since=number)


def _older(kept: Sequence[ScenarioVersion]) -> ScenarioVersion | None:
    """Return the version to compare with when none is asked for: the last submitted, else the one before."""
    found = [one for one in kept if not one.aside]
    sealed = next((one for one in found[1:] if one.sealed), None)
    return sealed or (found[1] if len(found) > 1 else None)


def _before(found: Scenario) -> dict[str, Any] | None:
    """Return the text before the present one: what both began from, unless one saved more than once."""
    earlier = [one for one in queries.versions(found.id) if not one.aside][1:2]
    return earlier[0].content if earlier else None


def _page(found: Scenario, mine: ScenarioVersion, status: int = HTTPStatus.OK) -> Response:
    head = queries.head(found.id)
    return render(
        "drafting/conflict.html",
        status=status,
        scenario=found,
        mine=mine,
        theirs=head,
        name=presenting.version_name(head) if head else "",
        differences=conflicts.differences(present(found), mine.content, presenting.terms(), _before(found)),
    )
