"""A question for several things at once, cut into one question for each: 数据和会展两项,哪个封顶更高."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.corpus import Corpus
from assistant.ranking import MONEY_WORDS, known
from assistant.reading import LISTING, Question, Term, read, whole_words
from assistant.slots import ASKING

COMPARING = re.compile(
    r"哪[个项笔条种家边头]?[^,，。?？]{0,8}(?:更|[多高大少低狠长早晚快]$|[多高大少低](?:[?？。]|一[些点]))|谁的?[^,，。?？]{0,6}[多大高长早]|更(?:高|多|大|低|少|长|早|晚)|还是[^,，。?？]{1,14}[多高大]|"
    r"\b(?:higher|larger|bigger|more|less|lower|longer|earlier|compare\w*)\b"
)
MENTIONS = re.compile(
    r"哪些[^,，。?？]{1,10}[、和与及]|哪几条|哪些条|哪几处|哪些地方|出现|写在|被.{0,4}提到|几条里|\bwhich articles?\b|\bmentioned\b"
)
# 去年和今年 is one thing asked of two years; marks between two asked figures part two questions.
JOINTS = frozenset(["和", "与", "跟", "及", "以及", "还是", "还有", "同", "同埋", "或", "vs", "and", "or", "versus"])
CLAUSE = re.compile(r"[,，](?!还是|和|与|跟)|[:：;；。?？!！]")
SENTENCE = re.compile(r"[:：;；。?？!！]")
WHETHER = re.compile(r"能不能|可不可以|能否|可否|是否|有没有|会不会|要不要|[吗么]$")
NUMBERS_ASKED = re.compile(r"多少|(?<!十)几[个家项年条次]|百分之几|几成|何时|哪年|什么时候|how (?:much|many)")
# What counts the things asked of and names none of them: 机器人与无人驾驶两块.
COUNTING = re.compile(r"(?:[这那])?[两二三四几](?:头|边|块|者|样|件事|项|处|个?方面|种情形|个领域)(?:[上里])?")
MOST = 4
# How much the words of the whole question count in each of its parts.
LENT = 0.6


def split(corpus: Corpus, question: Question) -> list[Question]:
    """Return the questions that a question for several things is made of, none for any other question."""
    if MENTIONS.search(question.folded):
        return []
    clauses = [clause for clause in CLAUSE.split(question.folded) if clause.strip()]
    asked = _asked_apart(corpus, clauses) or _sentences_apart(corpus, question)
    if asked or not _asks_for_several(question):
        return asked
    for clause in sorted(clauses, key=lambda text: -len(list(_pieces(text)))):
        shared = " ".join(other for other in clauses if other is not clause and not _is_cut(other))
        found = [read(f"{piece} {shared}".strip()) for piece in _pieces(clause)]
        bare = [read(piece) for piece in _pieces(clause)]
        named = [_names_a_thing(corpus, piece) for piece in bare]
        # 骗补和连续不合格,后果各是什么: beside a clause that asks, one of the things may be called by another word.
        alike = shared and any(named) and all(map(_has_a_word, bare))
        if 1 < len(found) <= MOST and (all(named) or alike):
            return [replace(one, terms=piece.terms) for one, piece in zip(found, bare, strict=True)]
    return []


def _asked_apart(corpus: Corpus, clauses: Sequence[str]) -> list[Question]:
    """Return the questions of which each names its own thing and asks for it: 中心由谁运行,指南由谁制定."""
    bare = [read(piece) for clause in clauses for piece in _pieces_asking(clause)]
    return bare if all(map(_asks, bare)) and _are_apart(corpus, bare) else []


def _sentences_apart(corpus: Corpus, question: Question) -> list[Question]:
    """Return the sentences that ask, each for its own thing; what the others tell is lent to them with the whole."""
    bare = [read(one.strip()) for one in SENTENCE.split(question.folded) if one.strip()]
    asking = [one for one in bare if _asks(one)]
    return asking if _are_apart(corpus, asking) else []


def _are_apart(corpus: Corpus, pieces: Sequence[Question]) -> bool:
    return 1 < len(pieces) <= MOST and all(_names_a_thing(corpus, piece) for piece in pieces)


def _pieces_asking(clause: str) -> list[str]:
    """Cut a clause at what joins two questions; one that asks once stays whole."""
    pieces = list(_pieces(clause))
    return pieces if len(pieces) > 1 and all(_asks(read(piece)) for piece in pieces) else [clause]


def _asks(piece: Question) -> bool:
    return bool(ASKING.search(piece.folded) or WHETHER.search(piece.folded) or piece.slots)


def compares(question: Question) -> bool:
    """Tell whether a question asks which of several is more."""
    return bool(COMPARING.search(question.folded))


def _asks_for_several(question: Question) -> bool:
    several = (
        question.listing
        or compares(question)
        or ("都" in question.folded and not question.confirming)
        or LISTING.search(question.folded)
    )
    return bool(several) or len(NUMBERS_ASKED.findall(question.folded)) > 1


def _pieces(clause: str) -> Iterator[str]:
    """Cut a clause at the words and marks that join equals; what stands in quotation marks stays whole."""
    places = [0, *_joints(clause), len(clause)]
    for start, end in pairwise(places):
        piece = COUNTING.sub("", clause[start:end]).strip(" 、,，")
        for joint in sorted(JOINTS, key=len, reverse=True):
            piece = piece.removeprefix(joint).strip()
        if piece:
            yield piece


def _joints(clause: str) -> list[int]:
    place, found = 0, list[int]()
    for word, _ in whole_words(clause):
        place = clause.find(word, place)
        if word in JOINTS and not _is_quoted(clause, place):
            found.append(place)
        place += len(word)
    marks = [mark.start() for mark in re.finditer("、", clause) if not _is_quoted(clause, mark.start())]
    return sorted({*found, *marks} - {0})


def _is_quoted(clause: str, place: int) -> bool:
    return clause.count("“", 0, place) > clause.count("”", 0, place)


def _is_cut(clause: str) -> bool:
    return len(list(_pieces(clause))) > 1


def _names_a_thing(corpus: Corpus, piece: Question) -> bool:
    # 最高多少 names no thing.
    telling = [term for term in piece.terms if not MONEY_WORDS & set(term.forms) and not term.text.startswith("最")]
    return any(len(term.text) > 1 and (known(corpus, term) or len(term.forms) > 1) for term in telling)


def _has_a_word(piece: Question) -> bool:
    return any(len(term.text) > 1 for term in piece.terms)


def context(whole: Question, piece: Question) -> tuple[Term, ...]:
    """Return the words of the whole question that a piece has not: they lend it their topic."""
    return tuple(term for term in whole.terms if term not in piece.terms)
