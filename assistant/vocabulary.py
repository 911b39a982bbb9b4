"""Words of the field: that one is not in a document tells that the document does not treat it."""

from functools import cache

from retrieval.text import DICTIONARY, fold

SHORTEST = 3


@cache
def field_words() -> frozenset[str]:
    """Return the words of the domain dictionary that name a thing of their own."""
    lines = DICTIONARY.read_text(encoding="utf-8").split("\n")
    words = (fold(line.split()[0]) for line in lines if line.strip())
    return frozenset(word for word in words if len(word) >= SHORTEST)
