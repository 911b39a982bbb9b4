"""The translations that templates use, looked up once a request and not once a word."""

from typing import Any

from flask import Flask, g
from flask_babel import get_translations


def install(app: Flask) -> None:
    """Make `_` and `{% trans %}` of templates use `translations`; call it after flask-babel is bound."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension that flask-babel adds
        lambda text: translations().ugettext(text),
        lambda one, many, n: translations().ungettext(one, many, n),
        newstyle=True,
        pgettext=lambda context, text: translations().upgettext(context, text),
        npgettext=lambda context, one, many, n: translations().unpgettext(context, one, many, n),
    )
    # Jinja's own `_` looks `gettext` up for each word.
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]


def translations() -> Any:
    """Return the translations of the present locale, also inside flask-babel's `force_locale`."""
    babel = g.get("_flask_babel")
    known = getattr(babel, "wording", None)
    if known is None or known[0] is not babel.babel_locale:
        found = get_translations()
        babel = g.get("_flask_babel")
        known = babel.wording = (babel.babel_locale, found)
    return known[1]
