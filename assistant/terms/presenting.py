"""What the desk shows of words: in how many sentences of the policies each form stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from assistant import queries
from assistant.corpus import Corpus
from assistant.glossary import shipped
from assistant.terms import current, rules
from assistant.terms.rules import Entry, Word
from core.extensions import db
from core.web import Page, page_number
from policies import queries as policies

SIZE = 30


@dataclass(frozen=True)
class Listed:
    """A page of words of one language, narrowed by a text and a state, with how many there are in each state."""

    language: str
    text: str
    state: str
    sizes: Mapping[str, int]
    page: Page
    counts: Mapping[str, int]
    languages: Mapping[str, Any] = field(default_factory=lambda: rules.LANGUAGES)
    states: Mapping[str, Any] = field(default_factory=lambda: rules.STATES)


def listed() -> Listed:
    """Return the page of words that the address asks for; a page past the last is the last."""
    text, state = request.args.get("q", "").strip(), request.args.get("state", "")
    language = language_of(request.args.get("language", ""))
    found = rules.matching(entries(language), text, "")
    chosen = [one for one in found if state in {"", one.state}]
    number = min(page_number(), max(1, -(-len(chosen) // SIZE)))
    page = Page(chosen[(number - 1) * SIZE : number * SIZE], number, SIZE, len(chosen))
    sizes = {code: sum(one.state == code for one in found) for code in rules.STATES}
    return Listed(language, text, state, sizes, page, counts([form for one in page.items for form in one.word.forms]))


def entries(language: str) -> list[Entry]:
    """Return every word of a language as it is in use."""
    return rules.entries(rules.of(shipped(), language), language, current.words(db.session(), language))


def entry(language: str, word: str) -> Entry | None:
    return next((one for one in entries(language) if one.word.word == word), None)


def language_of(code: str) -> str:
    """Return a language, Chinese for what is none."""
    return code if code in rules.LANGUAGES else rules.ZH


def corpora() -> list[Corpus]:
    """Return the current text of every policy that may be answered from."""
    versions = db.session.scalars(policies.answerable()).all()
    found = [queries.corpus_of(one.document_id) for one in versions]
    return [one for one in found if one is not None]


def counts(forms: Sequence[str]) -> dict[str, int]:
    """Return in how many sentences of the policies each form stands."""
    known = corpora()
    return {form: sum(corpus.frequency(form) for corpus in known) for form in dict.fromkeys(forms)}


def typed(word: Word) -> dict[str, str]:
    """Return a word as its form has it."""
    return {"language": word.language, "word": word.word, "forms": " ".join(word.forms), "note": word.note}
