"""Who may do what: one table of verb × role × ownership, one decorator, and a hook that refuses what it does not know.

Rooms declare rows, app.py joins them. A view names its verb; nothing is served that names none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from core.audit import Actor
from core.errors import ForbiddenError, NotFoundError

ANYONE = "anyone"
SIGNED_IN = "signed-in"

# Kept with the request, not in `g`: that lives as long as an application context, which may see several requests.
PRINCIPAL = "marketplace.principal"

# Returns the id of the organisation that the thing an address names belongs to; None when there is no such thing.
Owner = Callable[..., int | None]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """A row of the table.

    With `owner`, only the organisation that it returns for the address's values may; `verified` asks for an
    organisation that the operator has verified.
    """

    verb: str
    label: str
    roles: frozenset[str]
    owner: Owner | None = None
    verified: bool = False


@dataclass(frozen=True)
class Principal:
    """Who makes the request, acting for which organisation. `id` is the person's pseudonym, "" for nobody."""

    id: str = ""
    person: int | None = None
    name: str = ""
    role: str = ANYONE
    organisation: int | None = None
    organisation_name: str = ""
    verified: bool = False

    @property
    def roles(self) -> frozenset[str]:
        return frozenset({ANYONE, SIGNED_IN, self.role}) if self.id else frozenset({ANYONE})

    @property
    def actor(self) -> Actor:
        """What operations and the audit log know of the person."""
        return Actor(self.id, self.role, str(self.organisation or ""))


NOBODY = Principal()


def access(verb: str) -> Callable[[View], View]:
    """Name the verb of a view: the rows of that verb decide who is let in."""

    def mark(view: View) -> View:
        view.access_verb = verb  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return mark


def principal() -> Principal:
    """Return who makes this request."""
    if PRINCIPAL not in request.environ:
        request.environ[PRINCIPAL] = current_app.extensions["identify"]()
    found: Principal = request.environ[PRINCIPAL]
    return found


def look_again() -> None:
    """Let the rest of this request see who it is now: somebody was signed in or out."""
    request.environ.pop(PRINCIPAL, None)


def me() -> int:
    """Return the row id of the person who makes this request. Aborts with 401 for nobody."""
    return principal().person or abort(HTTPStatus.UNAUTHORIZED)


def rows(verb: str) -> Sequence[Access]:
    """Return the rows of a verb; none for a verb nobody declared."""
    table: Mapping[str, Sequence[Access]] = current_app.extensions["access"]
    return table.get(verb, ())


def may(verb: str, **values: Any) -> bool:
    """Tell whether the present reader may do `verb` with the thing that `values` name, as a view's address would."""
    return decide(rows(verb), principal(), values) is None


def decide(found: Iterable[Access], who: Principal, values: Mapping[str, Any]) -> int | None:
    """Return None where a row lets `who` in, else the HTTP status of the refusal.

    401: sign in first; 403: not with this role or not yet verified; 404: not there, or another organisation's.
    """
    own = [row for row in found if row.roles & who.roles]
    if not own:
        return HTTPStatus.FORBIDDEN if who.id else HTTPStatus.UNAUTHORIZED
    reached = [row for row in own if row.owner is None or _owns(row.owner, who, values)]
    if not reached:
        return HTTPStatus.NOT_FOUND
    return None if any(who.verified or not row.verified for row in reached) else HTTPStatus.FORBIDDEN


def verb_of(app: Flask, endpoint: str) -> str:
    """Return the verb of an endpoint, "" if it declares none; Flask's own endpoint of static files cannot be marked."""
    own: str = getattr(app.view_functions[endpoint], "access_verb", "")
    return "read" if endpoint == "static" else own


def join(app: Flask, table: Iterable[Access]) -> None:
    """Make the rooms' rows the application's table, and refuse every request that it does not allow."""
    joined: dict[str, list[Access]] = {}
    for row in table:
        joined.setdefault(row.verb, []).append(row)
    app.extensions.setdefault("identify", lambda: NOBODY)
    app.extensions.setdefault("sign_in", "site.about")
    app.extensions["access"] = joined
    app.before_request(_enforce)


def _owns(owner: Owner, who: Principal, values: Mapping[str, Any]) -> bool:
    found = owner(**values)
    return found is not None and found == who.organisation


def _enforce() -> Response | None:
    if request.endpoint is None:
        return None
    found = rows(verb_of(current_app, request.endpoint))
    if any(ANYONE in row.roles and row.owner is None for row in found):
        return None
    refusal = decide(found, principal(), request.view_args or {})
    if refusal == HTTPStatus.UNAUTHORIZED and request.method in {"GET", "HEAD"}:
        return _to_sign_in()
    if refusal == HTTPStatus.UNAUTHORIZED:
        abort(HTTPStatus.UNAUTHORIZED)
    if refusal == HTTPStatus.FORBIDDEN:
        raise ForbiddenError
    if refusal:
        raise NotFoundError
    return None


def sign_in_url() -> str:
    """Return where one signs in to come back to the present address."""
    return url_for(current_app.extensions["sign_in"], next=request.full_path.rstrip("?"))


def _to_sign_in() -> Response:
    target = sign_in_url()
    if request.headers.get("HX-Request"):
        return Response(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": target})
    return redirect(target, HTTPStatus.SEE_OTHER)
