"""Killing the process while a batch of 60 is published, from a list or at the operator's desk, leaves all of it or nothing."""

import random
import subprocess
import time
from pathlib import Path

import openpyxl
import pytest

from core.extensions import db
from core.settings import ROOT
from tests.conftest import make_app, opened
from tests.factories import member
from tests.faults.instances import FLASK, checked, environment, prepare
from tests.faults.publications import COUNT, Publisher, assert_numbered, assert_sound, composed, is_published
from tests.pages import PageClient

KILLS, LIST_KILLS = 6, 3
DRAFT = "draft"
HEADER = [
    "场景名称",
    "需求单位",
    "体系",
    "领域",
    "背景与痛点",
    "建设内容",
    "考核指标",
    "落地区域",
    "合作模式",
    "预算(万元)",
    "报名截止",
]


def sheet(path: Path, run: int) -> Path:
    book = openpyxl.Workbook()
    rows = book.active
    assert rows is not None
    rows.append(HEADER)
    for number in range(COUNT):
        text = f"第{number}项需求：窗口每天受理约{number + 10}件申请，人工核对材料耗时较长，希望用大模型辅助核对并给出依据。"
        rows.append(
            [
                f"材料核对辅助场景{run:02d}-{number:02d}",
                "示例区政务中心",
                "公共服务+AI",
                "数字政府",
                text,
                text,
                "准确率不低于95%",
                "全市",
                "试点验证",
                "面议",
                "2099-12-31",
            ]
        )
    book.save(path)
    return path


def publish(path: Path, instance: Path) -> subprocess.Popen[bytes]:
    command = [*FLASK, "catalog", "import", str(path), "--create-agencies", "--publish", "第一批"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(instance), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def published(instance: Path) -> tuple[int, int, int]:
    """Return the numbers of published scenarios, frozen entries and batches."""
    with checked(instance) as connection:
        scenarios, entries, batches = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("scenario", "batch_entry", "batch")
        )
    return scenarios, entries, batches


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return prepare(tmp_path)


def test_a_killed_publication_is_all_or_nothing(instance: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "list.xlsx", 0)
    started = time.monotonic()
    probe = publish(path, instance)
    assert probe.wait(120) == 0
    whole = time.monotonic() - started
    assert published(instance) == (COUNT, COUNT, 1)
    rng = random.Random(11)
    before = (COUNT, COUNT, 1)
    for run in range(1, LIST_KILLS + 1):
        process = publish(sheet(path, run), instance)
        time.sleep(whole * rng.uniform(0.5, 1.0))
        process.kill()
        process.wait()
        after = published(instance)
        assert after in {before, (before[0] + COUNT, before[1] + COUNT, before[2] + 1)}
        before = after
    assert publish(sheet(path, LIST_KILLS + 1), instance).wait(120) == 0, "the next publication goes through"
    assert published(instance) == (before[0] + COUNT, before[1] + COUNT, before[2] + 1)


def test_an_operator_s_press_publishes_all_or_nothing_and_the_next_one_all(instance: Path) -> None:
    rng, batches = random.Random(5), list[int]()
    with opened(make_app(instance, database_url="")) as app:
        desk = PageClient(app).sign_in(member("operator", "approver")).raw.get_cookie("session")
        assert desk
        publisher = Publisher(instance, SECRET_KEY=app.config["SECRET_KEY"])

        def press(killed_after: float | None = None) -> float:
            took = publisher.run(f"press {batches[-1]} {desk.value}", killed_after)
            assert_sound(app, instance, DRAFT)
            return took

        def compose() -> None:
            batch = composed("手工发布的一批")
            db.session.commit()
            batches.append(batch.id)
            db.session.remove()

        compose()
        whole = press()
        assert is_published(instance, batches[0], DRAFT)
        compose()
        for kill in range(KILLS):
            press(whole * (kill + rng.random()) / KILLS)
            if is_published(instance, batches[-1], DRAFT):
                compose()
        press()
        assert is_published(instance, batches[-1], DRAFT)
        publisher.end()
    assert_numbered(instance, batches)
    copies = {int(copy.stem.rpartition("-")[2]) for copy in (instance / "backups").glob("*.db")}
    assert copies == {*batches}, "each publication was preceded by a backup"
