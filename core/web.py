"""Pages and fragments: one template serves both, and htmx's headers are known only here."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, current_app, make_response, render_template, request, url_for
from flask_babel import get_locale
from jinja2_fragments.flask import render_block
from markupsafe import Markup
from sqlalchemy import Select, func, select

from core.errors import InvalidInputError
from core.extensions import db, htmx

LARGE_PRINT = "large-print"


def wants_fragment() -> bool:
    """Tell whether htmx asked for a part of a page: not a boosted visit, not a restored history entry."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render(template: str, *, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render the page, or its block `fragment` when htmx asked for a part."""
    if fragment and wants_fragment():
        body = render_block(template, fragment, **context)
    else:
        body = render_template(template, **context)
    response = make_response(body, status)
    response.vary.add("HX-Request")
    return response


def attempt(act: Callable[[], object]) -> list[str]:
    """Do it and commit; returns why it cannot be done, with everything taken back, or nothing once it is done."""
    try:
        act()
    except InvalidInputError as error:
        db.session.rollback()
        return error.problems
    db.session.commit()
    return []


def fixed(template: str) -> Markup:
    """Return the HTML of a template that depends on the site and its language only, rendered once for each."""
    known: dict[tuple[str, ...], Markup] = current_app.extensions.setdefault("fixed", {})
    key = (template, str(get_locale()), request.script_root)
    if key not in known or current_app.debug:
        known[key] = Markup(render_template(template))  # noqa: S704 - a template's own output
    return known[key]


def large_print() -> bool:
    """Tell whether this reader chose the large-print edition."""
    return request.cookies.get(LARGE_PRINT) == "1"


@dataclass(frozen=True)
class Page:
    """One page of a list: `number` counts from 1, `pages` is at least 1."""

    items: Sequence[Any]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    def window(self, around: int = 2) -> Iterator[int | None]:
        """Yield the page numbers to show; None stands for a gap."""
        previous = 0
        near = range(max(1, self.number - around), min(self.pages, self.number + around) + 1)
        for number in sorted({1, self.pages, *near}):
            if number > previous + 1:
                yield None
            yield number
            previous = number


def page_number() -> int:
    """Read `page` from the address. Aborts with 404 when it is no positive whole number."""
    raw = request.args.get("page", "1")
    if not re.fullmatch(r"[1-9]\d{0,8}", raw, re.ASCII):
        abort(404)
    return int(raw)


def paginate(query: Select[Any], size: int = 20, total: int | None = None) -> Page:
    """Load one page of `query`. Aborts with 404 for a page past the last."""
    number = page_number()
    if total is None:
        total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    if number > 1 and (number - 1) * size >= total:
        abort(404)
    items = db.session.scalars(query.limit(size).offset((number - 1) * size)).unique().all()
    return Page(items, number, size, total)


def url_with(**changes: Any) -> str:
    """Return the present address with these query parameters changed; None or an empty list removes one."""
    args: dict[str, Any] = request.args.to_dict(flat=False)
    args.update(changes)
    kept: Mapping[str, Any] = {key: value for key, value in args.items() if value not in (None, "", [])}
    return url_for(request.endpoint or "site.about", **(request.view_args or {}), **kept)
