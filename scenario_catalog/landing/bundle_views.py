"""The evidence bundle, for the agency, the enterprises that did the work, and who watches over both."""

from flask import Response, send_file

from core.access import access
from core.extensions import limiter
from scenario_catalog.landing import bundling
from scenario_catalog.landing.routes import DESK, blueprint, load

BUNDLE_LIMIT = "20 per minute"


@blueprint.get(f"{DESK}/bundle.zip")
@access("landing.read")
@limiter.limit(BUNDLE_LIMIT)
def bundle(number: str) -> Response:
    """Send summary, files, and audit extract as one archive."""
    made, name = bundling.bundle(load(number)), f"{number}-evidence.zip"
    response = send_file(made, "application/zip", as_attachment=True, download_name=name, max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    return response
