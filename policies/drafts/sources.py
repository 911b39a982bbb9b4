"""What a file gives before anybody has said what its paragraphs are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from policies.drafts.rules import Paragraph


@dataclass(frozen=True)
class Source:
    """A paragraph as it stands in a file; `level` is 0 for a title, 1 to 6 for a heading, None for plain text."""

    text: str
    level: int | None = None


@dataclass(frozen=True)
class Reading:
    """A file that was read: its paragraphs, what its front matter says, and what was left out or changed, in words.

    `settled` are the paragraphs of a file that says itself what each is.
    """

    sources: Sequence[Source] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    notices: Sequence[str] = ()
    settled: Sequence[Paragraph] = ()
