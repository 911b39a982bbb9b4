"""Importing: versions, passages, and the command line."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.audit import SYSTEM, AuditEvent
from core.extensions import db
from core.settings import ROOT
from policies import cli, queries
from policies.models import Article, PolicyVersion
from policies.operations import import_policy
from retrieval.models import Passage
from tests.conftest import make_app

PLAN = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md")
SECOND = Path(__file__).with_name("second.md")
PLAN_ID = "shenzhen-ai-pioneer-city-2024"


def take(path: Path = SECOND, old: str = "", new: str = "") -> PolicyVersion:
    return import_policy(db.session(), SYSTEM, path.read_text(encoding="utf-8").replace(old, new))


def passages(document: str) -> list[Passage]:
    return list(db.session.scalars(select(Passage).where(Passage.document == document).order_by(Passage.position)))


@pytest.mark.parametrize("path", [PLAN, SECOND], ids=["plan", "second"])
def test_passages_are_the_sentences_of_the_articles(app, path):
    version = take(path)
    texts = {article.anchor: article.text for article in version.articles}
    found = passages(f"{version.document_id}@1")
    assert all(texts[p.heading][p.start : p.end] == p.text for p in found)
    for article in version.articles:
        own = [p for p in found if p.heading == article.anchor]
        assert (own[0].text, own[0].start) == (article.heading, 0)
        assert "".join(p.text for p in own).replace("\n", "") == article.text.replace("\n", "")


def test_a_line_break_ends_no_article(app):
    version = take()
    sentence = queries.article(version, 3)
    assert sentence is not None
    assert [p.text for p in passages("linhai-ai-measures-2025@1") if p.heading == "article-3"][-1] == (
        "同一企业每年只能申请一次。"
    )


def test_the_same_text_is_the_same_version(app):
    first = take()
    assert take() is first
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 1


def test_a_changed_text_is_a_new_version_and_the_old_one_stays_readable(app):
    first, second = take(), take(old="60个", new="80个")
    assert (first.number, second.number) == (1, 2)
    assert queries.current_version(first.document_id) is second
    assert "60个" in db.session.get_one(Article, first.articles[0].id).text
    assert passages("linhai-ai-measures-2025@1") == []
    assert any("80个" in p.text for p in passages("linhai-ai-measures-2025@2"))
    assert [v.number for v in queries.versions(first.document_id)] == [2, 1]


def test_going_back_to_an_earlier_text_is_a_third_version(app):
    take()
    take(old="60个", new="80个")
    assert take().number == 3


def test_documents_lists_current_versions_newest_policy_first(app):
    take(PLAN)
    take()
    take(old="60个", new="80个")
    assert [(v.document_id, v.number) for v in db.session.scalars(queries.documents())] == [
        ("linhai-ai-measures-2025", 2),
        (PLAN_ID, 1),
    ]


def run(app, *args: object):
    return app.test_cli_runner().invoke(args=["policies", *map(str, args)])


def test_import_command(app):
    first = run(app, "import", PLAN, SECOND)
    assert first.exit_code == 0, first.output
    assert f"{SECOND}: linhai-ai-measures-2025 第 1 版，5 条\n" in first.output
    assert all(p.vector for p in passages(f"{PLAN_ID}@1"))
    assert "内容未变" in run(app, "import", SECOND).output
    assert run(app, "list").output.startswith("linhai-ai-measures-2025 第 1 版，5 条\t临海市")


def test_one_bad_file_and_nothing_is_imported(app, tmp_path):
    bad, binary = tmp_path / "bad.md", tmp_path / "binary.md"
    bad.write_text("---\nid: x\n---\n", encoding="utf-8")
    binary.write_bytes(b"---\nid: x\ntitle: \xff\n---\n")
    result = run(app, "import", SECOND, bad, binary, tmp_path / "none.md", SECOND)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{bad}: 第 1 行：文件头缺少 title",
        f"{binary}: 第 3 行：不是 UTF-8 编码",
        f"{tmp_path / 'none.md'}: 无法读取：No such file or directory",
        f"{SECOND}: 第 1 行：id “linhai-ai-measures-2025”与 {SECOND} 相同，不能在一次导入中出现两次",
        "没有导入任何文件",
    ]
    assert db.session.scalar(select(func.count()).select_from(PolicyVersion)) == 0
    assert db.session.scalar(select(func.count()).select_from(Passage)) == 0


def test_the_seed_imports_once_and_never_brings_an_old_text_back(app):
    lines: list[str] = []
    cli.import_corpus(lines.append)
    assert lines == ["深圳市加快打造人工智能先锋城市行动方案：22 条"]
    take(PLAN, "40个以上", "50个以上")
    cli.import_corpus(lines.append)
    current = queries.current_version(PLAN_ID)
    assert current is not None
    assert "50个以上" in current.articles[9].text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('file = "policies/corpus/', 'file = "nowhere/', "policy.file: 找不到文件 nowhere/"),
        ('id = "shenzhen', 'id = "elsewhere', "policy.id 应为"),
    ],
)
def test_a_wrong_policy_in_the_city_file_ends_the_seed_with_one_line(tmp_path, old, new, message):
    city = tmp_path / "city.toml"
    city.write_text((ROOT / "city.toml").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    app = make_app(tmp_path, city_file=city)
    with app.app_context():
        db.create_all()
        with pytest.raises(cli.click.ClickException, match=message) as caught:
            cli.import_corpus(print)
        assert "\n" not in str(caught.value)
        db.session.remove()
        db.engine.dispose()
