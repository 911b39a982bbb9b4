import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from core.extensions import db
from retrieval import embedder as embedding
from retrieval import operations
from retrieval.embedder import FakeEmbedder
from retrieval.models import Passage, PassageChange
from retrieval.operations import Piece, delete_collection, delete_document, fill_vectors, put_document, reindex, status
from retrieval.search import search
from retrieval.turn import turn


def rows(document="a"):
    found = (
        db.session.execute(select(Passage).where(Passage.document == document).order_by(Passage.position))
        .scalars()
        .all()
    )
    db.session.expire_all()
    return found


def words_of(id_):
    return db.session.execute(text("SELECT tokens FROM passage_fts WHERE rowid = :id"), {"id": id_}).scalar()


def test_unchanged_texts_keep_their_rows_and_vectors(desk):
    desk.put("a", "算力券", "机器人", "数据集")
    fill_vectors()
    before = {row.text: (row.id, row.vector) for row in rows()}
    assert desk.put("a", "新的一句", "数据集", "算力券") == 2
    after = {row.text: (row.id, row.vector) for row in rows()}
    assert after["数据集"] == before["数据集"]
    assert after["算力券"] == before["算力券"]
    assert after["新的一句"][1] is None
    assert [row.text for row in rows()] == ["新的一句", "数据集", "算力券"]
    assert desk.put("a", "新的一句", "数据集", "算力券") == 0


def test_a_new_place_or_heading_changes_no_vector(session):
    put_document(session, "plan", "a", [Piece("算力券", "旧", 0, 3)])
    session.commit()
    fill_vectors()
    assert put_document(session, "plan", "a", [Piece("算力券", "新", 5, 8)]) == 0
    session.commit()
    (row,) = rows()
    assert (row.heading, row.start, row.end) == ("新", 5, 8)
    assert row.vector


def test_nothing_is_committed_for_the_caller(session, desk):
    put_document(session, "plan", "a", [Piece("算力券")])
    session.rollback()
    assert rows() == []
    assert search("plan", "算力券") == []
    desk.put("a", "算力券")
    delete_document(session, "plan", "a")
    session.rollback()
    assert [hit.text for hit in search("plan", "算力券")] == ["算力券"]


def test_deleting_leaves_nothing_to_find(session, desk):
    desk.put("a", "算力券")
    desk.put("b", "算力券")
    desk.put("a", "算力券", collection="other")
    fill_vectors()
    assert delete_document(session, "plan", "a") == 1
    session.commit()
    assert [hit.document for hit in search("plan", "算力券")] == ["b"]
    assert delete_collection(session, "plan") == 1
    session.commit()
    assert search("plan", "算力券") == []
    assert len(search("other", "算力券")) == 1


def test_surrogates_and_nothing_are_taken(session):
    assert put_document(session, "plan", "a", [Piece("算\ud800力\x00", "\udfff")]) == 1
    session.commit()
    (row,) = rows()
    assert row.text == "算\ufffd力\x00"
    assert put_document(session, "plan", "a", []) == 1
    assert put_document(session, "plan", "none", []) == 0


PIECES = st.lists(st.sampled_from(["算力", "机器人", "数据", "场景", "c-v2x"]), max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(PIECES, max_size=4))
def test_any_series_of_versions_ends_in_the_last(session, versions):
    for version in versions:
        put_document(session, "plan", "a", [Piece(piece, start=i) for i, piece in enumerate(version)])
    last = versions[-1] if versions else []
    if versions:
        found = rows()
        assert [(row.text, row.start, row.position) for row in found] == [(piece, i, i) for i, piece in enumerate(last)]
        assert all(words_of(row.id) for row in found)
    assert session.execute(text("SELECT count(*) FROM passage_fts")).scalar() == len(last)
    session.rollback()


def test_filling_reports_and_embeds_only_what_is_missing(desk):
    desk.put("a", *(f"第{number}句" for number in range(5)))
    said = []
    assert fill_vectors(said.append) == 5
    assert said == ["已生成向量 5/5"]
    assert fill_vectors(said.append) == 0
    assert [state.with_vector for state in status()] == [5]


class Meddling(FakeEmbedder):
    """Lets somebody else work on the database while texts are being embedded."""

    def __init__(self, meddle):
        self.meddle = meddle

    def passages(self, texts):
        self.meddle()
        return super().passages(texts)


@pytest.fixture
def meddle(monkeypatch):
    return lambda work: monkeypatch.setattr(operations, "embedder", lambda: Meddling(work))


def test_a_passage_that_vanishes_or_changes_meanwhile_gets_no_wrong_vector(desk, meddle):
    desk.put("a", "算力券", "机器人")
    once = iter([True])
    meddle(lambda: next(once, False) and desk.put("a", "机器人", "数据集"))
    assert fill_vectors() == 2
    expected = FakeEmbedder().passages(["机器人", "数据集"])
    assert [row.vector for row in rows()] == [vector.tobytes() for vector in expected]


def test_the_database_is_free_for_writers_while_texts_are_embedded(desk, meddle, session):
    desk.put("a", "算力券")

    def write():
        with db.engine.begin() as connection:
            connection.execute(text("PRAGMA busy_timeout=0"))
            connection.execute(update(Passage).values(heading="x"))

    meddle(write)
    assert fill_vectors() == 1


def test_two_at_once_fill_each_passage_once(app, desk):
    desk.put("a", *(f"第{number}句话说算力" for number in range(300)))
    written = []

    def work():
        with app.app_context():
            written.append(fill_vectors())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(written) == 300
    fills = db.session.execute(
        select(func.count(), func.count(PassageChange.passage_id.distinct())).select_from(PassageChange)
    )
    assert fills.one() == (600, 300)


def test_even_without_the_lock_two_writers_agree(app, desk, meddle):
    desk.put("a", "算力券", "机器人")
    once = iter([True])

    def other():
        if next(once, False):
            operations._embed([row.id for row in rows()], lambda _: None, only_missing=True)

    meddle(other)
    assert operations._embed([row.id for row in rows()], lambda _: None, only_missing=True) == 0
    assert [state.with_vector for state in status()] == [2]


def test_who_does_not_wait_comes_back_at_once(app, desk):
    desk.put("a", "算力券")
    with turn(app.extensions["settings"].instance / "index" / "fill.lock", wait=True):
        assert fill_vectors(wait=False) == 0
    assert fill_vectors(wait=False) == 1


def test_vectors_of_another_model_are_reported_ignored_and_replaced_when_asked(desk, session):
    desk.put("a", "算力券", "机器人")
    fill_vectors()
    stranger = np.ones(7, np.float32).tobytes()
    session.execute(update(Passage).values(model="another@1", vector=stranger))
    session.commit()
    (state,) = status()
    assert (state.passages, state.with_vector, state.of_another_model) == (2, 0, 2)
    assert fill_vectors() == 0
    assert all(hit.dense_rank is None for hit in search("plan", "算力券"))
    assert reindex(lambda _: None) == 2
    (state,) = status()
    assert (state.with_vector, state.of_another_model) == (2, 0)
    assert any(hit.dense_rank for hit in search("plan", "算力券"))


def test_reindexing_cuts_the_words_anew(desk, session):
    desk.put("a", "算力券")
    session.execute(text("UPDATE passage_fts SET tokens = 'old'"))
    session.commit()
    assert search("plan", "算力券", mode="lexical") == []
    reindex(lambda _: None)
    assert len(search("plan", "算力券", mode="lexical")) == 1


def test_the_log_of_changes_is_shortened(desk, session, monkeypatch):
    monkeypatch.setattr(operations, "CHANGES_KEPT", 1)
    desk.put("a", "算力券", "机器人")
    fill_vectors()
    assert operations.compact() == 2
    assert operations.compact() == 0
    assert len(search("plan", "算力券", mode="dense")) == 2


def test_the_model_is_named_without_loading_it(app, monkeypatch):
    monkeypatch.setattr(embedding, "_make", lambda _: pytest.fail("loaded"))
    assert status() == []
