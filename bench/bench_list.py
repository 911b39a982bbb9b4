"""The list page at 20,000 scenarios against a bare Flask and Jinja page with as many rows, in one process.

    python bench/bench_list.py [scenarios]

The bare page reads its rows with one indexed SELECT of plain SQL and renders the same facts of them in one table: no
layout, no facets, no counts, no total, no headers of ours. Both are asked in turn through Flask's test client.
The site keeps the HTML of an address until the list changes; what the first visit of an address costs is told beside.
"""

import itertools
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import insert

from accounts.models import Organisation
from app import create_app
from core import clock
from core.audit import SYSTEM, record
from core.city import city
from core.extensions import db
from core.settings import Settings
from scenario_catalog import rules
from scenario_catalog.listing import PAGE_SIZE, table
from scenario_catalog.models import Batch, Scenario, ScenarioTag

SCENARIOS = 20_000
AGENCIES = 200
PER_BATCH = 400
TARGET = 3.0
ROUNDS = 300
STATUSES = [status for status in rules.SHOWN if status != rules.CLOSED]
PAGES = [
    "/scenarios",
    "/scenarios?page=500",
    "/scenarios?domain=healthcare&domain=education&status=open",
    "/scenarios?sort=deadline",
    "/scenarios?tag=tax&mode=pilot&sort=budget",
]

BARE_SQL = """
    SELECT number, title, organisation.name, domain, mode, scenario.district, budget_min, budget_max, deadline, status
    FROM scenario JOIN organisation ON organisation.id = agency_id
    ORDER BY published_at DESC LIMIT ?
"""
BARE_PAGE = """<!doctype html><html lang="zh"><head><title>list</title></head><body><h1>list</h1><table>
{% for row in rows %}<tr><td><a href="/scenarios/{{ row[0] }}">{{ row[1] }}</a></td>
{% for value in row[2:] %}<td>{{ value }}</td>{% endfor %}</tr>{% endfor %}
</table></body></html>"""


def fill(count: int) -> None:
    """Insert published scenarios spread over all facets."""
    dice, now, place = random.Random(7), clock.now(), city()
    agencies = [{"code": f"a-{n}", "kind": "agency", "name": f"第{n}局"} for n in range(AGENCIES)]
    db.session.execute(insert(Organisation), agencies)
    batches = [
        {"number": n, "title": f"第{n}批", "status": "published", "published_at": now - timedelta(days=2000 - n)}
        for n in range(1, count // PER_BATCH + 2)
    ]
    db.session.execute(insert(Batch), batches)
    db.session.execute(insert(Scenario), [_scenario(n, dice, batches[n // PER_BATCH]) for n in range(count)])
    tags = [{"scenario_id": n + 1, "tag": dice.choice(place.tags).code} for n in range(count) if n % 3]
    db.session.execute(insert(ScenarioTag), tags)
    record(db.session(), SYSTEM, "publish", "batch", 1)
    db.session.commit()


def _scenario(n: int, dice: random.Random, batch: dict[str, Any]) -> dict[str, Any]:
    place = city()
    return {
        "number": f"SZ-2026-{n + 1:05d}",
        "title": f"第{n}号场景：影像初筛与转诊提示",
        "agency_id": dice.randrange(AGENCIES) + 1,
        "system": dice.choice(place.systems).code,
        "domain": dice.choice(place.domains).code,
        "district": dice.choice(place.districts),
        "mode": dice.choice([*rules.MODES]),
        "budget_min": 100,
        "budget_max": dice.randrange(100, 900),
        "deadline": clock.today() + timedelta(days=dice.randrange(-200, 60)),
        "status": dice.choice(STATUSES),
        "batch_id": batch["number"],
        "published_at": batch["published_at"],
        "created_at": batch["published_at"],
        "updated_at": batch["published_at"],
    }


def bare_app(database: Path) -> Flask:
    """Return the plainest application that shows as many rows."""
    bare, connection = Flask("bare"), sqlite3.connect(database, check_same_thread=False)

    bare.jinja_loader = DictLoader({"rows.html": BARE_PAGE})

    @bare.get("/")
    def rows() -> str:
        return render_template("rows.html", rows=connection.execute(BARE_SQL, (PAGE_SIZE,)).fetchall())

    return bare


def alternate(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the median processor seconds of each, asked in turn: what else the machine does is not counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for _round in range(ROUNDS):
        for call, taken in zip((first, second), times, strict=True):
            started = time.process_time()
            call()
            taken.append(time.process_time() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> int:
    """Print the ratio of each page; return 1 if one is above the target."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SCENARIOS
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder), embedding_model="fake", rate_limits=False, demo_data=False)
        app = create_app(settings)
        with app.app_context():
            db.create_all()
            fill(count)
            started = time.process_time()
            table()
            print(
                f"{count} scenarios; columns loaded after a change in {1000 * (time.process_time() - started):.0f} ms"
            )
        ours, bare = app.test_client(), bare_app(Path(folder) / "marketplace.db").test_client()
        worst = max(_measure(ours, bare, page) for page in PAGES)
    print(f"worst ratio {worst:.2f}, target {TARGET:.1f}: {'reached' if worst <= TARGET else 'MISSED'}")
    return int(worst > TARGET)


def _measure(ours: Any, bare: Any, page: str) -> float:
    answer = ours.get(page)
    assert answer.status_code == HTTPStatus.OK, page
    assert answer.get_data(as_text=True).count('class="row-item"') == PAGE_SIZE, page
    assert bare.get("/").get_data(as_text=True).count("<tr>") == PAGE_SIZE
    mine, plain = alternate(lambda: ours.get(page), lambda: bare.get("/"))
    visits = itertools.count()
    first, _ = alternate(lambda: ours.get(page + ("&" if "?" in page else "?") + f"visit={next(visits)}"), bool)
    print(
        f"{page:60} {1000 * mine:6.2f} ms  bare {1000 * plain:5.2f} ms  ratio {mine / plain:.2f}"
        f"   (first visit {1000 * first:.1f} ms)"
    )
    return mine / plain


if __name__ == "__main__":
    sys.exit(main())
