"""One answer out of what several documents say, or what to say when none of them does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answers import Answer, Citation
from assistant.comparing import Stated, compared_across, told_across
from assistant.composing import OPENING, OPENING_DOCUMENTS, cite, uncovered
from assistant.corpus import Corpus
from assistant.documents import Standing, how_it_stands
from assistant.judging import Judgement
from assistant.ranking import Candidate
from assistant.reading import Question

# So many documents are named when none of them answers; of more the number is told.
MOST_NAMED = 4


@dataclass(frozen=True)
class Part:
    """What one document says: how it stands, its own answer, and the sentences that may give a figure to compare."""

    standing: Standing
    corpus: Corpus
    question: Question
    found: Sequence[Candidate]
    judged: Judgement
    answer: Answer


def shares(numbers: Sequence[int], most: int) -> list[int]:
    """Return how many sentences each document may show, of those it has, so that together they are at most `most`.

    Each shows one at least; what is left goes to the first that has more.
    """
    found = [min(1, number) for number in numbers]
    for place, number in enumerate(numbers):
        found[place] += max(0, min(number - found[place], most - sum(found)))
    return found


def alone(part: Part, *, others: bool) -> Answer:
    """Return the answer of one document; with `others` beside it each quote says which one it is from."""
    english, standing = part.answer.english, part.standing
    answer = titled(part.answer, standing.title) if others else part.answer
    before = how_it_stands(standing, named=False, english=english)
    return _with_lead(answer, before) if answer.citations else answer


def together(parts: Sequence[Part], *, comparing: bool) -> Answer:
    """Return one answer whose quotes are those of each document in turn."""
    first = parts[0].answer
    stated = _compared(parts) if comparing else []
    citations = [one for part in parts for one in _citations(part, [found for _, found in stated])]
    lead = told_across([one for one, _ in stated], english=first.english) if stated else _opening(parts)
    return replace(
        first,
        status="answered" if any(part.answer.status == "answered" for part in parts) else "partial",
        lead="\n".join([*_before(parts), lead]),
        citations=tuple(citations),
        note="\n".join(_named_note(part) for part in parts if part.answer.note),
        links=tuple(dict.fromkeys(link for part in parts for link in part.answer.links)),
    )


@dataclass(frozen=True)
class Refusal:
    """What one document answers that does not answer, and what of the question (广州) it has nothing of."""

    standing: Standing
    answer: Answer
    elsewhere: tuple[str, ...] = ()


def refused(refusals: Sequence[Refusal]) -> Answer:
    """Return the refusal that is nearest to an answer, which says in what documents was looked."""
    order = ("unsafe", "not_covered", "unclear", "off_topic")
    worst = min((one.answer for one in refusals), key=lambda one: order.index(one.status))
    looked_at = [one.standing for one in refusals]
    if worst.status != "not_covered":
        return worst
    names = "".join(f"《{one.title}》" for one in looked_at[:MOST_NAMED])
    count = len(looked_at)
    if worst.english:
        more = f" and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
        where = f"Looked at: {names}{more}."
    else:
        where = f"已查阅{names}" + (f"等 {count} 份文件。" if count > MOST_NAMED else "。")
    missing = {one.elsewhere for one in refusals if one.answer.status == worst.status}
    lead = uncovered(missing.pop() if len(missing) == 1 else (), count, english=worst.english)
    return replace(worst, lead=f"{where} {lead}" if worst.english else where + lead)


def titled(answer: Answer, title: str) -> Answer:
    """Return an answer each of whose quotes names its document."""
    return replace(answer, citations=tuple(replace(one, title=title) for one in answer.citations))


def _opening(parts: Sequence[Part]) -> str:
    return OPENING_DOCUMENTS[int(parts[0].answer.english)]


def _before(parts: Sequence[Part]) -> list[str]:
    """Return what must be said of a document before it is quoted: that it does not hold, or that a premise is wrong."""
    lines = [how_it_stands(one.standing, named=True, english=one.answer.english) for one in parts]
    wrong = [f"《{one.standing.title}》：{one.answer.lead}" for one in parts if one.judged.contradicted]
    return [line for line in (*lines, *wrong) if line]


def _named_note(part: Part) -> str:
    return f"《{part.standing.title}》：{part.answer.note}"


def _compared(parts: Sequence[Part]) -> list[tuple[Stated, Candidate]]:
    return compared_across(parts[0].question, [(part.corpus, part.found) for part in parts])


def _citations(part: Part, proofs: Sequence[Candidate]) -> list[Citation]:
    """Return the quotes of a document, the sentence with the figure compared among them."""
    kept = list(titled(part.answer, part.standing.title).citations)
    places = {(one.article, one.start) for one in kept}
    for one in part.found:
        if any(one is proof for proof in proofs) and (one.sentence.article, one.sentence.start) not in places:
            kept = [*kept[:-1], replace(cite(part.corpus, part.question, one), title=part.standing.title)]
    return kept


def _with_lead(answer: Answer, before: str) -> Answer:
    if not before:
        return answer
    plain = answer.lead in {"", *OPENING}
    return replace(answer, lead=before if plain else f"{before}\n{answer.lead}")
