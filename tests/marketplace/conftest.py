"""Demonstration scenarios in the database, and solutions that say what they ask for."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from accounts.models import Organisation
from core import clock
from core.extensions import db
from core.settings import ROOT
from marketplace.solutions.models import Solution
from retrieval import lexical
from retrieval.operations import fill_vectors
from retrieval.text import sentences as spans
from scenario_catalog.models import Scenario
from scenario_catalog.operations import write_passages
from tests.factories import SolutionFactory, offered

FIELDS = ("title", "background", "scope", "indicators", "resources", "conditions", "acceptance")


def demo_scenarios() -> list[dict[str, Any]]:
    files = sorted((ROOT / "scenario_catalog" / "demo").glob("batch-*.json"))
    return [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))["scenarios"]]


def add_scenario(agency: Organisation, number: str, row: dict[str, Any], **changes: Any) -> Scenario:
    """Publish a row of the demonstration files as an open scenario."""
    kept = {name: row[name] for name in ("system", "domain", "district", "mode", "budget_min", "budget_max", *FIELDS)}
    now = clock.now()
    times = {"deadline": clock.today() + timedelta(days=20), "published_at": now, "created_at": now, "updated_at": now}
    scenario = Scenario(number=number, agency=agency, **{"status": "open", **kept, **times, **changes})
    db.session.add(scenario)
    db.session.flush()
    write_passages(db.session(), scenario)
    return scenario


@pytest.fixture
def agency(app: Flask) -> Organisation:
    found = Organisation(code="water", kind="agency", name="临海市水务所", verification="verified")
    db.session.add(found)
    return found


@pytest.fixture
def eight_open(app: Flask, agency: Organisation) -> list[Scenario]:
    """Eight open scenarios of eight domains, with vectors."""
    rows = [row for row in demo_scenarios() if row["deadline"] > 0 and not row.get("history")][:8]
    found = [add_scenario(agency, f"SZ-2026-{place:04d}", row) for place, row in enumerate(rows, 1)]
    db.session.commit()
    fill_vectors()
    return found


def turned(sentence: str) -> str:
    """Return the words of a sentence in the opposite order: the same to a bag of words."""
    return "".join(reversed(lexical.words(sentence))) + "。"


def in_own_words(scenario: Scenario) -> str:
    """Return what a scenario asks for, turned round: a copy would tell nothing."""
    return "".join(turned(span.text) for span in spans(scenario.scope))


def echo(scenario: Scenario, enterprise: Organisation | None = None, **changes: Any) -> Solution:
    """Return a public solution that says what a scenario asks for, with vectors: its words turned round, as copies tell nothing."""
    said = [turned(span.text) for span in spans(scenario.scope)]
    facts = {"name": turned(scenario.title)[:60], "summary": "".join(said), "capabilities": tuple(said[:3]), **changes}
    made = SolutionFactory(**({"organisation": enterprise} if enterprise else {}), **facts)
    offered(made)
    fill_vectors()
    return made
