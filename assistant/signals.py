"""What speaks for a document treating a question, and for the quoted sentences stating all that was asked: numbers by name."""

import re
from collections.abc import Mapping, Sequence

from assistant.absences import absent_bodies, absent_districts, absent_years, elsewhere, unknown_weights
from assistant.choosing import closeness_of, on_topic
from assistant.corpus import Corpus
from assistant.ranking import IN_HEADING, Candidate, Topic, certainty, match
from assistant.reading import Question, Term
from assistant.slots import ASKING, Slot
from assistant.units import counts_otherwise

CHAT = re.compile(
    r"写(?:一?首|一?篇|个|一个|一段|诗|作文|代码|小说|情书)|翻译|笑话|讲个?故事|唱|股票|彩票|星座|食谱|怎么做菜|好吃|好食|餐厅|餐馆|天气|下雨|气温|几点(?:了|收|开)|陪我聊|聊天|"
    r"等于几|\d+\s*[+*/×÷]\s*\d+|乘以|除以|女朋友|男朋友|减肥|世界杯|电影推荐|推荐.{0,6}(?:店|餐|酒店|景点|电影|歌)|"
    r"\b(?:write|poem|joke|translate|recipe|python|javascript|weather|song|movie|restaurant|lottery|horoscope|capital of|who won)\b"
)
ABOUT_DOCUMENT = re.compile(
    r"方案|政策|文件|措施|条款|规定|政府|市里|扶持|补贴|资助|\b(?:plan|policy|measures|document|city|subsid\w+)\b"
)
SUPPOSING = re.compile(r"万一|如果|假如|假设|假使|倘若|要是|若是|\b(?:what if|if|suppose|supposing)\b")
RELATIVE_YEAR = re.compile(
    r"去年|前年|明年|后年|上一?年度|下一?年度|下一版|上一版|last year|next year|the year (?:before|after)"
)
WHETHER = re.compile(
    r"[吗么嘛不没][?？。!]?$|能不能|可不可以|能否|可否|是否|有没有|会不会|要不要|^(?:is|are|does|do|can|could|will|has|have)\b"
)
# Kinds of asked-for things that texts of this sort hardly ever state, whatever else they say of the topic.
GROUPS = {
    "amount": ("money", "cap", "share"),
    "number": ("count", "scale", "area"),
    "when": ("when",),
    "where": ("where", "street"),
    "who": ("who", "department"),
    "person": ("manager",),
    "formality": ("procedure", "materials", "contact", "portal"),
    "condition": ("criteria", "eligibility"),
    "consequence": ("penalty",),
    "progress": ("progress",),
    "funding": ("funding",),
    "reason": ("reason",),
    "price": ("price",),
    "name": ("name",),
    "figure": ("figure",),
}
LONG, NEAR_ASKING = 4, 5


def treated(question: Question, ranked: Sequence[Candidate], best: Candidate, unknown: float) -> dict[str, float]:
    """Return what speaks for the document treating the question at all."""
    closest, distinct = closeness_of(ranked)
    english = float(question.english)
    return {
        "closest": closest,
        "closest_english": closest * english,
        "distinct": distinct,
        "coverage": max(one.coverage for one in ranked[:LONG]),
        "best_closeness": best.closeness or 0.0,
        "unknown": unknown,
        "english": english,
        "no_vectors": float(best.closeness is None),
        "chat": float(bool(CHAT.search(question.folded))),
        "about_document": float(bool(ABOUT_DOCUMENT.search(question.folded))),
        "asks_slot": float(bool(question.slots)),
    }


def stated(
    corpus: Corpus, question: Question, about: Topic, chosen: Sequence[Candidate], ranked: Sequence[Candidate]
) -> dict[str, float]:
    """Return what speaks for the chosen sentences stating all that was asked."""
    best = chosen[0]
    told = [one.sentence.folded for one in chosen if on_topic(best, one)]
    share, longest, near = unknown_weights(corpus, question, about, ASKING)
    whether = float(bool(WHETHER.search(question.folded)))
    unsaid = _unsaid(corpus, about, chosen)
    found = {
        "closeness": best.closeness or 0.0,
        "coverage": best.coverage,
        "own_coverage": best.own_coverage,
        "certainty": certainty(ranked),
        "unknown": share,
        "unknown_name": longest,
        "unknown_near_asking": near,
        "english": float(question.english),
        "no_vectors": float(best.closeness is None),
        "supposing": float(bool(SUPPOSING.search(question.folded))),
        "relative_year": float(bool(RELATIVE_YEAR.search(question.folded))),
        "whether": whether,
        "whether_unknown": whether * share,
        "confirming": float(question.confirming),
        "listing": float(question.listing),
        "no_slot": float(not question.slots),
        "absent_year": float(bool(absent_years(corpus, question))),
        "absent_place": float(bool(elsewhere(corpus, question) or absent_districts(corpus, question))),
        "absent_body": float(bool(absent_bodies(corpus, question))),
        "carried": float(bool(about.carried)),
        "closest_quoted": max(one.closeness or 0.0 for one in chosen),
        "quoted": float(len(chosen)),
        "telling_unsaid": max(unsaid.values(), default=0.0),
        "asked_unsaid": bool(question.slots) * sum(unsaid.values()) / about.own_total,
        "counted_otherwise": float(counts_otherwise(question.folded, [one.sentence.folded for one in chosen])),
    }
    return found | _by_group(question.slots, told)


def apart(*, several: bool) -> dict[str, float]:
    """Return what speaks beside `stated` for a question that was cut into one for each of `several` things."""
    return {"several": float(several)}


def _unsaid(corpus: Corpus, about: Topic, chosen: Sequence[Candidate]) -> Mapping[Term, float]:
    """Return how much of each word's weight neither the quotes nor the heading over the first of them have."""
    heading = corpus.articles[chosen[0].sentence.article].folded_heading
    told = [one.sentence.folded for one in chosen]
    return {
        term: weight * (1 - max(IN_HEADING * match(term, heading), *(match(term, text) for text in told)))
        for term, weight in about.weights.items()
    }


def _by_group(slots: Sequence[Slot], told: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for group, names in GROUPS.items():
        asked = [slot for slot in slots if slot.name in names]
        filled = [slot for slot in asked if any(map(slot.is_filled_by, told))]
        found[f"{group}_stated"] = float(bool(asked) and len(filled) == len(asked))
        found[f"{group}_open"] = float(len(filled) < len(asked))
    return found
