"""How what the library asks for is rendered: its own way answers a refused form as if it were accepted."""

from http import HTTPStatus
from typing import Any

from flask import Response, render_template
from flask_wtf import FlaskForm

from core.web import render


def page(template: str, **context: Any) -> str | Response:
    """Render a page, with the status of a refused form, or the text of a message."""
    if template.endswith(".txt"):
        return render_template(template, **context)
    refused = any(isinstance(value, FlaskForm) and value.errors for value in context.values())
    return render(template, status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK, **context)
