"""What the pages show of a ranking: the other side, sentence against sentence, and the conditions apart from the score."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from markupsafe import Markup, escape

from core import clock
from core.city import city
from core.extensions import db
from core.formats import day
from marketplace.matching import eligibility, matcher, queries, rules
from marketplace.matching.eligibility import Check, Offerer, Requirement
from marketplace.matching.matcher import Ranking
from marketplace.matching.models import BidInvitation, Shortlist, ShortlistEntry
from marketplace.matching.rules import Match, Pair
from marketplace.solutions import queries as solutions
from marketplace.solutions.models import EnterpriseProfile, Solution
from marketplace.solutions.rules import facts_of
from retrieval import lexical
from retrieval.embedder import ready
from retrieval.text import sentences
from scenario_catalog import queries as catalog
from scenario_catalog.marking import mark
from scenario_catalog.models import Scenario
from scenario_catalog.rules import is_open

# Of what is near and does not fit so many are shown, folded: from log odds of 1 in 70 on, by docs/matching.md.
MOST_OTHERS = 5
NEAREST = rules.CUT - 3.0
LEVELS: Mapping[str, str] = {"high": "很合适", "middle": "合适", "low": "可以看看"}
NEAR, FAR = "接近但不够", "不相近"
FIELDS: Mapping[str, str] = {
    "title": "名称",
    "background": "背景与痛点",
    "scope": "建设内容",
    "name": "方案名称",
    "summary": "方案简介",
    "capabilities": "核心能力",
}
SHORTEST_TEXT = 10
# Words both sides of any pair are full of.
MEASURES = frozenset(
    "以上 以下 以内 不少 不得 左右 超过 其中 支持 提供 需要 使用 通过 实现 相关 公司 项目".split()  # noqa: SIM905 - a list of words
)


class ShownPair(NamedTuple):
    """A sentence of the need and one of the solution, the words that both hold marked, and where each stands."""

    need: Markup
    solution: Markup
    need_field: str
    solution_field: str


@dataclass(frozen=True)
class Row:
    """A match with both sides; `checks` are empty where nothing is known of who offers."""

    match: Match
    scenario: Scenario
    solution: Solution | None
    pairs: Sequence[ShownPair]
    checks: Sequence[Check]

    @property
    def level(self) -> str:
        return level(self.match)

    @property
    def code(self) -> str:
        return code(self.match)

    @property
    def cut(self) -> float:
        return rules.CUT

    @property
    def conditions(self) -> list[str]:
        return _conditions(self.scenario)


class Offered(NamedTuple):
    """A solution that matches a scenario, and how it stands with the conditions."""

    match: Match
    solution: Solution
    checks: Sequence[Check]


class Entry(NamedTuple):
    """An entry of a frozen ranking, its level in words, its pairs, and whether its enterprise was invited."""

    entry: ShortlistEntry
    level: str
    code: str
    pairs: Sequence[ShownPair]
    invited: BidInvitation | None


class Domain(NamedTuple):
    """How many open scenarios of a domain have a solution that fits, or none, and how many solutions a scenario, or none."""

    code: str
    name: str
    covered: int
    uncovered: int
    busy: int
    idle: int


@dataclass(frozen=True)
class Overview:
    """Supply and demand: how many there are, and who is without the other."""

    needs: int
    solutions: int
    uncovered: Sequence[Any]
    idle: Sequence[Solution]
    domains: Sequence[Domain]


@dataclass(frozen=True)
class Shown:
    """A ranking as the pages show it; while it `waits`, the model is `loading`, or `done` of `total` passages have vectors."""

    fitting: Sequence[Row]
    others: Sequence[Row]
    compared: int
    loading: bool
    done: int
    total: int

    @property
    def waits(self) -> bool:
        return self.loading or self.done < self.total

    @property
    def demo(self) -> bool:
        rows = [*self.fitting, *self.others]
        return any(row.scenario.demo or (row.solution is not None and row.solution.demo) for row in rows)


def level(match: Match) -> str:
    """Return how well a match fits, in words."""
    if match.fits:
        return LEVELS[match.level]
    return NEAR if match.score >= NEAREST else FAR


def code(match: Match) -> str:
    if match.fits:
        return match.level
    return "near" if match.score >= NEAREST else "far"


def for_solution(solution: Solution) -> Shown:
    """Return the open scenarios for a solution: by what is stored of a public one, by its words for a draft."""
    today = clock.today()
    if solution.status == solutions.PUBLISHED:
        return scenarios(matcher.scenarios_for(solution, today), solution)
    return scenarios(matcher.scenarios_for_text(solution.name, _said(solution), today), solution)


def says_too_little(solution: Solution) -> bool:
    return len(_said(solution)) < SHORTEST_TEXT


def scenarios(ranking: Ranking, solution: Solution | None = None) -> Shown:
    """Return ranked scenarios for a solution, or for a text of which nothing else is known."""
    rows = db.session.scalars(queries.by_number([match.id for match in ranking.matches])).unique()
    found = {cast("str", scenario.number): scenario for scenario in rows}
    offerer = _offerers([solution]).get(solution.id) if solution else None
    kept = [match for match in ranking.matches if match.id in found]
    return _shown(ranking, [_row(match, found[match.id], solution, offerer) for match in kept])


def solutions_of(ranking: Ranking, scenario: Scenario) -> Shown:
    """Return ranked solutions for a scenario."""
    offered = offers(ranking, scenario)
    return _shown(
        ranking, [Row(one.match, scenario, one.solution, pairs(one.match.pairs), one.checks) for one in offered]
    )


def offers(ranking: Ranking, scenario: Scenario) -> list[Offered]:
    """Return every solution of a ranking that is public still, best first."""
    ids = [int(match.id) for match in ranking.matches]
    found = {str(one.id): one for one in db.session.scalars(solutions.numbered(ids)).unique()}
    offerers, asked = _offerers(found.values()), _requirement(scenario)
    return [
        Offered(match, found[match.id], eligibility.checks(asked, offerers[found[match.id].id]))
        for match in ranking.matches
        if match.id in found
    ]


def entries(shortlist: Shortlist) -> list[Entry]:
    """Return the entries of a frozen ranking as they were, with who was invited since."""
    rows = db.session.scalars(queries.invitations_of(shortlist.scenario_id)).unique()
    invited = {one.organisation_id: one for one in rows}
    return [_entry(one, invited.get(one.solution.organisation_id)) for one in shortlist.entries]


def coverage(needs: Collection[str], fitting: Collection[int], today: date) -> Overview:
    """Return supply and demand, where these needs are covered and these solutions fit one."""
    cards = catalog.cards_numbered(matcher.open_now(today))
    offered = db.session.scalars(solutions.public_solutions()).unique().all()
    uncovered = [card for card in cards if card.number not in needs]
    idle = [one for one in offered if one.id not in fitting]
    demand, lacking = (Counter(card.domain for card in some) for some in (cards, uncovered))
    supply, unused = Counter(_domains(offered)), Counter(_domains(idle))
    rows = [
        Domain(
            one.code,
            one.name,
            demand[one.code] - lacking[one.code],
            lacking[one.code],
            supply[one.code] - unused[one.code],
            unused[one.code],
        )
        for one in city().domains
    ]
    return Overview(len(cards), len(offered), uncovered, idle, rows)


def pairs(found: Iterable[Pair]) -> list[ShownPair]:
    """Return pairs of sentences with the words that both sides share marked."""
    return [_pair(pair) for pair in found]


def shared_words(one: str, other: str) -> set[str]:
    """Return the words of two or more characters, folded, that both texts hold and that tell something."""
    both = set(lexical.words(one)) & set(lexical.words(other))
    return {word for word in both - MEASURES if len(word) > 1 and not word.isdigit()}


def _shown(ranking: Ranking, rows: Sequence[Row]) -> Shown:
    fitting = [row for row in rows if row.match.fits]
    others = [row for row in rows if row.code == "near"][:MOST_OTHERS]
    return Shown(fitting, others, ranking.compared, not ready(), ranking.done, ranking.total)


def _row(match: Match, scenario: Scenario, solution: Solution | None, offerer: Offerer | None) -> Row:
    checks = eligibility.checks(_requirement(scenario), offerer) if offerer else []
    return Row(match, scenario, solution, pairs(match.pairs), checks)


def _pair(pair: Pair) -> ShownPair:
    words = shared_words(pair.need, pair.solution)
    fields = [FIELDS.get(field, field) for field in (pair.need_field, pair.solution_field)]
    return ShownPair(_marked(pair.need, words), _marked(pair.solution, words), *fields)


def _marked(text: str, words: Collection[str]) -> Markup:
    return mark(text, words) or escape(text)


def _entry(stored: ShortlistEntry, invited: BidInvitation | None) -> Entry:
    match = Match(str(stored.solution_id), stored.score, stored.fits)
    return Entry(stored, level(match), code(match), pairs(Pair(**one) for one in stored.pairs), invited)


def _said(solution: Solution) -> str:
    facts = facts_of(solution.content)
    return "\n".join([facts.summary, *facts.capabilities]).strip()


def _domains(found: Iterable[Solution]) -> Iterator[str]:
    return (term.code for one in found for term in one.terms if term.kind == "domain")


def _conditions(scenario: Scenario) -> list[str]:
    return [span.text for span in sentences(scenario.conditions)]


def _requirement(scenario: Scenario) -> Requirement:
    closes = f"{day(scenario.deadline)}截止（当天仍可报名）"
    return Requirement(scenario.district, scenario.mode, _conditions(scenario), is_open(scenario, clock.now()), closes)


def _offerers(found: Iterable[Solution]) -> dict[int, Offerer]:
    """Return what is known of who offers each solution."""
    offered = list(found)
    ids = {one.organisation_id for one in offered}
    profiles = {one.organisation_id: one for one in db.session.scalars(solutions.profiles(ids)).unique()}
    return {one.id: _offerer(one, profiles.get(one.organisation_id)) for one in offered}


def _offerer(solution: Solution, profile: EnterpriseProfile | None) -> Offerer:
    owner = solution.organisation
    if profile is None:
        return Offerer(owner.verified, owner.district, (), "", "", solution.trl)
    papers = (*profile.qualifications, *profile.certifications)
    return Offerer(owner.verified, owner.district, papers, profile.model_filing, profile.algorithm_filing, solution.trl)
