"""The evidence bundle: opened, summed up, its events recomputed, and checked by the program that comes with it."""

import csv
import json
import subprocess
import sys
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access.models import Person
from core import chain
from core.audit import SYSTEM, AuditEvent
from core.extensions import db
from scenario_catalog.landing import bundling, evidence
from scenario_catalog.landing.evidence import Label
from tests.pages import PageClient
from tests.scenario_catalog.landing_world import RESULTS, WINNER, World, awarded, landed, milestone, upload

ODD = "../../验收/报告\u202e\n<b>.txt"


@pytest.fixture
def world(app: Flask) -> World:
    """A landed scenario, one of whose files has a title that no file system should see."""
    found = awarded(title="影像初筛", background="只有草稿里才有的话")
    step = milestone(found, "contract")
    evidence.attach(db.session(), SYSTEM, step, upload(b"odd"), Label("contract", ODD, False, found.winner.id))
    db.session.commit()
    return landed(found)


def fetched(client: PageClient, world: World, person: Person) -> ZipFile:
    with client.sign_in(person).get(f"{world.desk}/bundle.zip") as answer:
        assert answer.mimetype == "application/zip"
        assert "no-store" in answer.headers["Cache-Control"]
        return ZipFile(BytesIO(answer.get_data()))


@pytest.fixture
def archive(client: PageClient, world: World) -> ZipFile:
    return fetched(client, world, world.enterprise)


def test_landing_bundle_has_all_files_under_safe_names(archive: ZipFile) -> None:
    names = archive.namelist()
    assert names[0] == "汇总.html"
    assert names[-1] == "SHA256SUMS"
    assert len(names) == len(set(names))
    proofs = [name for name in names if name.startswith("证明材料/")]
    assert {archive.read(name) for name in proofs} == {b"odd", b"contract evidence", b"acceptance evidence"}
    for name in names:
        assert ".." not in name
        assert name.isprintable()
        assert name.count("/") <= 1
        assert not {*name} & {*'\\:*?"<>|'}


def test_landing_bundle_sums_fit_every_file(archive: ZipFile) -> None:
    lines = archive.read("SHA256SUMS").decode().splitlines()
    said = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert {*said} == {*archive.namelist()} - {"SHA256SUMS"}
    for name, digest in said.items():
        assert sha256(archive.read(name)).hexdigest() == digest


def test_landing_bundle_events_are_those_of_the_log(archive: ZipFile, world: World) -> None:
    events = json.loads(archive.read("audit.json"))
    kinds = {event["subject_type"] for event in events}
    assert kinds == {"landing", "milestone", "milestone_evidence", "scenario"}
    for event in events:
        claimed = event.pop("hash")
        assert chain.link(event) == claimed
        assert db.session.scalar(select(AuditEvent.hash).where(AuditEvent.id == event["id"])) == claimed
    verbs = {event["verb"] for event in events}
    assert {"publish", "award", "land", "verify", "attach", "meet"} <= verbs
    assert not verbs & {"create", "save", "submit", "approve"}, (
        "what happened before the publication is the agency's own"
    )
    rows = [*csv.DictReader(StringIO(archive.read("audit.csv").decode("utf-8-sig")))]
    assert [int(row["id"]) for row in rows] == [event["id"] for event in events]


def test_landing_bundle_summary_can_be_read_alone(archive: ZipFile) -> None:
    html = archive.read("汇总.html").decode()
    for text in ("影像初筛", WINNER, RESULTS, "仅参与方", "公开"):
        assert text in html
    assert "style=" not in html
    assert "<style" not in html
    assert "<script" not in html
    assert "&lt;b&gt;" in html
    assert 'href="style.css"' in html
    assert "style.css" in archive.namelist()


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "verify.py"], cwd=folder, capture_output=True, text=True, check=False)


def test_landing_bundle_verifier_finds_what_was_changed(archive: ZipFile, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    archive.extractall(folder)
    sound = run(folder)
    assert (sound.returncode, "全部相符" in sound.stdout) == (0, True), sound
    events = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    events[0]["role"] = "agency-owner"
    (folder / "audit.json").write_text(json.dumps(events, ensure_ascii=False), encoding="utf-8")
    changed = run(folder)
    assert changed.returncode == 1
    assert "audit.json" in changed.stdout
    assert f"第 {events[0]['id']} 条" in changed.stdout


def test_landing_bundle_is_for_the_parties_and_who_watches(client: PageClient, world: World) -> None:
    for person in (world.agency, world.enterprise, world.operator):
        assert fetched(client, world, person).testzip() is None
    client.sign_out().get(f"{world.desk}/bundle.zip", status=303)


def test_landing_bundle_leaves_out_what_is_too_big_and_says_so(
    client: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundling, "MOST_BYTES", 3)
    archive = fetched(client, world, world.agency)
    assert len([name for name in archive.namelist() if name.startswith("证明材料/")]) == 1
    assert "未打包的材料：contract证明、acceptance证明" in archive.read("汇总.html").decode()


def test_landing_bundle_has_no_file_that_did_not_pass_the_scan(client: PageClient, world: World) -> None:
    step = milestone(world, "contract")
    step.evidence[0].file.state = "refused"
    db.session.commit()
    archive = fetched(client, world, world.agency)
    assert not any(archive.read(name) == b"odd" for name in archive.namelist())
