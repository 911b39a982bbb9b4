import json
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, text, update

from core.extensions import db
from retrieval import dense, index_file
from retrieval.dense import VectorIndex
from retrieval.embedder import FakeEmbedder, embedder
from retrieval.models import Passage, PassageChange
from retrieval.operations import bring_up_to_date, delete_document, fill_vectors, save_indexes


class Process:
    """An index like that of another process: its own memory, the same database and file."""

    def __init__(self, file: Path, collection="plan"):
        self.index = VectorIndex(collection, FakeEmbedder.name, FakeEmbedder.dimensions, file)

    def find(self, query, k=20):
        with db.engine.connect() as connection:
            self.index.catch_up(connection)
        return [id_ for id_, _ in self.index.search(embedder().queries([query]), k)[0]]


@pytest.fixture
def file(app) -> Path:
    return dense._file("plan", FakeEmbedder.name)


@pytest.fixture
def other(file) -> Process:
    return Process(file)


def forbid_rebuilding(process, monkeypatch):
    monkeypatch.setattr(process.index, "_rebuild", lambda _: pytest.fail("rebuilt"))


def test_another_process_follows_step_by_step(desk, session, other, monkeypatch):
    assert other.find("机器人") == []
    desk.put("a", "算力券", "机器人")
    fill_vectors()
    assert other.find("机器人") == [2, 1]
    forbid_rebuilding(other, monkeypatch)
    desk.put("b", "车联网")
    assert other.find("车联网") == [1, 2]
    fill_vectors()
    assert other.find("车联网")[0] == 3
    desk.put("a", "机器人", "无人机")
    fill_vectors()
    assert sorted(other.find("无人机")) == [2, 3, 4]
    delete_document(session, "plan", "a")
    session.commit()
    assert other.find("机器人") == [3]
    assert len(other.index) == 1


def test_a_rolled_back_sequence_that_is_used_again_is_noticed(desk, session, other):
    desk.put("a", "算力券")
    fill_vectors()
    assert other.find("算力券") == [1]
    # As after a restored backup: the same sequence numbers, other changes.
    session.execute(update(PassageChange).values(stamp=PassageChange.stamp + 1))
    session.execute(update(Passage).values(vector=FakeEmbedder().passages(["机器人"])[0].tobytes()))
    session.commit()
    other.find("机器人")
    np.testing.assert_allclose(other.index.search(embedder().queries(["机器人"]), 1)[0][0][1], 1, atol=1e-5)


def test_an_index_ahead_of_the_database_is_built_anew(desk, session, other):
    desk.put("a", "算力券", "机器人")
    fill_vectors()
    other.find("算力券")
    session.execute(delete(Passage).where(Passage.id == 2))
    session.execute(delete(PassageChange).where(PassageChange.sequence > 1))
    session.commit()
    assert other.find("算力券") == [1]
    session.execute(delete(Passage))
    session.execute(delete(PassageChange))
    session.commit()
    assert other.find("算力券") == []


def test_a_saved_index_is_where_the_next_process_starts(desk, file, monkeypatch):
    desk.put("a", "算力券", "机器人")
    bring_up_to_date()
    later = Process(file)
    forbid_rebuilding(later, monkeypatch)
    assert later.find("机器人") == [2, 1]
    desk.put("b", "车联网")
    fill_vectors()
    assert sorted(later.find("车联网")) == [1, 2, 3]
    before = file.stat().st_mtime_ns
    save_indexes()
    assert file.stat().st_mtime_ns > before
    kept = file.stat().st_mtime_ns
    save_indexes()
    assert file.stat().st_mtime_ns == kept


def flip_last_byte(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def another_model(data):
    header, _, payload = data.partition(b"\n")
    return json.dumps(json.loads(header) | {"model": "another"}).encode() + b"\n" + payload


DAMAGES = {
    "empty": lambda _: b"",
    "cut": lambda data: data[: len(data) // 2],
    "header only": lambda data: data.partition(b"\n")[0],
    "one bit": flip_last_byte,
    "noise": lambda _: bytes(range(256)) * 4,
    "json": lambda _: b"[1]\n",
    "fields": lambda _: b'{"sha256": "x", "model": "fake"}\n',
    "another model": another_model,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_heals(desk, file, damage):
    desk.put("a", "算力券", "机器人")
    bring_up_to_date()
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    process = Process(file)
    assert process.find("机器人") == [2, 1]
    process.index.save()
    assert index_file.read(file, FakeEmbedder.name, FakeEmbedder.dimensions)


def test_files_of_another_model_are_cleared_away(desk, file):
    desk.put("a", "算力券")
    old = file.with_name("plan-0123456789ab.faiss")
    file.parent.mkdir(parents=True, exist_ok=True)
    old.write_bytes(b"old")
    bring_up_to_date()
    assert [path.name for path in file.parent.glob("*.faiss")] == [file.name]


def test_a_missing_file_and_a_file_of_a_deleted_collection_do_no_harm(desk, session, file):
    desk.put("a", "算力券")
    bring_up_to_date()
    file.unlink()
    assert Process(file).find("算力券") == [1]
    delete_document(session, "plan", "a")
    session.commit()
    save_indexes()
    assert Process(file).find("算力券") == []


def test_an_interrupted_rebuild_is_begun_again(desk, other, monkeypatch):
    desk.put("a", "算力券", "机器人")
    fill_vectors()
    add = other.index._add

    def fail(_):
        raise OSError("gone")

    monkeypatch.setattr(other.index, "_add", fail)
    with pytest.raises(OSError, match="gone"):
        other.find("算力券")
    monkeypatch.setattr(other.index, "_add", add)
    assert sorted(other.find("算力券")) == [1, 2]


def test_vectors_of_a_wrong_length_are_left_out(desk, session, other):
    desk.put("a", "算力券", "机器人")
    fill_vectors()
    session.execute(update(Passage).where(Passage.id == 1).values(vector=b"123"))
    session.commit()
    assert other.find("机器人") == [2]


def test_looking_when_nothing_changed_is_one_query(desk, app, monkeypatch):
    desk.put("a", "算力券")
    fill_vectors()
    found = dense.index("plan", FakeEmbedder.name, FakeEmbedder.dimensions)
    monkeypatch.setattr(found, "catch_up", lambda _: pytest.fail("looked twice"))
    assert dense.index("plan", FakeEmbedder.name, FakeEmbedder.dimensions) is found


def test_names_of_collections_become_file_names(app):
    names = [dense._file(name, "m").name for name in ("plan", "a/b", "../x", "甲", "", "a_b")]
    assert len(set(names)) == len(names)
    assert all("/" not in name for name in names)


def test_the_full_text_table_goes_with_the_passages(app):
    db.drop_all()
    assert db.session.execute(text("SELECT count(*) FROM sqlite_master WHERE name LIKE 'passage%'")).scalar() == 0
    db.create_all()
    assert db.session.execute(text("SELECT count(*) FROM passage_fts")).scalar() == 0
