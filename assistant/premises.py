"""What a question takes for granted and the text says otherwise: a figure, a body or place, a modality, a condition."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.absences import absent_bodies, absent_districts
from assistant.choosing import on_topic
from assistant.corpus import Corpus
from assistant.limits import limits
from assistant.quantities import Quantity, quantities
from assistant.ranking import Candidate
from assistant.reading import WHICH, Question

# What a question states as settled or binding, and the words by which a policy says less than that.
SETTLED = re.compile(
    r"已经|已(?=建|成|投|完|发)|建成(?:投用|了)|开张了|强制|必须|一律|无条件|硬性|都得|都要|不管什么\S{0,6}|随便(?:什么|哪)|任何\S{0,6}都|保证|承诺|must|mandatory|already|obliged|guarantee\w*|unconditional\w*|no matter"
)
MILDER = re.compile(
    r"谋划(?:推动)?|探索|鼓励|支持|推动|推进|力争|可以|引导|加快(?:推进)?|积极配合|前瞻布局|符合条件|在保障安全前提下|优先"
)
# 所有企业都, 当天就: said of everyone, or of whoever has only just come.
UNCONDITIONAL = re.compile(
    r"无条件|不管什么\S{0,6}|随便什么|任何\S{0,6}都|一律|(?:所有|每个|全部)[^,，。?？]{1,8}都|谁都|人人都?|(?:当天|当场|马上|立刻)(?=就|能|可)|unconditional\w*|no matter"
)
CONDITION = re.compile(
    r"符合[^,，。;；]{0,8}条件|在[^,，。;；]{1,10}前提下|经[^,，。;；]{1,8}(?:认定|批准|同意)|须[^,，。;；]{1,12}|面向[^,，。;；]{2,24}|[^,，。;；]{0,10}\d[^,，。;；]{0,6}以[上下](?:的|且)?|[^,，。;；]{0,8}满[一二两三四五六七八九十\d]+年"
)
# 不用房东同意 against 须取得产权人书面同意.
WAIVED = re.compile(r"不用|无需|不需要?|不必|没必要|needn't|without")
REQUIRED = re.compile(
    r"(?:必?须|应当|需)[^,，。;；]{2,20}|未经[^,，。;；]{2,24}|经[^,，。;；]{1,10}(?:后|方可|认定|批准|同意)"
)
ONLY = re.compile(
    r"只(?:有|给|发给|发|限|面向|针对|奖|补|支持)([\u3400-\u9fff]{2,6}?)(?=能|才|可以|可|的|吗|吧|对|是|,|，|[?？]|$)"
)
ASKED_BODY = re.compile(
    r"由([^,，。;；、]{2,20}?)(?:牵头|制定|负责|审核|审批|核定|核发|实施|共同|组织|统一|管理|建设|运营|运行|发布|评审|解释|承担|承办|受理|开展)|([^,，。;；、]{2,12})(?:牵头|共同制定|担任)"
)
# An office, by its level or by what offices are called.
OFFICE_NAME = r"[\u3400-\u9fff]{1,8}?(?:局|厅|委员会|[健改信]委|办公室|部门|联合会)"
OFFICE = re.compile(rf"(?:市|省|区|县|国家)?{OFFICE_NAME}")
OFFICE_SAID = re.compile(rf"(?:(?<=[由归是给向找被让])|(?=[市省区县]|国家))(?:市|省|区|县|国家)?{OFFICE_NAME}")
LISTED = r"(?:[^,，。;；、对向给]{{2,8}}、)*(?:{0}(?:、[^,，。;；、]{{2,8}}?)+(?=等|[,，。;；发提给])|(?<=、){0})"
SAID_PLACE = re.compile(
    r"(?:放|定|设|选|落|建)?在([^,，。?？的]{2,8}?)(?=试点|先行|试行|试|建|举办|举行|开展|办|实行|,|，|对不对|对吧|对吗|是不是|是吧|是吗|没错|吧|[?？]|$)"
)
TOLD_PLACE = re.compile(r"在([^,，。;；]{2,16}?)(?=实行|试点|先行|建|配建|布局|开展|举办|打造|设|,|，|等)")
HOW_OFTEN = re.compile(
    r"一年(?=[^,，。?？]{0,4}[一两二三]次)|每两年|每半年|每半月|每季度?|每[个]?月|每年|每[周天日]|两年一|半年一|一年一|一月一|每[个]?星期"
)
OFTEN = {
    "一年": "每年",
    "两年一": "每两年",
    "半年一": "每半年",
    "一年一": "每年",
    "一月一": "每月",
    "每个月": "每月",
    "每季": "每季度",
    "每个星期": "每周",
    "每星期": "每周",
    "每日": "每天",
}
HAPPENING = re.compile(
    r"一[届次批回]|更新|发布|举办|召开|开展|评价|自查|报送|发放|检查|抽查|演练|奖|补|发|办|开|搞|公布"
)
AT_ONCE = re.compile(r"一次性|一次(?=付清|给|发|拨|到位)|一笔|当场")
SPREAD = re.compile(r"分[两二三四五六\d]+(?:个)?(?:年|期|次|批|季度)")
AGAIN = re.compile(r"每[年月季](?:都|可|能|给|奖|补|发|领)|连[续]?\S{0,2}[两二三四五六\d]年|年年|月月")
WHOLLY = re.compile(
    r"全包|全出|全部?由[^,，。?？]{1,10}(?:出|承担|负担)|财政全|全数|一分钱?不用|free of charge|in full\b"
)

# A sentence that has less of the question's words than this may treat of something else: only its figures are held against it.
SURELY_MEANT = 0.3
WHOLE_SHARE = 100


@dataclass(frozen=True)
class Correction:
    """What the question says, and the words of the quote that say otherwise."""

    said: str
    told: str


def corrections(corpus: Corpus, question: Question, best: Candidate, chosen: Sequence[Candidate]) -> list[Correction]:
    """Return what the quotes contradict. The best sentence is believed before the others, which may treat of something near."""
    if not question.confirming and not (question.claims and not WHICH.search(question.folded)):
        return []
    figures = [*_figures(question, best, chosen), *_limits(question, chosen)]
    if not question.confirming or best.own_coverage < SURELY_MEANT:
        return figures
    others = [*_bodies(corpus, question, best, chosen), *_places(corpus, question, best)]
    others += [*_how_often(question, best), *_by_instalments(question, best), *_only(question, best)]
    others += [*_wholly(question, best), *_modality(question, best)]
    return list(dict.fromkeys([*figures, *others]))


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


def _limits(question: Question, chosen: Sequence[Candidate]) -> Iterator[Correction]:
    """A figure that is right and stands as a floor where the text has it as a ceiling, or the other way round."""
    told = [limit for one in chosen for limit in limits(one.sentence.folded)]
    for said in limits(question.folded):
        same = [one for one in told if (one.kind, one.value) == (said.kind, said.value)]
        if same and all(one.floor != said.floor for one in same):
            yield Correction(said.text, same[0].text)


def _bodies(corpus: Corpus, question: Question, best: Candidate, chosen: Sequence[Candidate]) -> Iterator[Correction]:
    """A body or district that the text has not here, where the sentence names who or where."""
    said = [*absent_bodies(corpus, question), *absent_districts(corpus, question)]
    told = " ".join(one.sentence.folded for one in chosen) + corpus.articles[best.sentence.article].folded_heading
    said += [
        office
        for office in OFFICE_SAID.findall(question.folded)
        if not _is_named(question, office, told) and not any(word in office for word in said)
    ]
    found = ASKED_BODY.search(best.sentence.text) or re.search(
        r"(?:在|依托|面向)([^,，。;；]{2,16}?)(?=实行|建|,|，|发放|打造|开展|等)", best.sentence.text
    )
    if said and found:
        yield Correction("、".join(said), found[0].rstrip("，,"))


def _is_named(question: Question, office: str, told: str) -> bool:
    """Tell whether a text names an office, be it in full where the question shortens it: 工信局 for 工业和信息化局."""
    terms = [term for term in question.terms if len(term.text) > 1 and term.text in office]
    if office in told or any(form in told for term in terms for form in term.forms):
        return True
    return any(_is_short_for(office, whole) for whole in OFFICE.findall(told))


def _is_short_for(short: str, whole: str) -> bool:
    left = iter(whole)
    return all(character in left for character in short)


def _places(corpus: Corpus, question: Question, best: Candidate) -> Iterator[Correction]:
    """A place that the document knows, but not for this: 放在东禾港 where the sentence has 在滨湾新区."""
    said = SAID_PLACE.search(question.folded)
    told = TOLD_PLACE.search(best.sentence.text)
    if said and told and said[1] in corpus.folded and said[1] not in best.sentence.folded:
        yield Correction(said[1], told[0])


def _how_often(question: Question, best: Candidate) -> Iterator[Correction]:
    """Each year, where the sentence has every two years; a sentence that says several of them contradicts none."""
    said = [one for one in HOW_OFTEN.finditer(question.folded) if HAPPENING.search(question.folded)]
    told = {_often(one[0]): one[0] for one in HOW_OFTEN.finditer(best.sentence.folded)}
    if len(said) == 1 and len(told) == 1 and _often(said[0][0]) not in told:
        yield Correction(said[0][0], next(iter(told.values())))


def _often(written: str) -> str:
    return OFTEN.get(written, written)


def _by_instalments(question: Question, best: Candidate) -> Iterator[Correction]:
    """At once, where the sentence has it paid by and by; year after year, where it is paid once."""
    for here, there in ((AT_ONCE, SPREAD), (AGAIN, AT_ONCE)):
        said, told = here.search(question.folded), there.search(best.sentence.folded)
        if said and told and not here.search(best.sentence.folded):
            yield Correction(said[0], told[0])


def _only(question: Question, best: Candidate) -> Iterator[Correction]:
    """Only this, where the sentence has it as one of several."""
    said = ONLY.search(question.folded)
    if said and (told := re.search(LISTED.format(re.escape(said[1])), best.sentence.text)):
        yield Correction(said[0], told[0])


def _wholly(question: Question, best: Candidate) -> Iterator[Correction]:
    """All of it, where the sentence gives a share."""
    said = WHOLLY.search(question.folded)
    shares = [one for one in quantities(best.sentence.folded) if one.kind == "share"]
    if said and shares and all(one.value < WHOLE_SHARE for one in shares):
        yield Correction(said[0], shares[0].text)


def _modality(question: Question, best: Candidate) -> Iterator[Correction]:
    text = best.sentence.text
    waived = WAIVED.search(question.folded)
    if waived and not WAIVED.search(best.sentence.folded) and (needed := REQUIRED.search(text)):
        yield Correction(waived[0], needed[0])
        return
    general = UNCONDITIONAL.search(question.folded)
    said = general or SETTLED.search(question.folded)
    if said is None or said[0] in best.sentence.folded:
        return
    told = (CONDITION.search(text) if general else None) or MILDER.search(text)
    if told:
        yield Correction(said[0], told[0])
