"""The pages that belong to no feature, the error pages, and the headers every answer carries."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from core.access import access
from core.errors import ForbiddenError, NotFoundError
from core.web import LARGE_PRINT, large_print, render

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
YEAR = 365 * 24 * 3600

blueprint = Blueprint("site", __name__)


@blueprint.get("/about")
@access("read")
def about() -> Response:
    return render("site/about.html")


@blueprint.get("/privacy")
@access("read")
def privacy() -> Response:
    return render("site/privacy.html")


@blueprint.get("/accessibility")
@access("read")
def accessibility() -> Response:
    return render("site/accessibility.html")


@blueprint.get("/healthz")
@access("read")
def health() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.post("/large-print")
@access("read")
def toggle_large_print() -> BaseResponse:
    """Switch the large-print edition and go back to the page the reader was on."""
    response = redirect(_own_address(request.form.get("next", "")), HTTPStatus.SEE_OTHER)
    value = "0" if large_print() else "1"
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(LARGE_PRINT, value, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    return response


def _own_address(target: str) -> str:
    """Return `target` if it is a path of this site, else the home page: never an open redirect."""
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if local and target.isprintable() else url_for("catalog.home")


def setup(app: Flask) -> None:
    """Register error pages and headers."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotFoundError, lambda _error: _error_page(HTTPStatus.NOT_FOUND))
    app.register_error_handler(ForbiddenError, lambda _error: _error_page(HTTPStatus.FORBIDDEN))
    app.register_error_handler(CSRFError, lambda _error: _error_page(HTTPStatus.FORBIDDEN))
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_headers)
    app.context_processor(lambda: {"ui": app.jinja_env.get_template("macros.html").module})


def _http_error(error: HTTPException) -> BaseResponse:
    if error.response is not None:
        return error.get_response()
    code = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    response = _error_page(code)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> BaseResponse:
    current_app.logger.error("unexpected error at %s", request.path, exc_info=error)
    if current_app.config["PROPAGATE_EXCEPTIONS"] or current_app.testing:
        raise error
    return _error_page(HTTPStatus.INTERNAL_SERVER_ERROR)


def _error_page(code: HTTPStatus) -> Response:
    return render("site/error.html", status=code, code=int(code))


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-cache")
        response.vary.add("Cookie")
    return response
