"""An extractive answer: verbatim sentences, the asked-for figure marked, and a frame in the asker's language."""

from collections.abc import Sequence

from assistant import comparing
from assistant.answers import EXTRACTIVE, LEXICAL, Answer, Citation
from assistant.corpus import Corpus
from assistant.judging import Judgement
from assistant.quantities import quantities
from assistant.ranking import Candidate
from assistant.reading import Question
from assistant.slots import SLOTS

FRAMES = {
    "answered": ("", ""),
    "partial": ("文件里与此有关的是：", "This is what the document says about it (quoted from the Chinese text):"),
    "near": (
        "没有找到直接的规定，最接近的原文是：",
        "The document does not state this directly. The closest passage is (quoted from the Chinese text):",
    ),
    "not_covered": ("这份文件没有涉及您问的内容。", "The document does not cover this question."),
    "off_topic": (
        "这个问题与政策文件无关。这里只回答政策文件和应用场景方面的问题。",
        "This question is not about the policy. Only questions about policy documents and application scenarios are answered here.",
    ),
    "unsafe": ("这句话不是对政策的提问，不作回答。", "This is not a question about the policy, so it is not answered."),
    "unclear": (
        "没有看懂这个问题，请换一种问法，说清楚想了解哪方面的规定。",
        "The question is not clear. Please rephrase it and say what you would like to know about.",
    ),
    "empty": ("请输入问题。", "Please type a question."),
    "too_long": ("问题太长了，请缩短后再问。", "The question is too long. Please shorten it and ask again."),
}
CHINESE, ENGLISH = 0, 1
# What goes before the quotes where there is nothing more to say.
OPENING = ("原文是这样写的：", "The document says (quoted from the Chinese text):")
OPENING_SEVERAL = ("文件中有这些条文：", "The following articles say (quoted from the Chinese text):")
OPENING_DOCUMENTS = (
    "不止一份文件写到这件事，分别是：",
    "More than one document treats this (quoted from the Chinese text):",
)
CORRECTING = ("与原文不符：", "Not quite: ")
ONLY_OPEN = frozenset({*OPENING, *OPENING_SEVERAL, *FRAMES["partial"]})
LABELS = frozenset(slot.label_en for slot in SLOTS)


def compose(
    corpus: Corpus, question: Question, chosen: Sequence[Candidate], judged: Judgement, rewritten: str
) -> Answer:
    """Return the answer that a judgement allows."""
    language = ENGLISH if question.english else CHINESE
    quoted = judged.status in {"answered", "partial"}
    citations = tuple(cite(corpus, question, one) for one in chosen) if quoted else ()
    lead = FRAMES[judged.status][language]
    if judged.near:
        lead = FRAMES["near"][language]
    elif judged.contradicted:
        lead = _correction(judged, language)
    elif judged.status == "not_covered" and judged.elsewhere:
        lead = uncovered(judged.elsewhere, 1, english=question.english)
    elif judged.status == "answered":
        facts = comparing.compared(corpus, question, chosen)
        lead = comparing.told(corpus, facts, english=question.english) if facts else _opening(citations, language)
    return Answer(
        judged.status,
        lead,
        citations,
        note=_note(judged, citations, language) if judged.status == "partial" else "",
        mode=EXTRACTIVE if any(one.closeness is not None for one in chosen) or not chosen else LEXICAL,
        rewritten=rewritten,
        english=question.english,
    )


def parted(lead: str) -> tuple[list[str], list[str]]:
    """Return the lines of a lead that say something, and those that only open the quotes after them."""
    lines = lead.splitlines()
    return [one for one in lines if one not in ONLY_OPEN], [one for one in lines if one in ONLY_OPEN]


def corrects(lead: str) -> bool:
    """Tell whether a lead says that the question has something wrong."""
    return any(words in lead for words in CORRECTING)


def refusal(reason: str, *, english: bool) -> Answer:
    """Return the answer to what the guard did not let pass."""
    lead = FRAMES[reason][ENGLISH if english else CHINESE]
    return Answer("unsafe" if reason == "unsafe" else "unclear", lead, english=english)


def cite(corpus: Corpus, question: Question, one: Candidate) -> Citation:
    sentence = one.sentence
    return Citation(
        document=corpus.document,
        version=corpus.version,
        article=sentence.article,
        label=corpus.label_of(sentence.article),
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        marks=tuple(marks(question, sentence.text)),
    )


def marks(question: Question, quote: str) -> list[tuple[int, int]]:
    """Return the places of the figures in a quote that are of a kind the question asks for."""
    wanted = {kind for slot in question.slots for kind in slot.figures} | {claim.kind for claim in question.claims}
    return [(one.start, one.end) for one in quantities(quote) if one.kind in wanted]


def _opening(citations: Sequence[Citation], language: int) -> str:
    if len({one.article for one in citations}) > 1:
        return OPENING_SEVERAL[language]
    return OPENING[language]


def _correction(judged: Judgement, language: int) -> str:
    if language == ENGLISH:
        said = (f"your question says “{one.said}”, but the text says “{one.told}”" for one in judged.contradicted)
        return f"{CORRECTING[language]}{'; '.join(said)}."
    return (
        CORRECTING[language]
        + "；".join(f"问题中说“{one.said}”，原文为“{one.told}”" for one in judged.contradicted)
        + "。"
    )


def uncovered(elsewhere: Sequence[str], documents: int, *, english: bool) -> str:
    """Return that nothing covers the question, or what (广州) it is that the one document asked, or all of them, have nothing of."""
    names = _quoted(elsewhere, int(english))
    if documents == 1:
        special = (f"这份文件没有关于{names}的规定。", f"The document says nothing about {names}.")
        return (special if elsewhere else FRAMES["not_covered"])[int(english)]
    special = (f"都没有关于{names}的规定。", f"None of them says anything about {names}.")
    return (special if elsewhere else ("都没有涉及您问的内容。", "None of them covers this question."))[int(english)]


def _note(judged: Judgement, citations: Sequence[Citation], language: int) -> str:
    """Say where the document treats the topic and what it does not state of it, as far as that can be named."""
    if language == ENGLISH:
        return _english_note(judged, citations)
    words = _quoted((*judged.absent, *judged.elsewhere), language)
    where = "、".join(dict.fromkeys(one.label for one in citations))
    topic = f"“{judged.topic}”" if len(judged.topic) > 1 else "这件事"
    unsaid = "、".join([*(slot.label for slot in judged.missing), *(f"“{word}”" for word in judged.unsure)])
    open_ = f"文件提到{topic}（{where}），未规定{unsaid}。" if unsaid else ""
    absent = f"文件没有提到{words}。" if words else ""
    return open_ + absent or f"文件提到{topic}（{where}），没有写明您问的具体内容。"


def _english_note(judged: Judgement, citations: Sequence[Citation]) -> str:
    where = " and ".join(dict.fromkeys(f"Article {one.article}" for one in citations))
    unsure = (word if word in LABELS else f"“{word}”" for word in judged.unsure)
    unsaid = _either([*(slot.label_en for slot in judged.missing), *unsure])
    unmentioned = _either([f"“{word}”" for word in dict.fromkeys((*judged.absent, *judged.elsewhere))])
    open_ = f"The document treats this in {where}, but does not state {unsaid}." if unsaid else ""
    absent = f"The document does not mention {unmentioned}." if unmentioned else ""
    plain = f"The document treats this in {where}, but does not say exactly what you ask."
    return " ".join(part for part in (open_, absent) if part) or plain


def _either(words: Sequence[str]) -> str:
    """Return the words as one denies them: a, b or c."""
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _quoted(words: Sequence[str], language: int) -> str:
    return (", " if language == ENGLISH else "").join(f"“{word}”" for word in dict.fromkeys(words))
