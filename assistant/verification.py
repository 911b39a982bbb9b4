"""The last check before anything is shown: quotes are to the letter, and no number comes from anywhere else."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from assistant.answers import CATALOG, Answer, Citation

ARTICLE_NUMBERS = re.compile(r"第[((]?[\d一二三四五六七八九十百零〇]+[))]?条|article\s*\d+", re.IGNORECASE)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def plain(text: str) -> str:
    """Return a text as quotes are compared: NFKC, without white space and thousands separators, lower case."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"(?<=\d)[,，](?=\d{3})|\s+", "", folded).lower()


def is_exact(citation: Citation, article_text: str) -> bool:
    """Tell whether a quote stands in its article at its place, to the letter."""
    return bool(citation.quote) and article_text[citation.start : citation.end] == citation.quote


def unsupported_numbers(text: str, sources: Iterable[str]) -> list[str]:
    """Return the numbers of a text that stand in none of its sources; numbers of articles are no figures."""
    pool = "\n".join(map(plain, sources))
    found = NUMBER.findall(ARTICLE_NUMBERS.sub("", plain(text)))
    known = set(NUMBER.findall(pool))
    return [number for number in dict.fromkeys(found) if number not in known]


def verified(answer: Answer, articles: dict[int, str], said: Sequence[str]) -> Answer:
    """Return what of an answer holds: inexact quotes are dropped, and a frame with a foreign number is taken off.

    Counts from the scenario list are figures of the site itself.
    """
    kept = tuple(one for one in answer.citations if is_exact(one, articles.get(one.article, "")))
    if answer.citations and not kept:
        return Answer("not_covered", "", mode=answer.mode, rewritten=answer.rewritten, english=answer.english)
    if answer.mode == CATALOG:
        return answer
    sources = [*said, *(one.quote for one in kept)]
    checked = Answer(**{**vars(answer), "citations": kept})
    if unsupported_numbers(f"{answer.lead} {answer.note}", sources):
        return checked.without_frame("")
    return checked
