"""Killing the process while a batch of 60 is imported and published leaves all of it or nothing."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from core.settings import ROOT

COUNT, KILLS = 60, 12
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
FLASK = [sys.executable, "-m", "flask", "--app", "app"]


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


def environment(instance: Path) -> dict[str, str]:
    return {**os.environ, "INSTANCE": str(instance), "EMBEDDING_MODEL": "fake", "DEMO_DATA": "0"}


def publish(path: Path, instance: Path) -> subprocess.Popen[bytes]:
    command = [*FLASK, "catalog", "import", str(path), "--create-agencies", "--publish", "第一批"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(instance), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def published(instance: Path) -> tuple[int, int, int]:
    """Return the numbers of published scenarios, frozen entries and batches; the file must be whole."""
    with sqlite3.connect(instance / "marketplace.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("scenario", "batch_entry", "batch")
        ]
        orphans = connection.execute(
            "SELECT count(*) FROM passage WHERE collection = 'scenarios' AND document NOT IN (SELECT number FROM scenario)"
        ).fetchone()[0]
    connection.close()
    assert orphans == 0
    return counts[0], counts[1], counts[2]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    subprocess.run([*FLASK, "data"], cwd=ROOT, env=environment(tmp_path), check=True, capture_output=True)
    return tmp_path


def test_a_killed_publication_is_all_or_nothing(instance: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "list.xlsx", 0)
    started = time.monotonic()
    probe = publish(path, instance)
    assert probe.wait(120) == 0
    whole = time.monotonic() - started
    assert published(instance) == (COUNT, COUNT, 1)
    rng = random.Random(11)
    before = (COUNT, COUNT, 1)
    for run in range(1, KILLS + 1):
        process = publish(sheet(path, run), instance)
        time.sleep(whole * rng.uniform(0.5, 1.0))
        process.kill()
        process.wait()
        after = published(instance)
        assert after in {before, (before[0] + COUNT, before[1] + COUNT, before[2] + 1)}
        before = after
    assert publish(sheet(path, KILLS + 1), instance).wait(120) == 0, "the next publication goes through"
    assert published(instance) == (before[0] + COUNT, before[1] + COUNT, before[2] + 1)
