"""What a question takes for granted and the text says otherwise: a figure, a body or place, a modality, a condition."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.absences import absent_bodies, absent_districts
from assistant.choosing import on_topic
from assistant.corpus import Corpus
from assistant.quantities import Quantity, quantities
from assistant.ranking import Candidate
from assistant.reading import WHICH, Question

# What a question states as settled or binding, and the words by which a policy says less than that.
SETTLED = re.compile(
    r"已经|已(?=建|成|投|完|发)|建成(?:投用|了)|强制|必须|一律|无条件|硬性|都得|都要|不管什么条件|随便(?:什么|哪)|任何\S{0,6}都|保证|承诺|must|mandatory|already|obliged|guarantee\w*|unconditional\w*|no matter"
)
MILDER = re.compile(
    r"谋划(?:推动)?|探索|鼓励|支持|推动|推进|力争|可以|引导|加快(?:推进)?|积极配合|前瞻布局|符合条件|在保障安全前提下|优先"
)
UNCONDITIONAL = re.compile(r"无条件|不管什么条件|随便(?:什么|哪)|任何\S{0,6}都|一律|unconditional\w*|no matter")
CONDITION = re.compile(
    r"符合[^,，。;；]{0,8}条件|在[^,，。;；]{1,10}前提下|经[^,，。;；]{1,8}(?:认定|批准|同意)|须[^,，。;；]{1,12}"
)
ONLY = re.compile(r"(?:只有|仅限?|只限|只给|only)")
ASKED_BODY = re.compile(
    r"由([^,，。;；、]{2,16}?)(?:牵头|制定|负责|审核|实施|共同|组织|统一)|([^,，。;；、]{2,12})(?:牵头|共同制定)"
)

# A sentence that has less of the question's words than this may treat of something else: only its figures are held against it.
SURELY_MEANT = 0.3


@dataclass(frozen=True)
class Correction:
    """What the question says, and the words of the quote that say otherwise."""

    said: str
    told: str


def corrections(corpus: Corpus, question: Question, best: Candidate, chosen: Sequence[Candidate]) -> list[Correction]:
    """Return what the quotes contradict. The best sentence is believed before the others, which may treat of something near."""
    if not question.confirming and not (question.claims and not WHICH.search(question.folded)):
        return []
    figures = list(_figures(question, best, chosen))
    if not question.confirming or best.own_coverage < SURELY_MEANT:
        return figures
    return list(dict.fromkeys([*figures, *_bodies(corpus, question, best), *_modality(question, best)]))


def _figures(question: Question, best: Candidate, chosen: Sequence[Candidate]) -> Iterator[Correction]:
    stated = [*question.claims, *(one for one in quantities(question.folded) if one.kind == "year")]
    others = [figure for one in chosen for figure in quantities(one.sentence.folded) if on_topic(best, one)]
    for claim in stated:
        told = _alike(claim, list(quantities(best.sentence.folded))) or _alike(claim, others)
        if told and not any(figure.value == claim.value for figure in told):
            yield Correction(claim.text, told[0].text)


def _alike(claim: Quantity, figures: Sequence[Quantity]) -> list[Quantity]:
    """Return the figures of the claim's kind, those with its very unit if there are any."""
    same = [figure for figure in figures if figure.kind == claim.kind]
    return [figure for figure in same if figure.text[-1] == claim.text[-1]] or same


def _bodies(corpus: Corpus, question: Question, best: Candidate) -> Iterator[Correction]:
    """A body or district that the document does not have, where the sentence names who or where."""
    said = [*absent_bodies(corpus, question), *absent_districts(corpus, question)]
    found = ASKED_BODY.search(best.sentence.text) or re.search(
        r"(?:在|依托|面向)([^,，。;；]{2,16}?)(?=实行|建|,|，|发放|打造|开展|等)", best.sentence.text
    )
    if said and found:
        yield Correction("、".join(said), found[0].rstrip("，,"))


def _modality(question: Question, best: Candidate) -> Iterator[Correction]:
    said = SETTLED.search(question.folded)
    if said is None or said[0] in best.sentence.folded:
        return
    condition = CONDITION.search(best.sentence.text) if UNCONDITIONAL.search(question.folded) else None
    told = condition or MILDER.search(best.sentence.text)
    if told:
        yield Correction(said[0], told[0])
