"""What a model is given: a prompt of a version, the question, and the articles of each document that may answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template, ascii_uppercase

from assistant.corpus import Corpus, Entry

PROMPTS = Path(__file__).with_name("prompts")
# A changed text is a new file: answers are stored with the name of the prompt that led to them.
CURRENT = "claims-2"
MOST_ARTICLES, MOST_CHARACTERS = 6, 6000
# Of several documents each has room for so many articles at least.
FEWEST_ARTICLES = 2


@dataclass(frozen=True)
class Source:
    """A document as a model is given it: under a letter, with the articles that may answer.

    `title` goes with what is quoted from it, "" where there is no other document to take it for.
    """

    letter: str
    title: str
    corpus: Corpus
    articles: tuple[Entry, ...]

    def written(self) -> str:
        articles = "\n".join(f'<article id="{one.ordinal}">\n{one.text.strip()}\n</article>' for one in self.articles)
        return f'<document id="{self.letter}">\n《{self.corpus.title}》\n{articles}\n</document>'


@dataclass(frozen=True)
class Prompt:
    """A prompt by its name, which ends in its version."""

    name: str
    system: str
    user: Template

    def messages(self, question: str, sources: Sequence[Source]) -> list[tuple[str, str]]:
        """Return the conversation that a model is to go on with: pairs of role and text."""
        given = "\n\n".join(one.written() for one in sources)
        return [("system", self.system), ("user", self.user.substitute(question=question, documents=given))]


@cache
def prompt(name: str = CURRENT) -> Prompt:
    """Return a prompt. Raises FileNotFoundError for a name that there is none of."""
    text = (PROMPTS / f"{name}.md").read_text(encoding="utf-8")
    system, user = text.removeprefix("## system").split("\n## user\n")
    return Prompt(name, system.strip(), Template(user.strip()))


def sources(found: Sequence[tuple[Corpus, str, Sequence[int]]]) -> tuple[Source, ...]:
    """Return documents, each given with its title and the articles it may answer by, best first, as a model is given them."""
    few = 1 / len(found)
    return tuple(
        Source(letter, title, corpus, tuple(_articles(corpus, ordinals, few)))
        for letter, (corpus, title, ordinals) in zip(ascii_uppercase, found, strict=False)
    )


def _articles(corpus: Corpus, ordinals: Sequence[int], share: float) -> list[Entry]:
    """Return the first of these articles, each once, as many as a model reads with care; a share of that is for this document."""
    most, found, size = max(FEWEST_ARTICLES, round(MOST_ARTICLES * share)), list[Entry](), 0
    for ordinal in dict.fromkeys(ordinals):
        entry = corpus.articles[ordinal]
        size += len(entry.text)
        if found and (len(found) == most or size > MOST_CHARACTERS * share):
            break
        found.append(entry)
    return found
