"""What to ask next: questions that the document answers, made from its own words."""

import re
from collections.abc import Iterator, Sequence

from assistant.corpus import Corpus, Entry
from assistant.quantities import quantities
from assistant.ranking import Candidate

MOST = 3
LONGEST_NAME = 24
NAMED = re.compile(r"(?:实施|开展|对|给予)([\u3400-\u9fffA-Za-z+“”\"]{4,22}?(?:计划|工程|项目|名园|平台|基地))")


def examples(corpus: Corpus) -> list[str]:
    """Return questions to begin with: about money if the document has any, about a number, about an article."""
    money = [question for entry in corpus.articles.values() for question in _money(entry)]
    plain = [f"{name_of(entry)}有哪些安排？" for entry in corpus.articles.values() if not _has_money(entry)]
    return [*money[:1], *plain[2:3]] or plain[:2]


def following(corpus: Corpus, cited: Sequence[int], ranked: Sequence[Candidate], asked: str) -> list[str]:
    """Return questions that lead on from an answer that cited these articles."""
    found = list[str]()
    for ordinal in dict.fromkeys(cited):
        entry = corpus.articles[ordinal]
        found += [*_money(entry), f"{corpus.label_of(ordinal)}还规定了什么？"]
    near = (one.sentence.article for one in ranked if one.sentence.article not in cited)
    found += [f"{name_of(corpus.articles[ordinal])}有哪些安排？" for ordinal in list(dict.fromkeys(near))[:2]]
    return [question for question in dict.fromkeys(found) if question != asked][:MOST]


def name_of(entry: Entry) -> str:
    """Return what an article is about, short enough to stand in a question."""
    name = re.split(r"[,，。;；]", entry.heading)[0]
    return f"“{name[:LONGEST_NAME]}”"


def _money(entry: Entry) -> Iterator[str]:
    for sentence in entry.sentences:
        named = NAMED.search(sentence.text)
        if named and any(one.kind == "money" for one in quantities(sentence.text)):
            yield f"{named[1].strip('“”')}最高给多少钱？"


def _has_money(entry: Entry) -> bool:
    return any(one.kind == "money" for one in quantities(entry.text))
