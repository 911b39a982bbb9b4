"""Loading the invented bids, scores and awards, and removing them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from accounts.models import Membership
from core import audit, clock, files
from core.extensions import db
from core.registry import Progress
from core.settings import settings
from marketplace.bids import vault
from marketplace.bids.rules import aliases
from marketplace.demonstration import bidding, deciding, keys, offering, people, queries, story
from marketplace.demonstration.judging import RANKED, Judging
from marketplace.demonstration.people import DEMO, PANEL
from marketplace.demonstration.story import Told
from marketplace.sealing import operations as sealing
from marketplace.sealing.models import Seal
from scenario_catalog.models import Scenario

FILE = "demo-secrets.txt"
HEADING = (
    "仅供演示：本文件只含演示场景的密钥分片和方案口令，供试用开标与编辑方案。",
    "真实的分片和口令从不保存在系统中，只在领取时显示一次。",
)
KEYED, RECEIVED, STEP = timedelta(days=15), timedelta(hours=9), timedelta(hours=7, minutes=13)


@dataclass
class Loaded:
    """How many scenarios got bids, and what was shown once on the way."""

    scenarios: int = 0
    secrets: list[str] = field(default_factory=list)


def seed(progress: Progress) -> None:
    """Load what is missing, where the demonstration's scenarios and people are."""
    session = db.session()
    if not settings().demo_data or queries.has_bids(session):
        progress("已经在库中" if settings().demo_data else "DEMO_DATA=0：不载入")
        return
    panel = people.panel(session)
    if len(panel) < PANEL:
        progress("没有三位演示评审：不载入演示揭榜方案")
        return
    loaded = load(session, panel)
    session.commit()
    if loaded.secrets:
        _keep(loaded.secrets)
    progress(f"{loaded.scenarios} 个场景的揭榜方案；分片与口令在 {FILE}")


def load(session: Session, panel: Sequence[Membership]) -> Loaded:
    """Give the invented scenarios their bids, each as far as it has come; those that somebody worked on are left alone."""
    found = Loaded()
    people.register(session)
    for told in story.judged():
        scenario = queries.scenario(session, told["scenario"])
        if scenario and scenario.status != "open":
            found.secrets += _judged(session, scenario, told, panel)
            found.scenarios += 1
    for told in story.sealed():
        scenario = queries.scenario(session, told["scenario"])
        if scenario and scenario.status == "open":
            found.secrets += bidding.tell(session, scenario, told)
            found.scenarios += 1
    if found.scenarios:
        audit.record(session, DEMO, "load", "demo", "bids")
    return found


def purge(session: Session) -> None:
    """Remove the bids of invented scenarios and enterprises with all that came of them, before these go themselves."""
    for bid in session.scalars(queries.demo_bids()).unique().all():
        vault.drop(session, bid.files)
    for stored in session.scalars(queries.trial_files()).all():
        files.erase(session, stored, "demonstration data was removed")
    for removal in queries.removals():
        session.execute(removal)
    session.expire_all()
    _path().unlink(missing_ok=True)


def _judged(session: Session, scenario: Scenario, told: Told, panel: Sequence[Membership]) -> list[str]:
    """Tell one scenario from its keys to what was decided; returns the shares while its prices can still be opened."""
    moves = deciding.moves_of(scenario)
    opened, end = moves["evaluating"], deciding.end_of_judging(moves)
    with clock.frozen(clock.end_of_day(scenario.deadline) - KEYED):
        made = keys.keyed(session, scenario)
    offered = [_offered(session, made.seal, told, place) for place in range(len(told["bids"]))]
    with clock.frozen(opened):
        sealing.move(session, DEMO, made.seal, "open")
    deciding.strike(offered)
    judging = Judging(session, made.seal, offered, lambda part: opened + part * (end - opened))
    ranked = judging.tell(panel, told.get("stage", RANKED))
    if "finalists" in moves:
        deciding.decide(session, told, ranked, moves)
    session.flush()
    due = "stage" in told and judging.terms.price is not None
    return [f"{scenario.number} {scenario.title}", *(f"  分片 · {one}" for one in made.shares)] if due else []


def _offered(session: Session, seal: Seal, told: Told, place: int) -> offering.Offered:
    """Write down a bid that came on one of the last days; the names for the judging do not follow the order of arrival."""
    names = aliases(len(told["bids"]))
    with clock.frozen(_received(seal.scenario, place)):
        return offering.offer(session, seal, told["bids"][place], names[(place + 1) % len(names)], place)


def _received(scenario: Scenario, place: int) -> datetime:
    return clock.end_of_day(scenario.deadline) - RECEIVED - place * STEP


def _keep(secrets: Sequence[str]) -> None:
    _path().unlink(missing_ok=True)
    handle = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join((*HEADING, "", *secrets, "")))


def _path() -> Path:
    return settings().instance / FILE
