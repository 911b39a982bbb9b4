"""Killing the process while a batch of 60 is imported and published leaves all of it or nothing."""

import random
import subprocess
import time
from pathlib import Path

import openpyxl
import pytest

from core.settings import ROOT
from tests.faults.instances import FLASK, checked, environment, prepare

COUNT, KILLS = 60, 6
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
