"""What an opened bid says, with its names or without. Plain values only."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from marketplace.calls.rules import Terms
from marketplace.evaluation.rules import without_names

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Proposal:
    """A bid's texts for a reader: (title, text) of each section, the team, and its files (name, media type, size)."""

    sections: Sequence[tuple[str, str]]
    team: str
    files: Sequence[tuple[str, str, int]]


def proposal(content: Content, terms: Terms, names: Sequence[str] | None = None) -> Proposal:
    """Return what a bid says; with `names` these are covered and files are only numbered, as evaluators see them."""
    said: Mapping[str, str] = content.get("sections", {})
    titles = {one.key: one.title for one in terms.sections}
    order = [*titles, *(key for key in said if key not in titles)]
    cover: Callable[[str], str] = (lambda text: without_names(text, names)) if names is not None else str
    sections = [(titles.get(key, key), cover(said[key])) for key in order if said.get(key)]
    files = [
        (str(file["name"]) if names is None else numbered(file, place), str(file["media_type"]), int(file["size"]))
        for place, file in enumerate(files_of(content), 1)
    ]
    return Proposal(sections, cover(str(content.get("team", ""))), files)


def files_of(content: Content) -> list[Mapping[str, Any]]:
    """Return the files of a bid as its content lists them."""
    return [*content.get("files", ())]


def numbered(file: Mapping[str, Any], place: int) -> str:
    """Return what a file is called where its own name might tell whose it is: 附件 1.pdf."""
    return f"附件 {place}{ending(file)}"


def ending(file: Mapping[str, Any]) -> str:
    """Return the extension of a file's name with its dot, in small letters; "" for an odd one."""
    suffix = PurePath(str(file["name"])).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""
