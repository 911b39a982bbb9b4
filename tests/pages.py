"""A page client that lints whatever it fetches: valid HTML, one h1, title, lang, unique ids, labels, no inline code."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from justhtml import JustHTML
from werkzeug.test import TestResponse

from accounts import queries
from accounts.access import sign_ins
from accounts.access.models import Person
from accounts.models import Organisation
from core.extensions import db

LABELLED = {"input", "select", "textarea"}


def elements(node: Any) -> Iterator[Any]:
    """Yield every element below `node`, in document order."""
    for child in getattr(node, "children", None) or []:
        if not getattr(child, "name", "#").startswith(("#", "!")):
            yield child
        yield from elements(child)


def problems(html: str, *, fragment: bool = False) -> list[str]:
    """Return what is wrong with a page (or a fragment of one), a line each."""
    document = JustHTML(html, collect_errors=True, fragment=fragment, sanitize=False)
    found = [f"html: {error}" for error in document.errors]
    nodes = list(elements(document.root))
    found += _identifiers(nodes) + _inline(nodes) + _labels(nodes) + _images(nodes)
    return found if fragment else found + _page(nodes)


def _text(node: Any) -> str:
    return str(node.to_text()).strip()


def _page(nodes: list[Any]) -> list[str]:
    found = []
    for name, wanted in (("h1", 1), ("title", 1), ("main", 1)):
        count = sum(node.name == name for node in nodes)
        if count != wanted:
            found.append(f"{count} <{name}> instead of {wanted}")
    if not any(node.name == "html" and node.attrs.get("lang") for node in nodes):
        found.append("<html> has no lang")
    found += [f"<{node.name}> is empty" for node in nodes if node.name in {"h1", "title"} and not _text(node)]
    return found


def _identifiers(nodes: list[Any]) -> list[str]:
    ids = Counter(node.attrs["id"] for node in nodes if node.attrs.get("id"))
    found = [f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1]
    for node in nodes:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            found += [
                f"{attribute}={name!r} points nowhere"
                for name in (node.attrs.get(attribute) or "").split()
                if name not in ids
            ]
    return found


def _inline(nodes: list[Any]) -> list[str]:
    found = [
        f"<{node.name}> has inline {name}"
        for node in nodes
        for name in node.attrs
        if name == "style" or name.startswith("on")
    ]
    return found + [f"inline <{node.name}>" for node in nodes if _is_inline(node)]


def _is_inline(node: Any) -> bool:
    if node.name == "script":
        return not node.attrs.get("src") and "json" not in (node.attrs.get("type") or "")
    return bool(node.name == "style")


def _labels(nodes: list[Any]) -> list[str]:
    targets = {node.attrs.get("for") for node in nodes if node.name == "label"}
    wrapped = {id(inner) for node in nodes if node.name == "label" for inner in elements(node)}
    found = []
    for node in nodes:
        if node.name not in LABELLED or (node.attrs.get("type") or "").lower() in {"hidden", "submit", "button"}:
            continue
        if not (
            node.attrs.get("aria-label")
            or node.attrs.get("aria-labelledby")
            or node.attrs.get("id") in targets
            or id(node) in wrapped
        ):
            found.append(f"<{node.name} name={node.attrs.get('name')!r}> has no label")
    found += [f"<{node.name}> says nothing" for node in nodes if node.name in {"button", "a"} and not _says(node)]
    return found


def _says(node: Any) -> bool:
    return bool(_text(node) or node.attrs.get("aria-label") or any(inner.attrs.get("alt") for inner in elements(node)))


def _images(nodes: list[Any]) -> list[str]:
    return [
        f"<img src={node.attrs.get('src')!r}> has no alt"
        for node in nodes
        if node.name == "img" and "alt" not in node.attrs
    ]


class FreshClient(FlaskClient):
    """Forgets between requests what a request kept in `g`, where a test holds an application context open."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        if has_app_context():
            for name in list(g):
                g.pop(name)
        return super().open(*args, **options)


class PageClient:
    """Fetches like a reader, and fails the test when a page is not well made."""

    def __init__(self, app: Flask) -> None:
        self.raw = FreshClient(app, app.response_class, use_cookies=True)

    def sign_in(self, person: Person, organisation: Organisation | None = None) -> "PageClient":
        """Be this person from now on, acting for `organisation`, or the first the person belongs to."""
        token = sign_ins.begin(db.session(), person, "Chrome · Linux", "127.0.0.1")
        memberships = db.session.scalars(queries.memberships_of(person.id)).all()
        acting = [found.id for found in memberships if organisation is None or found.organisation_id == organisation.id]
        assert acting or organisation is None, "the person does not belong to that organisation"
        identifier = person.fs_uniquifier
        db.session.commit()
        with self.raw.session_transaction() as cookie:
            cookie.update(_user_id=identifier, _fresh=True, fs_paa=time.time(), sign_in=token)
            cookie["acting"] = acting[0] if acting else None
        return self

    def sign_out(self) -> "PageClient":
        with self.raw.session_transaction() as cookie:
            cookie.clear()
        return self

    def get(self, path: str, *, status: int = 200, **options: Any) -> TestResponse:
        return self._checked(self.raw.get(path, **options), path, status)

    def post(self, path: str, data: Any = None, *, status: int = 200, **options: Any) -> TestResponse:
        return self._checked(self.raw.post(path, data=data, **options), path, status)

    def fragment(self, path: str, **options: Any) -> TestResponse:
        """Fetch as htmx does."""
        response = self.raw.get(path, headers={"HX-Request": "true"}, **options)
        assert response.status_code == 200, f"{path}: {response.status}"
        found = problems(response.get_data(as_text=True), fragment=True)
        found = [line for line in found if "points nowhere" not in line]
        assert not found, f"fragment {path}: {found}"
        assert "HX-Request" in response.headers["Vary"]
        return response

    def _checked(self, response: TestResponse, path: str, status: int) -> TestResponse:
        assert response.status_code == status, f"{path}: {response.status}, not {status}"
        if response.mimetype == "text/html" and not 300 <= status < 400:
            found = problems(response.get_data(as_text=True))
            assert not found, f"{path}: {found}"
            assert "unsafe" not in response.headers["Content-Security-Policy"]
        return response


def visible(response: TestResponse) -> str:
    """Return the text of a page, white space folded."""
    return re.sub(r"\s+", " ", JustHTML(response.get_data(as_text=True), sanitize=False).to_text())
