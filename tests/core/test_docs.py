"""Documents that repeat what the code says are generated and compared."""

import pytest
from flask import Flask

from app import drawn
from core.settings import ROOT, Settings


def settings_table() -> str:
    rows = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace(str(ROOT), ".") if field.default != "" else "(empty)"
        rows.append(f"| `{name.upper()}` | `{default}` | {field.description} |")
    return "\n".join(rows)


def test_the_settings_page_lists_every_setting() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    assert settings_table() in text, f"put this table into docs/settings.md:\n{settings_table()}"


@pytest.mark.parametrize("name", ["access.md", "lifecycles.md"])
def test_what_is_drawn_from_the_tables_is_up_to_date(app: Flask, name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == drawn(app)[name], "run `flask --app app docs`"
