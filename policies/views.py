"""The reader: the list of documents, and a document article by article."""

from flask import Blueprint, Response, abort, request

from core import clock
from core.access import access
from core.web import paginate, render
from policies import queries
from policies.models import PolicyVersion
from policies.reading import read_mark, sections
from policies.rules import Validity, validity

blueprint = Blueprint("policies", __name__)


@blueprint.app_template_global()
def standing_of(version: PolicyVersion) -> Validity:
    """Return how a version's policy stands today."""
    document = version.document
    return validity(document.status, version.effective, version.expires, document.ended_on, clock.today())


@blueprint.get("/policies")
@access("read")
def index() -> Response:
    return render("policies/index.html", fragment="results", page=paginate(queries.listed(clock.today())))


@blueprint.get("/policies/<policy_id>")
@access("read")
def reader(policy_id: str) -> Response:
    """Show a version of a document; `article` and `mark` (start-end in its text) mark what was cited."""
    versions = queries.versions(policy_id)
    version = _version(versions)
    cited, mark = _citation(version)
    return render(
        "policies/reader.html",
        version=version,
        versions=versions,
        current=versions[0],
        mark_lost=mark is None and "mark" in request.args,
        sections=sections(version.articles, version.asides, cited, mark),
    )


def _version(versions: list[PolicyVersion]) -> PolicyVersion:
    """Return the version asked for, by default the newest. Aborts with 404."""
    wanted = request.args.get("version")
    found = [version for version in versions if wanted in {None, str(version.number)}]
    return found[0] if found else abort(404)


def _citation(version: PolicyVersion) -> tuple[int, tuple[int, int] | None]:
    """Return ordinal and place of the citation, None for a place that is not there. Aborts with 404 for no article."""
    wanted = request.args.get("article")
    if wanted is None:
        return 0, None
    article = next((article for article in version.articles if str(article.ordinal) == wanted), None) or abort(404)
    return article.ordinal, read_mark(request.args.get("mark", ""), len(article.text))
