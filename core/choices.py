"""What a field of a form offers, as WTForms takes it."""

from collections.abc import Mapping
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs


def offered(words: Mapping[Any, Any]) -> list[Any]:
    """Return a choice for each value, with what people read, in their order."""
    return [SelectChoice(value, said) for value, said in words.items()]
