"""Documents that repeat what the code says are generated and compared."""

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
