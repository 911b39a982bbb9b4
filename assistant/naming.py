"""Which documents a question names: by title, by a telling part of it (机器人措施里…), or by the place they hold in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.documents import KINDS, Standing
from retrieval.text import fold, normalise, tokens

Span = tuple[int, int]

QUOTED = re.compile(r"《([^》]{2,80})》")
NOUN = re.compile(rf"(?:若干措施|行动方案|实施方案|{KINDS}|政策|文件)")
GENERIC = frozenset(["政策", "文件"])
# 那份, 的 between what tells a document and what it is.
POINTER = re.compile(r"(?:的|这[份个部项]|那[份个部项]|该)+$")
INSIDE = re.compile(r"(?:当中|里面|里头|里|中(?!小)|上)?(?:的|，|,)?")
SPOKEN_OF = re.compile(r"(?:里|中(?!小)|上面|规定|怎么|如何|对|提|写|说|有没有|第)")
# What titles of policies have in common tells none of them.
FRAME = re.compile(
    r"^(?:本?市|我市|全市|产业|行业|企业|项目|发展|创新|促进|支持|加快|推进|推动|进一步|高质量|健康|管理|实施|行动|关于|若干|有关|相关|地方|政府|扶持|资助|奖励|补贴|资金|优惠|工作|建设|打造|经济)+$"
)
LONGEST_PART, SHORTEST_PART = 30, 2
OLD = re.compile(r"旧|原来?的|以前的?|之前的?|老[的版]|已废止|失效|\b(?:old|former|previous|expired|superseded)\b")
ACROSS = re.compile(
    r"(?:两|几|三|多|各|每|所有|全部)[份个部项]?(?:文件|政策|方案|措施|条例|办法)|哪[份部](?:文件|政策|方案|措施|条例|办法)|(?:两|几|三|各)[个座]?(?:城市|市(?![级区内场]))|哪[个座](?:城市|市(?![级区场]))|"
    r"\b(?:both|all|which|each)\b.{0,12}\b(?:documents?|policies|plans|measures|cit(?:y|ies))\b|across (?:the )?(?:documents|policies)"
)
PLACE = re.compile(r"^(?:中共|中国共产党)?([\u3400-\u9fff]{2,4}?)(?:市|省|自治区|自治州|经济特区|特区|区|县)")
PLACE_EN = re.compile(r"\b(?:of|in) ([A-Z][a-z]{2,})")
NOUN_EN = re.compile(r"\b(?:measures|plan|policy|document|regulations?|rules|scheme)\b")
FRAME_EN = frozenset(
    [
        "several",
        "measures",
        "action",
        "plan",
        "policy",
        "document",
        "regulation",
        "regulations",
        "rules",
        "scheme",
        "the",
        "for",
        "promoting",
        "supporting",
        "building",
        "sound",
        "high",
        "quality",
        "development",
        "innovative",
        "industry",
        "city",
        "economy",
        "this",
        "that",
        "your",
        "these",
        "support",
        "of",
        "and",
        "in",
        "to",
    ]
)
JOINT = re.compile(r"^[\s,，、]*(?:和|与|跟|及|以及|同|还是|或者?|and|or|vs)?[\s,，、]*$")
FEWEST = 2


@dataclass(frozen=True)
class Naming:
    """What a question names. `bare` is the question without the names of documents, `across` that it asks of several.

    `places` are the documents of the places named: a place narrows down, but does not ask for a certain text.
    """

    bare: str
    documents: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    across: bool = False


def naming(text: str, known: Sequence[Standing]) -> Naming:
    """Return which of the known documents a question names."""
    plain = normalise(text).strip()
    folded = fold(plain)
    if len(folded) != len(plain):
        plain = folded
    found = [*_quoted(folded, known), *_titles(folded, known), *_parts(folded, known), *_in_english(folded, known)]
    named = frozenset(one for _, documents in found for one in documents)
    places = list(_places(folded, known))
    there = frozenset(one for _, documents in places for one in documents)
    spans = [span for span, _ in found]
    if len({documents for _, documents in places}) >= FEWEST and not named:
        spans += [span for span, _ in places]
    every = len(there) == len(known)
    across = bool(ACROSS.search(folded)) or len(named) >= FEWEST or (every and len(places) >= FEWEST)
    return Naming(
        _without(plain, spans), _in_force(folded, named, known), frozenset() if every or named else there, across
    )


def _in_force(folded: str, named: frozenset[str], known: Sequence[Standing]) -> frozenset[str]:
    """Return of several documents with the same telling part those in force, unless the old one is asked for."""
    holding = frozenset(one.document for one in known if one.document in named and one.in_force)
    past = frozenset(one.document for one in known if one.document in named and not one.in_force)
    if OLD.search(folded) and past:
        return past
    # Titles alike to the letter, as an old and a new edition are, and no others, stand for each other.
    alike = {fold(one.title) for one in known if one.document in named}
    return holding if holding and past and len(alike) == 1 else named


def _quoted(folded: str, known: Sequence[Standing]) -> Iterator[tuple[Span, frozenset[str]]]:
    for found in QUOTED.finditer(folded):
        documents = _titled(found[1].replace(" ", ""), known)
        if documents:
            yield _whole(folded, found.start(), found.end()), documents


def _titled(name: str, known: Sequence[Standing]) -> frozenset[str]:
    """Return the documents of a title: the one called so, else those whose title has all of its words."""
    exact = frozenset(one.document for one in known if fold(one.title).replace(" ", "") == name)
    part = frozenset(one.document for one in known if name in fold(one.title))
    words = [] if exact or part or FRAME.match(name) else tokens(name)
    every = frozenset(one.document for one in known if words and all(word in fold(one.title) for word in words))
    return exact or part or every


def _titles(folded: str, known: Sequence[Standing]) -> Iterator[tuple[Span, frozenset[str]]]:
    rest = QUOTED.sub(lambda found: " " * len(found[0]), folded)
    for one in sorted(known, key=lambda one: -len(one.title)):
        for name in (fold(one.title), fold(one.title_en)):
            place = rest.find(name) if name else -1
            if place >= 0:
                yield _whole(folded, place, place + len(name)), frozenset([one.document])
                rest = rest.replace(name, " " * len(name))


def _parts(folded: str, known: Sequence[Standing]) -> Iterator[tuple[Span, frozenset[str]]]:
    """Yield each telling part of a title that stands before what a document is: 机器人措施, 数据那份文件里."""
    rest = QUOTED.sub(lambda found: " " * len(found[0]), folded)
    for noun in NOUN.finditer(rest):
        pointer = POINTER.search(rest[: noun.start()])
        end = pointer.start() if pointer else noun.start()
        start, documents = _part(rest[:end], known)
        own = frozenset(one.document for one in known if one.document in documents and noun[0] in one.title)
        followed = bool(SPOKEN_OF.match(rest, noun.end()))
        pointed = bool(pointer and pointer[0] != "的")
        if noun[0] not in GENERIC:
            documents = own if followed or pointed or not pointer else frozenset()
        elif not (followed or pointed):
            documents = frozenset()
        if documents:
            yield _whole(folded, start, noun.end()), documents


def _part(before: str, known: Sequence[Standing]) -> tuple[int, frozenset[str]]:
    """Return the longest end of a text that is a telling part of some titles, by its start, and these documents."""
    for length in range(min(LONGEST_PART, len(before)), SHORTEST_PART - 1, -1):
        part = before[-length:]
        found = frozenset(one.document for one in known if part in fold(one.title))
        if found and not FRAME.match(part) and " " not in part:
            return len(before) - length, found
    return len(before), frozenset()


def _in_english(folded: str, known: Sequence[Standing]) -> Iterator[tuple[Span, frozenset[str]]]:
    """Yield 'the robot measures': words of one English title before what a document is."""
    for noun in NOUN_EN.finditer(folded):
        before = list(re.finditer(r"[a-z-]+", folded[: noun.start()]))[-2:]
        for word in before:
            documents = frozenset(
                one.document for one in known if word[0] not in FRAME_EN and word[0] in fold(one.title_en).split()
            )
            if documents and len(documents) < max(len(known), FEWEST):
                yield (word.start(), noun.end()), documents
                break


def _places(folded: str, known: Sequence[Standing]) -> Iterator[tuple[Span, frozenset[str]]]:
    by_place: dict[str, set[str]] = {}
    for one in known:
        for place in _places_of(one):
            by_place.setdefault(place, set()).add(one.document)
    for place, documents in by_place.items():
        found = re.search(rf"\b{place}\b" if place.isascii() else f"{place}(?:市|那边|这边)?", folded)
        if found:
            yield found.span(), frozenset(documents)


def _places_of(one: Standing) -> set[str]:
    chinese = [found[1] for text in (one.title, one.issuer) if (found := PLACE.search(fold(text)))]
    english = [found[1].lower() for found in PLACE_EN.finditer(one.title_en)]
    return {*chinese, *english}


def _whole(folded: str, start: int, end: int) -> Span:
    """Return the place of a name with the 里 or 中 behind it."""
    inside = INSIDE.match(folded, end)
    return start, inside.end() if inside else end


def _without(plain: str, spans: Sequence[Span]) -> str:
    """Return a text without these spans and what joins them; the text itself if hardly anything is left."""
    if not spans:
        return plain
    ordered = sorted(spans)
    joined = [(one[1], other[0]) for one, other in pairwise(ordered) if JOINT.match(plain[one[1] : other[0]])]
    taken = {place for start, end in (*ordered, *joined) for place in range(start, end)}
    rest = "".join(character for place, character in enumerate(plain) if place not in taken)
    rest = re.sub(r"^[\s,，、:：里中的]+", "", rest).strip()
    return rest if len(re.findall(r"\w", rest)) >= FEWEST else plain
