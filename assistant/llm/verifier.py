"""Whether a claim may be shown: its quote stands in its article, and it says no more than the quote does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from assistant import guard
from assistant.answers import Citation
from assistant.corpus import Corpus, Entry
from assistant.llm import figures, quoting, wording
from assistant.llm.claims import Claim
from assistant.llm.entailing import Word, folded, foreign, in_order, single_words, words_of
from assistant.llm.quoting import Place
from assistant.quantities import quantities
from assistant.reading import ARTICLE, is_english
from assistant.verification import plain
from core.typed import typed
from policies.numbering import numeral
from retrieval.text import normalise

LONGEST, FEWEST_WORDS = 160, 2
NAMED = re.compile(r"《([^》]*)》|“([^”]*)”|\"([^\"]*)\"|「([^」]*)」|『([^』]*)』")


@dataclass(frozen=True)
class Verdict:
    """A claim with what speaks against it; `citation` stands where nothing does."""

    claim: Claim
    reasons: tuple[str, ...]
    citation: Citation | None = None

    def stored(self) -> dict[str, object]:
        return {**asdict(self.claim), "reasons": list(self.reasons)}


@dataclass(frozen=True)
class Proof:
    """What a claim is measured by: the quote and the sentences around it, folded, and the words it may have besides."""

    quote: str
    sentences: tuple[tuple[str, ...], ...]
    asked: str
    allowed: frozenset[str] = field(default=frozenset())

    @property
    def texts(self) -> list[str]:
        return [",".join(clauses) for clauses in self.sentences]


def verify(claim: Claim, corpus: Corpus, question: str) -> Verdict:
    """Judge a claim by the article it names. The question's words are allowed where title or heading have them too."""
    entry = corpus.articles.get(claim.article)
    place = quoting.find(entry, claim.quote) if entry else None
    if entry is None or place is None:
        return Verdict(claim, ("quote",))
    reasons = tuple(
        dict.fromkeys([*_form(claim, entry), *_meaning(claim, _proof(claim, corpus, entry, place, question))])
    )
    return Verdict(claim, reasons, None if reasons else cite(corpus, entry, claim, place))


def cite(corpus: Corpus, entry: Entry, claim: Claim, place: Place) -> Citation:
    """Return the whole sentences that the quote stands in, the figures of the claim marked."""
    quote = entry.text[place.start : place.end]
    said = figures.read(plain(claim.text))
    marks = [
        (one.start, one.end)
        for one in quantities(quote)
        if any((one.kind, one.value) == (figure.quantity.kind, figure.quantity.value) for figure in said)
    ]
    label = corpus.label_of(entry.ordinal)
    return Citation(corpus.document, corpus.version, entry.ordinal, label, quote, place.start, place.end, tuple(marks))


def _proof(claim: Claim, corpus: Corpus, entry: Entry, place: Place, question: str) -> Proof:
    known = f"{corpus.folded_title} {entry.folded_heading}"
    asked = (one.text for one in words_of(folded(question)))
    allowed = frozenset(word for word in asked if word in known)
    sentences = tuple(tuple(wording.clauses(folded(one.text))) for one in place.sentences)
    return Proof(folded(claim.quote), sentences, folded(question), allowed)


def _form(claim: Claim, entry: Entry) -> Iterator[str]:
    text = claim.text
    if not text or len(text) > LONGEST or typed(text) != text or "\n" in text:
        yield "form"
    if guard.is_attack(text) or guard.is_attack(claim.quote):
        yield "instruction"
    if is_english(text):
        yield "language"
    for found in ARTICLE.finditer(normalise(text)):
        if numeral(found[1] or found[2]) != numeral(entry.label.strip("第条()（） ") or str(entry.ordinal)):
            yield "article"


def _meaning(claim: Claim, proof: Proof) -> Iterator[str]:
    said = folded(claim.text)
    whole = "".join(proof.texts)
    unwanted = set(wording.shape(claim.text)) | set(wording.shape(said))
    yield from unwanted - set(wording.shape(whole))
    if any(folded(name) not in proof.quote for found in NAMED.findall(claim.text) for name in found if name):
        yield "name"
    if figures.unproved(claim.text, proof.quote):
        yield "figure"
    if wording.strengthened(said, single_words(said), whole) or wording.agents(said, whole):
        yield "strengthened"
    if wording.denied(said) - wording.denied(whole):
        yield "negation"
    if wording.periods(said, whole):
        yield "figure"
    told = [words_of(clause, proof.asked) for clause in wording.clauses(said)]
    if sum(one.place(whole) is not None for words in told for one in words) + len(figures.read(said)) < FEWEST_WORDS:
        yield "nothing said"
    for clause, words in zip(wording.clauses(said), told, strict=True):
        yield from _clause(clause, words, said, proof)


def _clause(clause: str, words: Sequence[Word], said: str, proof: Proof) -> Iterator[str]:
    """Judge a clause of the claim by the sentence, and the clause of it, that is most like it."""
    stated = figures.read(clause)
    sentence = _sentence(stated, words, proof)
    if foreign(words, ",".join(sentence), proof.allowed):
        yield "words"
    if not in_order(words, ",".join(sentence)):
        yield "order"
    at = _likest(words, stated, sentence)
    soft, alone = wording.governing(sentence, at), single_words(clause)
    if soft and (not wording.keeps(said, soft) or wording.FUTURE & set(alone)):
        yield "modality"
    if wording.sides(single_words(sentence[at])) - wording.sides(single_words(said)) and not stated:
        yield "side"
    if _claimed_agent(clause, words, ",".join(sentence)):
        yield "agent"
    if wording.denied(sentence[at]) - wording.denied(said):
        yield "negation"
    if wording.unconditional(said, wording.with_head(sentence, at)):
        yield "condition"
    if stated:
        yield from _terms(clause, words, said, sentence, at)


def _terms(clause: str, words: Sequence[Word], said: str, sentence: Sequence[str], at: int) -> Iterator[str]:
    """Judge under which terms a figure is promised: with what exception, to whom."""
    promised = wording.with_head(sentence, at)
    excepted = wording.EXCEPTION.search(",".join(sentence[at:]))
    if excepted and excepted[0] not in said:
        yield "exception"
    if wording.target(promised) not in clause and any(one.place(promised) is None for one in words):
        yield "target"


def _sentence(stated: Sequence[figures.Figure], words: Sequence[Word], proof: Proof) -> tuple[str, ...]:
    """Return the clauses of the quoted sentence that has the clause's figures, and of those the most of its words."""
    having = [
        clauses
        for clauses, text in zip(proof.sentences, proof.texts, strict=True)
        if all(any(one.says(other) for other in figures.read(text)) for one in stated)
    ]
    return min(having or proof.sentences, key=lambda clauses: len(foreign(words, ",".join(clauses), proof.allowed)))


def _likest(words: Sequence[Word], stated: Sequence[figures.Figure], sentence: Sequence[str]) -> int:
    """Return the place of the clause that has the clause's figures, or most of its words."""

    def likeness(at: int) -> tuple[int, int]:
        proofs = figures.read(sentence[at])
        return (
            sum(any(one.says(other) for other in proofs) for one in stated),
            sum(one.place(sentence[at]) is not None for one in words),
        )

    return max(range(len(sentence)), key=likeness)


def _claimed_agent(clause: str, words: Sequence[Word], sentence: str) -> bool:
    """Tell whether a clause puts before 鼓励 or 支持, as the one who does, what comes after it in the sentence."""
    found, stands = wording.SOFT_WORD.search(clause), wording.SOFT_WORD.search(sentence)
    if not found or not stands or found.lastgroup == "may":
        return False
    before = [one for one in words if one.text in clause[: found.start()]]
    after = [one for one in words if one.text in clause[found.end() :] and one.text != found[0]]
    return bool(after) and any((one.place(sentence) or 0) > stands.start() for one in before)
