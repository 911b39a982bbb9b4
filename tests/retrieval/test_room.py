import pytest
from sqlalchemy import update

from core.extensions import db
from retrieval import jobs, operations
from retrieval.embedder import ModelError
from retrieval.models import Passage
from retrieval.operations import status
from retrieval.room import ROOM


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["retrieval", *words])


def test_a_scheduled_fill_embeds_and_saves(app, desk):
    desk.put("a", "算力券")
    jobs.schedule_fill()
    assert [state.with_vector for state in status()] == [1]
    assert list((app.extensions["settings"].instance / "index").glob("plan-*.faiss"))


def test_the_commands_show_their_work(run, desk, session):
    desk.put("a", "算力券", "机器人")
    assert "plan: 2 段, 0 个向量" in run("status").output
    filled = run("fill")
    assert filled.exit_code == 0
    assert "已生成向量 2/2" in filled.output
    session.execute(update(Passage).values(model="another"))
    session.commit()
    assert "flask retrieval reindex" in run("status").output
    again = run("reindex")
    assert again.exit_code == 0
    assert "重新写入 2 个向量" in again.output


def test_an_error_is_one_line(run, desk, monkeypatch):
    def fail():
        raise ModelError("the embedding model x cannot be loaded: no such folder")

    monkeypatch.setattr(operations, "embedder", fail)
    desk.put("a", "算力券")
    failed = run("fill")
    assert failed.exit_code != 0
    assert failed.output == "Error: the embedding model x cannot be loaded: no such folder\n"


def test_the_seeds_are_quick_when_nothing_is_to_be_done(app, desk, monkeypatch):
    desk.put("a", "算力券")
    said = []
    for seed in ROOM.seeds:
        seed.run(said.append)
    assert said == ["已生成向量 1/1"]
    monkeypatch.setattr(operations, "embedder", lambda: pytest.fail("loaded the model"))
    for seed in ROOM.seeds:
        seed.run(said.append)
    assert len(said) == 1
    db.session.remove()
