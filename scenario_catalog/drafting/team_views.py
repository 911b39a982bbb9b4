"""Working on a need together: asking for approval, who looks after it, the operator's comments; and similar scenarios."""

from flask import Response, abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, may, me, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from retrieval.embedder import ready
from scenario_catalog import queries as catalog
from scenario_catalog.drafting import operations, presenting, queries
from scenario_catalog.drafting.content import searched
from scenario_catalog.drafting.operations import Entry, present
from scenario_catalog.drafting.routes import BELOW, blueprint, done, load, refused
from scenario_catalog.models import Scenario
from scenario_catalog.operations import EDITABLE
from scenario_catalog.similarity.matcher import similar_to_text, suggested_articles


@blueprint.post(f"{BELOW}/request")
@access("draft.edit")
def request_approval(scenario_id: int) -> BaseResponse:
    found = load(scenario_id)
    try:
        operations.request_approval(db.session(), principal().actor, found)
    except InvalidInputError as error:
        return refused(error, scenario_id)
    return done(_("已请审批人提交；审批人会在工作台看到"), scenario_id)


@blueprint.post(f"{BELOW}/request/withdraw")
@access("draft.edit")
def withdraw_request(scenario_id: int) -> BaseResponse:
    operations.withdraw_request(db.session(), principal().actor, load(scenario_id))
    return done(_("已撤回提交请求"), scenario_id)


@blueprint.post(f"{BELOW}/responsible")
@access("draft.edit")
def assign(scenario_id: int) -> BaseResponse:
    found, person = load(scenario_id), request.form.get("person", "", type=str)
    try:
        chosen = int(person) if person.isascii() and person.isdigit() and len(person) < len("1000000000") else 0
        operations.assign(db.session(), principal().actor, found, chosen)
    except InvalidInputError as error:
        return refused(error, scenario_id, "team")
    return done(_("已更换负责人"), scenario_id, "team")


@blueprint.post(f"{BELOW}/comments/<int(max=999999999):comment_id>")
@access("draft.edit")
def resolve(scenario_id: int, comment_id: int) -> BaseResponse:
    """Tick a comment of the operator off, or take the tick back."""
    comment = queries.comment(scenario_id, comment_id) or abort(404)
    operations.resolve(db.session(), principal().actor, comment, done=request.form.get("done") == "1")
    return done(_("已标记"), scenario_id, f"field-{comment.field}")


@blueprint.get(f"{BELOW}/similar")
@access("draft.read")
def similar(scenario_id: int) -> Response:
    """Show what the text so far is like, and the articles of the plan that it may serve."""
    found, can_compare = load(scenario_id), ready()  # asked first: it may become so meanwhile
    content = present(found)
    texts = searched(content)
    alike = similar_to_text(texts, exclude=found.number or "", count=3)
    cards = {card.number: card for card in catalog.cards_numbered([one.number for one in alike])}
    known = {article.ordinal: article for article in presenting.articles()}
    suggested = [(one, known[one.ordinal]) for one in suggested_articles(texts, 3) if one.ordinal in known]
    return render(
        "drafting/similar.html",
        fragment="similar",
        scenario=found,
        alike=[(one, cards[one.number]) for one in alike if one.number in cards],
        suggested=suggested,
        ticked=content["articles"],
        may_add=_may_add(found),
        can_compare=can_compare,
    )


@blueprint.post(f"{BELOW}/articles")
@access("draft.edit")
def add_article(scenario_id: int) -> BaseResponse:
    """Tick a suggested article."""
    found, content = load(scenario_id), None
    article = request.form.get("article", "")
    content = present(found)
    content["articles"] = [*content["articles"], article]
    if article not in {str(one.ordinal) for one in presenting.articles()}:
        return refused(InvalidInputError(_("行动方案没有这一条")), scenario_id, "articles")
    entry = Entry(me(), found.revision, content)
    operations.save(db.session(), principal().actor, found, entry, presenting.terms())
    return done(_("已加入关联条款"), scenario_id, "field-articles")


def _may_add(found: Scenario) -> bool:
    return found.status in EDITABLE and may("draft.edit", scenario_id=found.id)
