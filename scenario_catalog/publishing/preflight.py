"""The check before a batch is published: facts in, all that stands in its way out. Knows no database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from flask_babel import gettext as _

from core.formats import day
from scenario_catalog.columns import plain

APPROVED = "approved"
CLEAN = "clean"

# Where what was found is mended: each is a page.
Mend = Literal["batch", "scenario", "verification", "public"]


@dataclass(frozen=True)
class ScenarioFacts:
    """What is looked at in a scenario.

    `missing` are labels of empty fields, `documents` (title, state of its file), `personal` kinds of personal data found.
    """

    id: int
    title: str
    status: str
    status_label: str
    agency: str
    verified: bool
    deadline: date | None
    mode: str
    notice_url: str
    missing: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    personal: tuple[str, ...] = ()
    demo: bool = False


@dataclass(frozen=True)
class BatchFacts:
    """A batch as it would be published on `day`; a need must stay open so many days after it."""

    title: str
    day: date
    shortest_opening: int
    scenarios: Sequence[ScenarioFacts] = ()


@dataclass(frozen=True)
class Finding:
    """Something in the way, or with `blocks` False worth a look; of one scenario, or of the batch. `target` names the page."""

    text: str
    blocks: bool
    mend: Mend
    scenario: int | None = None
    target: str = ""


def check(batch: BatchFacts) -> list[Finding]:
    """Return what was found: what blocks first, then in the order of the scenarios."""
    found = [*_of_batch(batch)]
    for scenario in batch.scenarios:
        found += _of_scenario(scenario, batch)
    return sorted(found, key=lambda finding: not finding.blocks)


def alike(scenario: int, others: Sequence[tuple[str, str]]) -> list[Finding]:
    """Return a warning for each public scenario, (number, title), that a scenario is much like."""
    return [
        Finding(
            _("与已发布的 %(number)s“%(title)s”相近", number=number, title=title),
            blocks=False,
            mend="public",
            scenario=scenario,
            target=number,
        )
        for number, title in others
    ]


def blockers(found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.blocks]


def lines(found: Sequence[Finding], batch: BatchFacts) -> list[str]:
    """Return the findings as lines that name their scenario."""
    titles = {scenario.id: f"“{scenario.title}”：" for scenario in batch.scenarios}
    return [f"{titles.get(finding.scenario or 0, '')}{finding.text}" for finding in found]


def _of_batch(batch: BatchFacts) -> Iterator[Finding]:
    if not batch.title.strip():
        yield Finding(_("批次没有标题"), blocks=True, mend="batch")
    if not batch.scenarios:
        yield Finding(_("批次中没有场景"), blocks=True, mend="batch")
    if len({one.demo for one in batch.scenarios}) > 1:
        yield Finding(_("演示场景与真实场景不能同批发布"), blocks=True, mend="batch")
    titles = Counter((plain(one.agency), plain(one.title)) for one in batch.scenarios)
    for one in batch.scenarios:
        if titles[plain(one.agency), plain(one.title)] > 1:
            text = _("“%(agency)s”在本批中有同名的场景", agency=one.agency)
            yield Finding(text, blocks=True, mend="scenario", scenario=one.id)


def _of_scenario(one: ScenarioFacts, batch: BatchFacts) -> Iterator[Finding]:
    if one.status != APPROVED:
        yield _blocker(one, _("现在是“%(status)s”，不再是待发布", status=one.status_label))
    if not one.verified:
        yield _blocker(one, _("需求单位“%(agency)s”尚未认证", agency=one.agency), "verification")
    yield from _of_deadline(one, batch)
    if one.missing:
        yield _blocker(one, _("没有填写：%(fields)s", fields="、".join(one.missing)))
    for title, state in one.documents:
        if state != CLEAN:
            yield _blocker(one, _("附件“%(title)s”尚未通过安全检查", title=title))
    if one.mode == "procurement" and not one.notice_url:
        yield _blocker(one, _("合作模式为采购，没有采购公告链接"))
    if one.personal:
        text = _("文字中疑有%(kinds)s，请确认可以公开", kinds="、".join(one.personal))
        yield Finding(text, blocks=False, mend="scenario", scenario=one.id)


def _of_deadline(one: ScenarioFacts, batch: BatchFacts) -> Iterator[Finding]:
    earliest = batch.day + timedelta(days=batch.shortest_opening)
    if one.deadline is None:
        yield _blocker(one, _("没有报名截止日"))
    elif one.deadline < earliest:
        told = {"day": day(one.deadline), "earliest": day(earliest), "n": batch.shortest_opening}
        yield _blocker(one, _("报名截止日 %(day)s 太近：发布后至少开放 %(n)s 天，最早为 %(earliest)s", **told))


def _blocker(one: ScenarioFacts, text: str, mend: Mend = "scenario") -> Finding:
    return Finding(text, blocks=True, mend=mend, scenario=one.id, target=one.agency if mend == "verification" else "")
