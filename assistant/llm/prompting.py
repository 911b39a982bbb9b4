"""What a model is given: a prompt of a version, the question, and the articles that may answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from assistant.corpus import Corpus, Entry

PROMPTS = Path(__file__).with_name("prompts")
# A changed text is a new file: answers are stored with the name of the prompt that led to them.
CURRENT = "claims-1"
MOST_ARTICLES, MOST_CHARACTERS = 6, 6000


@dataclass(frozen=True)
class Prompt:
    """A prompt by its name, which ends in its version."""

    name: str
    system: str
    user: Template

    def messages(self, question: str, articles: Sequence[Entry]) -> list[tuple[str, str]]:
        """Return the conversation that a model is to go on with: pairs of role and text."""
        given = "\n\n".join(f'<article id="{one.ordinal}">\n{one.text.strip()}\n</article>' for one in articles)
        return [("system", self.system), ("user", self.user.substitute(question=question, articles=given))]


@cache
def prompt(name: str = CURRENT) -> Prompt:
    """Return a prompt. Raises FileNotFoundError for a name that there is none of."""
    text = (PROMPTS / f"{name}.md").read_text(encoding="utf-8")
    system, user = text.removeprefix("## system").split("\n## user\n")
    return Prompt(name, system.strip(), Template(user.strip()))


def articles_for(corpus: Corpus, ordinals: Sequence[int]) -> list[Entry]:
    """Return the first of these articles, each once, as many as a model reads with care."""
    found, size = list[Entry](), 0
    for ordinal in dict.fromkeys(ordinals):
        entry = corpus.articles[ordinal]
        size += len(entry.text)
        if found and (len(found) == MOST_ARTICLES or size > MOST_CHARACTERS):
            break
        found.append(entry)
    return found
