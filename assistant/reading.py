"""Reading a question: its language, its topic words, what it asks for, and the figures, years and articles it names."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from assistant import glossary
from assistant.quantities import Quantity, quantities
from assistant.slots import Slot, slots_in
from policies.numbering import NUMERAL, numeral
from retrieval.text import fold, normalise, tokens

FRAMING = Path(__file__).with_name("data") / "framing.txt"
ENGLISH_FRAMING = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "each",
        "for",
        "from",
        "get",
        "give",
        "given",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "me",
        "mean",
        "meant",
        "my",
        "of",
        "on",
        "one",
        "or",
        "our",
        "out",
        "over",
        "please",
        "should",
        "so",
        "such",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
        "up",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "about",
        "also",
        "all",
        "policy",
        "plan",
        "policies",
        "document",
        "article",
        "articles",
        "say",
        "says",
        "said",
        "state",
        "mention",
        "mentions",
        "mentioned",
        "according",
        "shenzhen",
        "there's",
        "what's",
        "i'd",
        "i'm",
        "we're",
        "it's",
        "whether",
        "both",
        "other",
        "more",
        "most",
        "much",
        "many",
        "kind",
        "kinds",
        "thing",
        "things",
        "worked",
        "working",
        "being",
        "way",
        "measures",
        "measure",
        "provide",
        "provided",
        "need",
        "needs",
        "want",
        "planned",
        "plans",
        "set",
        "called",
        "ever",
        "aim",
        "aims",
        "right",
        "true",
        "false",
        "correct",
        "re",
        "d",
        "m",
        "s",
        "t",
    ]
)
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
ARTICLE = re.compile(rf"第\s*[(（]?({NUMERAL})[)）]?\s*条|\barticle\s*(\d+)", re.IGNORECASE)
YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?=\s?年)|(?<=\bin )(?:19|20)\d\d\b|(?<=\bby )(?:19|20)\d\d\b")
QUOTED = re.compile(r"[“\"‘「『《]([^”\"’」』》]{2,40})[”\"’」』》]")
LISTING = re.compile(
    r"哪几条|哪几件|哪些条款|哪些条文|哪几项|哪几处|哪几个|哪些地方|分别|所有|全部|一共|都有哪些|各是|各给|各有|各自|各[^自级类种项区县位个界地方人,，。?？]{1,4}(?:什么|多少|几|怎|哪|啥)|都在哪|出现|哪两|几条里|都算上|两方面|三种|两种|哪些[^,，。?？]{1,10}[、和与及][^,，。?？]{1,10}|\ball\b|\beach\b|respectively|\bboth\b|\blist\b"
)
WHICH = re.compile(r"哪些|哪几|哪两|什么|\bwhich\b|\bwhat\b")
CONFIRMING = re.compile(
    r"对吧|对吗|对不对|是吗|真的吗|是真的|没这回事|是不是|没错吧|没记错|是吧|吧[?？。!]?$|不是.{1,30}吗|难道|来着|听说|据说|既然|不都?是|现在完成|\bright\?|isn't|is it true|correct\?|\bso the\b|i heard"
)
ASKING = ("哪", "什么", "怎么", "多少")
MORE = re.compile(r"还有(?:别|其|哪|什么|没有)|别的|其他|其它|another|any other|else")
EXCEPTED = re.compile(
    r"除了?[^,，。?？]{1,16}?(?:[,，]|之外|以外|外)|[“\"「][^”\"」]{1,16}[”\"」](?:之外|以外)|(?:besides|apart from|other than) [^,]{1,40},"
)
OWN_FIGURE = re.compile(
    r"(?:总?投入|投资额?|投了?|预算|花了?|花费|成本|营收|收入|资本|规模为|打算|invest\w*|spend\w*|budget)"
    r"(?:为|了|约|大概|是|有|共|of)?[^,，。;；的]{0,4}$"
)


@dataclass(frozen=True)
class Term:
    """A topic word of the question and the forms in which a policy may have it; the first is the word itself."""

    text: str
    forms: tuple[str, ...]
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What was asked, as read."""

    text: str
    folded: str
    english: bool
    terms: tuple[Term, ...]
    asked: tuple[Term, ...]
    slots: tuple[Slot, ...]
    claims: tuple[Quantity, ...]
    years: tuple[int, ...]
    articles: tuple[int, ...]
    listing: bool
    confirming: bool
    quoted: tuple[str, ...] = field(default=())

    @property
    def listing_or_which(self) -> bool:
        return self.listing or bool(WHICH.search(self.folded)) or bool(MORE.search(self.folded))

    @property
    def slot_names(self) -> frozenset[str]:
        return frozenset(slot.name for slot in self.slots)


def read(text: str) -> Question:
    """Read a question. Its text is normalised; everything else is read from the folded text."""
    plain = normalise(text).strip()
    folded = fold(plain)
    asked = slots_in(folded)
    found = list(quantities(folded))
    english = is_english(plain)
    years = [match.span() for match in YEAR.finditer(folded)]
    topic = [span for _, spans in asked for span in spans] + years + [(one.start, one.end) for one in found]
    terms = _terms(folded, [*topic, *_excepted(folded)], english=english) or _terms(folded, years, english=english)
    return Question(
        text=plain,
        folded=folded,
        english=english,
        terms=terms,
        asked=_asked(folded, asked, terms, english=english),
        slots=tuple(slot for slot, _ in asked),
        claims=tuple(one for one in found if _is_claim(folded, one)),
        years=tuple(int(folded[start:end]) for start, end in years),
        articles=tuple(_ordinals(folded)),
        listing=bool(LISTING.search(folded)),
        confirming=bool(CONFIRMING.search(folded)),
        quoted=tuple(fold(words) for words in QUOTED.findall(plain)),
    )


def is_english(text: str) -> bool:
    """Tell whether a text is written in English rather than Chinese with Latin names in it."""
    return len(LATIN.findall(text)) > len(HAN.findall(text))


@cache
def framing() -> frozenset[str]:
    """Return the words that ask, join or mean the document as a whole."""
    lines = FRAMING.read_text(encoding="utf-8").split("\n")
    return frozenset(fold(word) for line in lines if not line.startswith("#") for word in line.split())


def whole_words(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of a text with the parts that jieba's search mode finds inside them."""
    words: list[tuple[str, tuple[str, ...]]] = []
    for token in tokens(text):
        parts: list[str] = []
        while words and len(words[-1][0]) < len(token) and words[-1][0] in token:
            parts.insert(0, words.pop()[0])
        words.append((token, tuple(parts)))
    return words


def _is_claim(folded: str, one: Quantity) -> bool:
    """Tell a figure that is stated of the policy from one of the asker's own, and from a word like 一次性."""
    if one.kind == "count" and not any(character.isdigit() for character in one.text):
        return False
    return one.kind != "year" and not OWN_FIGURE.search(folded[: one.start])


def _asked(
    folded: str, asked: list[tuple[Slot, list[tuple[int, int]]]], terms: tuple[Term, ...], *, english: bool
) -> tuple[Term, ...]:
    """Return the words in what is asked for, such as 材料 or 有效期: a document that has them says them there."""
    words = " , ".join(folded[start:end] for _, spans in asked for start, end in spans)
    return tuple(term for term in _terms(words, [], english=english) if term not in terms)


def _excepted(folded: str) -> list[tuple[int, int]]:
    """Return what 除了…，or …之外 sets aside."""
    return [match.span() for match in EXCEPTED.finditer(folded)]


def _ordinals(folded: str) -> list[int]:
    found = (numeral(match[1] or match[2]) for match in ARTICLE.finditer(folded))
    return [number for number in found if number is not None]


def _terms(folded: str, taken: list[tuple[int, int]], *, english: bool) -> tuple[Term, ...]:
    rest = _without(folded, [*taken, *(match.span() for match in ARTICLE.finditer(folded))])
    words = whole_words(rest)
    known = _known(rest, words)
    found = [
        (one.start, Term(one.word, (one.word, *(form for form in one.forms if form != one.word)))) for one in known
    ]
    remaining = _without(rest, [(one.start, one.end) for one in known])
    for word, parts in whole_words(remaining):
        if (len(word) > 1 or HAN.match(word)) and not word.startswith(ASKING):
            found.append((remaining.find(word), Term(word, (word,), parts)))
    skipped = framing() | ENGLISH_FRAMING if english or LATIN.search(rest) else framing()
    ordered = [term for _, term in sorted(found, key=lambda place: place[0])]
    return tuple({term.text: term for term in ordered if term.text not in skipped}.values())


def _known(rest: str, words: list[tuple[str, tuple[str, ...]]]) -> list[glossary.Found]:
    """Return the glossary's words that are no part of a longer word; the English glossary goes first."""
    inside = [match.span() for word, parts in words if parts for match in re.finditer(re.escape(word), rest)]
    english = glossary.english().find(rest)
    left = _without(rest, [(one.start, one.end) for one in english])
    found = [*english, *glossary.chinese().find(left, frozenset(word for word, _ in words))]
    whole = [
        one
        for one in found
        if not any(a <= one.start and one.end <= b and one.end - one.start < b - a for a, b in inside)
    ]
    return sorted(whole, key=lambda one: one.start)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = " " * (end - start)
    return "".join(characters)
