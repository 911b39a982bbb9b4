"""What a model wrote for a turn, as it is stored and shown: claims, each with its quote, and what became of the rest."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from assistant.answers import Citation, grouped

MARK = "AI 生成"


@dataclass(frozen=True)
class Claimed:
    """A verified claim."""

    text: str
    citation: Citation


@dataclass(frozen=True)
class Written:
    """The claims to show, how many were dropped, and why there are no more: "" when the model ended by itself.

    `author` and `number` are the model's name and filing number as people are told them, `prompt` the prompt's name.
    """

    author: str
    number: str
    prompt: str
    claims: tuple[Claimed, ...] = ()
    dropped: int = 0
    reason: str = ""

    @property
    def groups(self) -> list[tuple[str, list[Claimed]]]:
        """Return the claims of each document under its title, "" for the title where there is only one document."""
        return grouped(self.claims, lambda one: one.citation)

    @property
    def fell_back(self) -> bool:
        """Whether the excerpts must stand in: there is nothing else, or not all of it."""
        return bool(self.reason) or not self.claims

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self | None:
        """Return what is stored, None where no model was asked."""
        if not stored:
            return None
        claims = (Claimed(one["text"], Citation.from_stored(one["citation"])) for one in stored["claims"])
        return cls(**{**stored, "claims": tuple(claims)})
