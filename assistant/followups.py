"""A follow-up made whole: what 它, 那 or a bare 封顶呢 refers to is taken from the turns before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.corpus import Corpus
from assistant.ranking import known, weights
from assistant.reading import ARTICLE, EXCEPTED, Question, Term, read
from policies.numbering import numeral

Turn = tuple[str, str]

POINTING = re.compile(
    r"它|它们|它俩|那(?!些地方|边)|这(?:个|些|项|条|种|里|笔|家|样)|这(?=[\u4e00-\u9fff]{0,2}(?:是|在|由|有))|该|其(?!他|它|中)|此(?:项|外)|上述|前者|后者|两者|呢[?？。]?$|还有|还能|还要|具体|另外|除了|同样|哪个更|"
    r"\b(?:it|its|they|them|their|that|those|this|these|one|ones|there|same|former|latter)\b|^(?:and|but|also|what about|how about)\b"
)
OTHER = re.compile(r"除了|别的|其他|其它|另外|还有(?:哪些|别的|没有)|another|other|else|besides|apart from")
ABOUT = re.compile(
    r"^(?:那么?|还有|然后|and|what about|how about)?\s*(?P<topic>.{1,24}?)的?\s*(?:呢|怎么样|又如何)?[?？。!！]*$",
    re.IGNORECASE,
)
ASKS_ANEW = re.compile(r"呢[?？。]?$|^(?:and|what about|how about)\b", re.IGNORECASE)
FEW_TERMS = 2
# A telling word of this length names a thing; a question with one stands by itself.
NAME = 3
CONTEXT_WEIGHT = 0.5


@dataclass(frozen=True)
class Whole:
    """A question in full: what to read and search for, the articles talked about, and whether it was changed."""

    question: Question
    search_text: str
    rewritten: str = ""
    carried: tuple[int, ...] = ()
    context: tuple[Term, ...] = ()


def complete(corpus: Corpus, text: str, history: Sequence[Turn]) -> Whole:
    """Return the question made whole with the turns before it."""
    question = read(text)
    asked = [said for role, said in history if role == "user" and said.strip()]
    if not asked or not _depends(corpus, question):
        return Whole(question, search_text(question))
    before = _topic(corpus, asked)
    answered = next((said for role, said in reversed(history) if role == "assistant"), "")
    articles = cited_in(corpus, answered)
    if _changes_topic(corpus, question, articles):
        return _with_slots_of(before, question)
    carried = () if OTHER.search(question.folded) else articles
    return _joined(before, question, read(ARTICLE.sub(" ", answered)), carried)


def search_text(question: Question) -> str:
    """Return what to embed: the question, an English one with the Chinese words for its terms."""
    chinese = [form for term in question.terms for form in term.forms[1:2] if question.english]
    return " ".join([question.text, *chinese])


def cited_in(corpus: Corpus, answer: str) -> tuple[int, ...]:
    """Return the ordinals of the articles an answer names, by the number they call themselves."""
    found = (numeral(match[1] or match[2]) for match in ARTICLE.finditer(answer))
    return tuple(dict.fromkeys(number for number in found if number in corpus.articles))


def _depends(corpus: Corpus, question: Question) -> bool:
    if POINTING.search(question.folded):
        return True
    weighted = weights(corpus, question)
    telling = [term for term, weight in weighted.items() if weight > CONTEXT_WEIGHT and known(corpus, term) == 1.0]
    if any(len(term.text) >= NAME for term in telling):
        return False
    return len(telling) < FEW_TERMS and len(question.text) < 16 + 24 * question.english


def _topic(corpus: Corpus, asked: Sequence[str]) -> Question:
    """Return the last question that stands by itself, with what later ones added."""
    last = read(asked[-1])
    if len(asked) > 1 and _depends(corpus, last):
        earlier = _topic(corpus, asked[:-1])
        return replace(
            last,
            text=f"{earlier.text} {last.text}",
            terms=_union(last.terms, earlier.terms),
            slots=last.slots or earlier.slots,
        )
    return last


def _changes_topic(corpus: Corpus, question: Question, articles: Sequence[int]) -> bool:
    """Tell whether 那展会的呢 names something that the articles talked about do not have."""
    if not question.terms or not ASKS_ANEW.search(question.folded) or not articles:
        return False
    texts = [corpus.articles[number].folded for number in articles]
    named = [term for term in question.terms if known(corpus, term) == 1.0]
    return bool(named) and not any(form in text for term in named for form in term.forms for text in texts)


def _with_slots_of(before: Question, question: Question) -> Whole:
    topic = " ".join(term.text for term in question.terms)
    words = "、".join(dict.fromkeys(slot.label_en if question.english else slot.label for slot in before.slots))
    rewritten = f"{topic}: {words}" if question.english else f"{topic}：{words or '有什么规定'}"
    whole = replace(question, slots=question.slots or before.slots)
    return Whole(whole, f"{topic} {words}", rewritten)


def _joined(before: Question, question: Question, answer: Question, carried: tuple[int, ...]) -> Whole:
    rewritten = f"{before.text.rstrip('?？。.!！ ')}{'; ' if question.english else '；'}{question.text}"
    aside = " ".join(match[0] for match in EXCEPTED.finditer(question.folded))
    context = tuple(
        term for term in _union(before.terms, answer.terms) if term not in question.terms and term.text not in aside
    )
    whole = replace(question, slots=question.slots or before.slots)
    return Whole(whole, search_text(replace(before, text=rewritten)), rewritten, carried, context)


def _union(first: Sequence[Term], second: Sequence[Term]) -> tuple[Term, ...]:
    return tuple({term.text: term for term in (*second, *first)}.values())
