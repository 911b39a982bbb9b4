"""The public pages of the list."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from core import clock
from core.access import access, principal
from core.city import city
from core.extensions import db
from core.web import page_number, paginate, render, wants_fragment
from policies import queries as policies
from scenario_catalog import listing as lists
from scenario_catalog import presenting, queries
from scenario_catalog.changes import changes
from scenario_catalog.filters import Filters
from scenario_catalog.models import Batch

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/")
@access("read")
def home() -> Response:
    newest = queries.newest_batch()
    landed, landed_demo = queries.landed()
    return render(
        "catalog/home.html",
        newest=newest,
        newest_cards=queries.first_cards(newest) if newest else [],
        domain_counts=lists.domain_counts(),
        status_counts=lists.status_counts(),
        landed=landed,
        landed_demo=landed_demo,
        shows_demo=lists.shows_demo(),
        status_of=presenting.shown_status,
    )


@blueprint.get("/targets/progress/<any(landed):counts>")
@access("read")
def target_progress(counts: str) -> Response:  # noqa: ARG001 - one thing is counted here so far
    """Say how far a target is that the marketplace itself counts: a piece of the targets board."""
    landed, demo = queries.landed()
    context: dict[str, Any] = {"landed": landed, "landed_demo": demo, "target": city().landing_target}
    return render("catalog/target_progress.html", fragment="progress", **context)


@blueprint.get("/scenarios")
@access("read")
def scenarios() -> Response:
    state = lists.state()
    filters = Filters.parse(request.args.to_dict(flat=False), state.table.vocabulary)
    found = lists.kept(
        state.html, filters, lambda: render_template("catalog/listing.html", listing=lists.listing(filters))
    )
    response = render("catalog/scenarios.html", fragment="listing", listing=found)
    if wants_fragment():
        number = page_number()
        response.headers["HX-Push-Url"] = request.path + filters.query_string(page=number if number > 1 else "")
    return response


@blueprint.get("/scenarios/<number>")
@access("read")
def scenario(number: str) -> Response:
    found = queries.scenario(number) or abort(404)
    shown = presenting.scenario_page(found, found.moves)
    return render("catalog/scenario.html", follows=queries.follows(principal().person, found), **shown)


@blueprint.get("/batches")
@access("read")
def batches() -> Response:
    page = paginate(queries.batches())
    return render("catalog/batches.html", fragment="results", page=page, sizes=queries.batch_sizes())


@blueprint.get("/batches/<int(max=999999999):number>")
@access("read")
def batch(number: int) -> Response:
    found = queries.batch(number) or abort(404)
    return render(
        "catalog/batch.html",
        fragment="results",
        batch=found,
        page=lists.rows_page(queries.cards_of_batch(found)),
        previous=queries.previous_batch(found),
        next=queries.next_batch(found),
        sections=_changes_around(found),
        corrigenda=queries.corrigenda_of_batch(found),
        status_of=presenting.shown_status,
    )


@blueprint.get("/agencies")
@access("read")
def agencies() -> Response:
    page = lists.rows_page(queries.public_agencies(), size=60)
    return render("catalog/agencies.html", fragment="results", page=page)


@blueprint.get("/agencies/<code>")
@access("read")
def agency(code: str) -> Response:
    found = queries.agency(code) or abort(404)
    page = lists.rows_page(queries.cards_of_agency(found))
    return render("catalog/agency.html", fragment="results", agency=found, page=page, status_of=presenting.shown_status)


@blueprint.get("/policies/<policy_id>/articles/<int(max=999999999):ordinal>/scenarios")
@access("read")
def article_scenarios(policy_id: str, ordinal: int) -> Response:
    """Show the scenarios of an article of the city's plan; to the reader, how many there are."""
    version = policies.current_version(policy_id)
    article = policies.article(version, ordinal) if version and policy_id == city().policy.id else None
    if article is None:
        abort(404)
    page = lists.rows_page(queries.scenarios_of_article(ordinal))
    shown: dict[str, Any] = {"version": version, "article": article, "page": page, "status_of": presenting.shown_status}
    # The reader asks for the count below an article; the page's own pagination asks for its rows.
    in_reader = wants_fragment() and request.headers.get("HX-Target") != "results"
    template, fragment = ("article_count.html", "count") if in_reader else ("article_scenarios.html", "results")
    return render(f"catalog/{template}", fragment=fragment, **shown)


def _changes_around(batch: Batch) -> list[tuple[str, Mapping[str, list[Any]]]]:
    """Return what changed from the batch before to this one and, for the newest, from this one until now."""
    previous, following = queries.previous_batch(batch), queries.next_batch(batch)
    published, found = batch.published_at, list[tuple[str, Mapping[str, list[Any]]]]()
    if published and not following:
        found.append((_("本批发布以来"), _changed(published, clock.now())))
    if published and previous and previous.published_at:
        found.append((_("与上一批发布时相比"), _changed(previous.published_at, published)))
    return found


def _changed(after: datetime, until: datetime) -> Mapping[str, list[Any]]:
    moves = db.session.execute(queries.moves_between(after, until)).all()
    deadlines = db.session.execute(queries.deadlines_published_by(until)).all()
    found = changes(moves, deadlines, after, until)
    return {status: queries.cards_numbered(numbers) for status, numbers in found.items()}
