"""Drafts and versions as the corpus desk shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from core.diffing import FieldDiff, diff_fields
from policies.drafts.checking import Problem, problems_of
from policies.drafts.comparing import compare_articles
from policies.drafts.composing import outline
from policies.drafts.forms import LABELS
from policies.drafts.rules import ABOUT, Paragraph
from policies.models import PolicyVersion
from policies.reading import Section, sections

LINE, MOST_LINES = 36, 24


@dataclass(frozen=True)
class Preview:
    """A draft as the reader will show it, what is odd about it, and how much it is."""

    sections: list[Section]
    problems: list[Problem]
    chapters: int
    articles: int

    @property
    def blocked(self) -> bool:
        return any(one.blocks for one in self.problems)


def preview(about: Mapping[str, str], paragraphs: Sequence[Paragraph]) -> Preview:
    """Return what the reader will show of a draft."""
    found = outline(paragraphs)
    chapters = {one.chapter for one in found.articles}
    return Preview(
        sections(found.articles, found.asides), problems_of(about, paragraphs), len(chapters), len(found.articles)
    )


def lines_of(text: str) -> int:
    """Return how many lines a field needs for a text."""
    return min(MOST_LINES, sum(-(-len(line) // LINE) or 1 for line in text.split("\n")))


def compare_versions(before: PolicyVersion, after: PolicyVersion) -> list[FieldDiff]:
    """Return what differs between two versions: front matter, text outside the articles, each article."""
    parts = [{**_said(one), "asides": _asides(one.asides)} for one in (before, after)]
    return [*diff_fields(parts[0], parts[1], _labels()), *compare_articles(before.articles, after.articles)]


def compare_draft(before: PolicyVersion, about: Mapping[str, str], paragraphs: Sequence[Paragraph]) -> list[FieldDiff]:
    """Return what a draft would change in a version."""
    found = outline(paragraphs)
    parts = [{**_said(before), "asides": _asides(before.asides)}, {**about, "asides": _asides(found.asides)}]
    return [*diff_fields(parts[0], parts[1], _labels()), *compare_articles(before.articles, found.articles)]


def _labels() -> dict[str, str]:
    return {**{name: str(LABELS[name]) for name in ABOUT if name != "id"}, "asides": _("条外文字")}


def _said(version: PolicyVersion) -> dict[str, str]:
    return {name: str(getattr(version, name) or "") for name in ABOUT if name != "id"}


def _asides(asides: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(one["text"] for one in asides)
